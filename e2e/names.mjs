// Names that are no names: whatever a patient calls themselves is text on every page.
import assert from 'node:assert/strict';
import { browse, Chat, desk, home, shot, signIn } from './browser.mjs';

const { E2E_DATE, E2E_NAMES, E2E_PAGES, E2E_SHOWN } = process.env;
const named = /alert(\(|&#40;)/; // as each of the names is, on a page
const broken = 'img[src="x"], [onerror], [onload], [onclick], svg script';

/** first is the address of the newest of a kind that a list leads to. */
async function first(page, list, under) {
  await page.goto(home + list);
  return page.locator(`main a[href^="${under}"]`).filter({ visible: true }).evaluateAll((links, kind) => links.map((a) => a.getAttribute('href')).find((href) => new RegExp(`^${kind}[0-9a-f-]{36}`).test(href)), under);
}

await browse(async (context) => {
  const page = await context.newPage();
  await page.goto(`${home}/chat`);
  const talk = new Chat(page);
  await talk.hears('Здравствуйте');
  await talk.write('позовите администратора');
  await talk.hears('Передала ваш вопрос');
  for (const name of JSON.parse(E2E_NAMES)) {
    await talk.write(name);
    await page.locator('.msg.in', { hasText: name.trim().slice(0, 12) }).first().waitFor();
  }
  assert.equal(await page.locator(`.msg img, .msg script, .msg svg, ${broken}`).count(), 0);

  await page.goto(`${home}/demo`);
  const chat = new Chat(page.frameLocator('#chat'));
  await chat.hears('Здравствуйте');
  await shot(page, 'demo-names');

  await signIn(page, 'admin');
  await page.fill('#date', E2E_DATE);
  await page.locator('.visit-who', { hasText: '<img' }).first().waitFor();
  assert.equal(await page.locator('#calendar img, #calendar script, #calendar svg').count(), 0);
  await shot(page, 'cabinet-names');
  const found = [await first(page, '/cabinet/inbox?tab=free', '/cabinet/inbox/'), await first(page, '/cabinet/tasks', '/cabinet/tasks/')];
  assert.ok(found[0] && found[1], `a conversation and its task: ${found}`);
  found[0] = found[0].replace(/\?.*/, '');

  const seen = new Set();
  for (const role of ['admin', 'doctor', 'head', 'cashier', 'marketing', 'director', 'security']) {
    await context.clearCookies({ name: /cabinet/ });
    await signIn(page, role);
    for (const path of [...E2E_PAGES.split(' '), ...found]) {
      const address = home + path + (path.includes('schedule') ? `?date=${E2E_DATE}` : '');
      const answer = await context.request.get(address, { maxRedirects: 0 });
      assert.ok(answer.status() < 500, `${role}: ${path}: ${answer.status()}`);
      if (!/^text\/html/.test(answer.headers()['content-type'] ?? '') || !named.test(await answer.text())) continue; // nobody's name is in it
      if (answer.ok()) seen.add(path);
      await page.goto(address);
      assert.equal(await page.locator(broken).count(), 0, `${role}: ${path}`);
    }
  }
  const missed = [...E2E_SHOWN.split(' '), found[0]].filter((path) => !seen.has(path));
  assert.deepEqual(missed, [], 'pages on which names stand, and stood for nobody');
}, { viewport: desk });
