// Every page that a role comes to: the places of its navigation, and one page or window of each kind that they lead to. Each is looked at on
// a desktop, and on a phone in the dark.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { browse, Chat, desk, home, phone, shot, signIn } from './browser.mjs';

const role = process.env.E2E_ROLE;
const axe = await readFile(createRequire(new URL('../cabinet/assets/package.json', import.meta.url)).resolve('axe-core/axe.min.js'), 'utf8');
const heaviest = 300 * 1024; // of the page, its styles and its scripts, as they were sent
const farthest = 0.1; // that things may shift while a page loads
const deepest = 1; // ways away from the navigation

const found = [];
const weights = new Map();

/** kind is what pages that differ only in what they are about have in common. */
const kind = (path) => new URL(path, home).pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id').replace(/\/\d+\b/g, '/n');
const named = (path) => `pages-${role}-${kind(path).replace(/^\/cabinet\//, '').replaceAll('/', '-')}`;

/** settled waits until the parts that are fetched have come. */
async function settled(page) {
  await page.waitForFunction(() => !document.querySelector('.htmx-request') && (!document.querySelector('#calendar') || document.querySelector('.ec-event, .ec-day, .nothing')));
}

/** narrow are the rules that a narrower page, or a darker one, may break when the wide one keeps them all. */
const narrow = { type: 'rule', values: ['color-contrast', 'link-name', 'button-name', 'label', 'scrollable-region-focusable', 'aria-hidden-focus', 'target-size'] };

/** looked notes what is wrong with what is shown. */
async function looked(page, where, width) {
  await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.effect?.getComputedTiming().endTime === Infinity || a.finished.catch(() => {}))));
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  const { over, shift, findings } = await page.evaluate(async (runOnly) => ({
    over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    shift: globalThis.shifted,
    findings: (await globalThis.axe.run(document, { resultTypes: ['violations'], ...(runOnly && { runOnly }) })).violations
      .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.slice(0, 3).map((n) => `${n.target} ${n.any[0]?.message ?? n.html.slice(0, 80)}`) })),
  }), width === phone.width ? narrow : undefined);
  if (over > 0) found.push(`${where}: scrolls sideways by ${over}`);
  if (shift > farthest) found.push(`${where}: shifts by ${shift.toFixed(2)}`);
  for (const { id, impact, nodes } of findings) {
    if (impact === 'serious' || impact === 'critical') found.push(`${where}: ${impact}: ${id}: ${nodes.join('; ')}`);
  }
}

/** weighed is what a page weighs when it is first loaded. */
async function weighed(page, open) {
  const answers = [];
  const note = (answer) => answer.ok() && /html|css|javascript/.test(answer.headers()['content-type'] ?? '') && answers.push(answer);
  page.on('response', note);
  await open();
  page.off('response', note);
  let sum = 0;
  for (const answer of answers) {
    const { responseBodySize } = await answer.request().sizes();
    weights.set(answer.url(), Math.max(responseBodySize, weights.get(answer.url()) ?? 0)); // nothing is sent of what the browser has
    sum += weights.get(answer.url());
  }
  return sum;
}

async function view(page, path, width) {
  const where = `${role} ${kind(path)} ${width}`;
  let answer;
  const weight = await weighed(page, async () => {
    answer = await page.goto(home + path);
    await settled(page);
  });
  if (weight > heaviest) found.push(`${where}: weighs ${Math.round(weight / 1024)} kB`);
  if (answer.status() >= 400) found.push(`${where}: answers ${answer.status()}`);
  await looked(page, where, width);
  await shot(page, `${named(path)}-${width}`);
}

/** leads are the pages, and the windows over this one, that a page leads to. */
const leads = (page) => page.evaluate(() => ({
  pages: [...document.querySelectorAll('main a[href^="/cabinet/"]:not([download]), .nav a')].filter((a) => !a.hidden && !a.hasAttribute('hx-get')).map((a) => a.getAttribute('href')),
  windows: [...document.querySelectorAll('main a[hx-target="#dialog"], main button[hx-get][hx-target="#dialog"]')].filter((a) => a.checkVisibility()).map((a) => a.getAttribute('hx-get')),
}));

const windows = new Set();

/** open opens a window of each kind that a page has. */
async function open(page, list) {
  const way = (path) => page.locator(`main [hx-get="${path}"]`).first();
  const visit = page.locator('[data-visit][role=button]').first();
  const ways = list.map((path) => [kind(path), () => way(path).click()]);
  if (await visit.count()) ways.push(['/cabinet/visit', () => visit.press('Enter')]);
  for (const [name, press] of ways) {
    if (windows.has(name)) continue;
    windows.add(name);
    for (const [width, size] of [[1280, desk], [375, phone]]) {
      await page.setViewportSize(size);
      await press();
      await page.waitForSelector('dialog[open] > *');
      await settled(page);
      await looked(page, `${role} window ${name} ${width}`, width);
      await shot(page, `${named(name)}-window-${width}`);
      await page.keyboard.press('Escape');
    }
    await page.setViewportSize(desk);
  }
}

async function walk(page) {
  const seen = new Set();
  let ways = (await leads(page)).pages.concat('/cabinet/me');
  for (let depth = 0; depth <= deepest; depth++) {
    const further = [];
    for (const path of ways) {
      if (seen.has(kind(path)) || /\.(csv|ics|xlsx|pdf|zip)$|\/documents\/|\/files\//.test(kind(path))) continue;
      seen.add(kind(path));
      await page.setViewportSize(desk);
      await page.emulateMedia({ colorScheme: 'light' });
      await view(page, path, 1280);
      const next = await leads(page);
      further.push(...next.pages);
      await open(page, next.windows);
      await page.setViewportSize(phone);
      await page.emulateMedia({ colorScheme: 'dark' });
      await view(page, path, 375);
    }
    ways = further;
  }
  return seen;
}

/** asks is a patient who waits for a human, so that there is something to look at. */
async function asks(context) {
  const page = await context.newPage();
  await page.goto(`${home}/chat`);
  const chat = new Chat(page);
  await chat.hears('Здравствуйте');
  await chat.write('позовите администратора');
  await chat.hears('Передала ваш вопрос');
  await chat.write('У меня вопрос про полис');
}

await browse(async (context) => {
  if (role === 'patient') return asks(context);
  await context.addInitScript(() => {
    globalThis.shifted = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifted += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  const page = await context.newPage();
  await signIn(page, role);
  const seen = await walk(page);
  if (seen.size < (role === 'marketing' ? 1 : 4)) found.push(`${role}: comes only to ${[...seen].join(' ')}`);
  if (found.length > 0) throw new Error(found.join('\n'));
}, { viewport: desk });
