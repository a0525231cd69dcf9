// Reads what deploy/scripts/attack.sh left in a folder and says what was found; exits 1 where anything counts.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const high = 3; // of wapiti's levels: 4 critical, 3 high, 2 medium, 1 low, 0 told
const found = [];

const report = JSON.parse(readFileSync(join(folder, 'wapiti.json'), 'utf8'));
let looked = 0;
for (const part of ['vulnerabilities', 'anomalies']) {
  for (const [kind, list] of Object.entries(report[part] ?? {})) {
    looked += 1;
    for (const one of list) {
      const line = `wapiti, level ${one.level}: ${kind}: ${one.method} ${one.path}: ${one.info}`;
      if (Number(one.level) >= high) found.push(line);
      else console.log(line);
    }
  }
}
if (looked === 0) found.push('wapiti has looked at nothing');

let tried = 0;
for (const name of readdirSync(folder).filter((file) => /^sqlmap-.*\.log$/.test(file))) {
  const text = readFileSync(join(folder, name), 'utf8');
  tried += (text.match(/(testing|does not seem to be|do not appear to be) /g) ?? []).length;
  for (const line of text.split('\n')) {
    if (/is vulnerable|appears to be .*injectable|identified the following injection point/.test(line)) found.push(`${name}: ${line}`);
  }
}
if (tried === 0) found.push('sqlmap has tried nothing');

const log = readFileSync(join(folder, 'server.log'), 'utf8').split('\n').filter(Boolean);
const errors = log.filter((line) => line.includes('"level":"ERROR"'));
for (const line of errors.slice(0, 5)) console.log(`the server: ${line.slice(0, 300)}`);
if (log.some((line) => line.includes('request panicked'))) found.push('a request panicked: see server.log');
if (existsSync(join(folder, 'died'))) found.push('the server ended');

console.log(`sqlmap: ${tried} tests and verdicts; wapiti: ${looked} kinds of finding; the server: ${errors.length} errors; counted findings: ${found.length}`);
for (const line of found) console.error(line);
process.exit(found.length > 0 ? 1 : 0);
