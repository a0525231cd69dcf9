// The network goes away in the middle of a talk. Nothing is lost, nothing is said twice, and a second tab sees the same.
import assert from 'node:assert/strict';
import { browse, Chat, home, shot } from './browser.mjs';

await browse(async (context) => {
  const page = await context.newPage();
  await page.goto(`${home}/chat`);
  const chat = new Chat(page);
  await chat.hears('Здравствуйте');

  await context.setOffline(true);
  await chat.write('сколько стоит приём');
  await chat.write('спасибо');
  await page.locator('#notice').waitFor();
  assert.match(await page.locator('#notice').innerText(), /Нет связи/);
  assert.equal(await page.locator('.msg.in[data-state=sending]').count(), 2);
  await shot(page, 'chat-offline');

  await context.setOffline(false);
  await page.locator('.msg.in[data-state=sending]').first().waitFor({ state: 'detached' });
  await page.locator('.msg.in[data-state=taken]').nth(1).waitFor();
  await page.locator('#notice').waitFor({ state: 'hidden' });
  await chat.hears('Пожалуйста');
  await page.locator('body[data-state=online]').waitFor({ timeout: 40000 });

  const second = await context.newPage();
  await second.goto(`${home}/chat`);
  const other = new Chat(second);
  await other.hears('Пожалуйста');
  assert.deepEqual(await second.locator('.msg.in .text').allInnerTexts(), ['сколько стоит приём', 'спасибо']);

  // What one tab says stands in the other at once.
  await other.write('где вы находитесь');
  await page.locator('.msg.in .text', { hasText: 'где вы находитесь' }).waitFor();
  await chat.hears('Мы здесь');
});
