// The clinic's own site shows the chat with one line of HTML; on a phone it fills the screen.
import assert from 'node:assert/strict';
import { browse, Chat, desk, phone, shot } from './browser.mjs';

await browse(async (context) => {
  const page = await context.newPage();
  await page.goto(process.env.E2E_SITE);
  const button = page.getByRole('button', { name: 'Записаться к врачу' });
  await button.click();
  const chat = new Chat(page.frameLocator('iframe'));
  await chat.hears('Здравствуйте');
  const box = await page.locator('iframe').boundingBox();
  assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, phone.width, phone.height]);
  await shot(page, 'widget-phone');
  await chat.at.getByRole('button', { name: 'Закрыть чат' }).click();
  await button.waitFor();

  await page.setViewportSize(desk);
  await button.click();
  await chat.hears('Здравствуйте');
  assert.ok((await page.locator('iframe').boundingBox()).width < 500);
  await shot(page, 'widget-desk');

  // A site that is not on the list may not frame the chat.
  const stranger = await context.newPage();
  await stranger.goto(process.env.E2E_STRANGER);
  const refused = stranger.waitForEvent('console', (line) => /frame-ancestors/.test(line.text()));
  await stranger.getByRole('button').click();
  await refused;
  assert.equal(await stranger.frameLocator('iframe').locator('#text').count(), 0);
}, { expected: /frame-ancestors/ });
