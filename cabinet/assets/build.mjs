// Bundles the cabinet's scripts and styles into dist, which the program embeds.
import { copyFile } from 'node:fs/promises';
import { build } from 'esbuild';

const common = { bundle: true, minify: true, outdir: 'dist', legalComments: 'inline', logLevel: 'warning' };
await build({ ...common, entryPoints: ['src/schedule.js', 'src/demo.js', 'src/app.js', 'src/passkey.js', 'src/signon.js', 'src/inbox.js'], format: 'esm', target: 'es2022' });
await build({ ...common, entryPoints: ['src/cabinet.css'], target: ['chrome120', 'firefox120', 'safari17'] });
await copyFile('src/icon.svg', 'dist/icon.svg');
