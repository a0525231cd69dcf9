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
