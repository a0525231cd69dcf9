// A patient asks for a human in the site's chat: the desk sees it live, answers, gives back; and the server is restarted under the open pages.
import assert from 'node:assert/strict';
import { browse, Chat, desk, home, phone, shot, signIn } from './browser.mjs';

await browse(async (context) => {
  const page = await context.newPage();
  await signIn(page, 'admin');
  await page.goto(`${home}/cabinet/inbox`);
  await page.locator('.nothing').first().waitFor();

  const site = await context.newPage();
  await site.goto(`${home}/chat`);
  const chat = new Chat(site);
  await chat.hears('Здравствуйте');
  await chat.write('позовите администратора');
  await chat.hears('Передала ваш вопрос');
  await chat.write('У меня вопрос про полис');

  // It comes to the open page by itself.
  const talk = page.locator('.talk-list a', { hasText: 'вопрос про полис' });
  await talk.waitFor();
  await shot(page, 'inbox-list');
  await talk.click();
  const lines = page.locator('#lines');
  await lines.getByText('вопрос про полис').waitFor();

  // Enter sends; the patient sees it at once, and the answer comes back.
  await page.fill('#text', 'Здравствуйте! Слушаю вас.');
  await page.press('#text', 'Enter');
  await chat.hears('Слушаю вас.');
  await page.waitForFunction(() => document.querySelector('#text').value === '');
  await chat.write('Примете по ОМС?');
  await lines.getByText('Примете по ОМС?').waitFor();
  await lines.getByText('Слушаю вас.').waitFor();
  await shot(page, 'inbox-talk');

  // What is typed while a reply is on its way stays in the box.
  let go;
  const gate = new Promise((done) => { go = done; });
  await page.route('**/reply', async (route) => {
    await gate;
    await route.continue();
  });
  await page.fill('#text', 'Одну минуту.');
  await page.press('#text', 'Enter');
  await page.locator('#text').pressSequentially(' И ещё');
  go();
  await chat.hears('Одну минуту.');
  await page.waitForFunction(() => document.querySelector('#text').value === 'И ещё');
  await page.unroute('**/reply');
  await page.fill('#text', '');

  // "/" opens the canned replies; what is chosen goes into the box.
  await page.focus('#text');
  await page.keyboard.press('/');
  await page.locator('dialog[open] .canned button', { hasText: 'Уточняю' }).click();
  assert.match(await page.inputValue('#text'), /^Уточняю/);

  // The server is restarted while somebody types: both pages come back, and nothing typed is lost.
  await page.fill('#text', 'Смотрю ваш полис');
  await fetch(process.env.E2E_RESTART);
  await chat.write('Жду');
  await lines.getByText('Жду', { exact: true }).waitFor();
  assert.equal(await page.inputValue('#text'), 'Смотрю ваш полис');
  await page.reload();
  assert.equal(await page.inputValue('#text'), 'Смотрю ваш полис');
  await page.press('#text', 'Shift+Enter');
  await page.press('#text', 'Enter');
  await chat.hears('Смотрю ваш полис');
  assert.equal(await site.locator('.msg.out').filter({ hasText: 'Смотрю ваш полис' }).count(), 1);

  // Everything is on one screen of a phone, too.
  await page.setViewportSize(phone);
  await shot(page, 'inbox-phone');
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'it scrolls sideways');
  await page.locator('.thread-more summary').click();
  await shot(page, 'inbox-phone-more');
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'it scrolls sideways');
  await page.setViewportSize(desk);

  // Given back, the bot greets with a line and goes on.
  await page.click('button:has-text("Вернуть боту")');
  await chat.hears('Снова на связи');
  await chat.write('сколько стоит приём кардиолога?');
  await chat.hears('₽');
  await page.goto(`${home}/cabinet/inbox/settings`);
  await shot(page, 'inbox-settings');
}, { viewport: desk, tolerated: /htmx:(afterRequest|sendError)/ }); // while the server was away
