// Names that are no names: whatever a patient calls themselves is text on every page.
import assert from 'node:assert/strict';
import { browse, Chat, desk, home, shot, signIn } from './browser.mjs';

await browse(async (context) => {
  const cabinet = await context.newPage();
  await signIn(cabinet, 'admin');
  await cabinet.fill('#date', process.env.E2E_DATE);
  await cabinet.locator('.visit-who', { hasText: '<img' }).first().waitFor();
  assert.equal(await cabinet.locator('#calendar img, #calendar script, #calendar svg').count(), 0);
  await shot(cabinet, 'cabinet-names');

  for (const role of ['admin', 'doctor', 'head', 'cashier', 'marketing', 'director', 'security']) {
    await context.clearCookies({ name: /cabinet/ });
    await signIn(cabinet, role);
    for (const path of process.env.E2E_PAGES.split(' ')) {
      const address = home + path + (path.includes('schedule') ? `?date=${process.env.E2E_DATE}` : '');
      const answer = await context.request.get(address, { maxRedirects: 0 });
      assert.ok(answer.status() < 500, `${role}: ${path}: ${answer.status()}`);
      if (!/^text\/html/.test(answer.headers()['content-type'] ?? '')) continue; // a file is saved, and a refusal without words has no page
      await cabinet.goto(address);
      assert.equal(await cabinet.locator('img[src="x"], [onerror], [onload], [onclick], svg script').count(), 0, `${role}: ${path}`);
    }
  }

  const page = await context.newPage();
  await page.goto(`${home}/demo`);
  const chat = new Chat(page.frameLocator('#chat'));
  await chat.hears('Здравствуйте');
  for (const name of JSON.parse(process.env.E2E_NAMES)) {
    await chat.write(name);
    await page.locator('#talk .line.in p', { hasText: name.trim().slice(0, 12) }).first().waitFor();
  }
  assert.equal(await page.locator('#talk img, #talk script, #talk svg, #talk a').count(), 0);
  await shot(page, 'demo-names');
}, { viewport: desk });
