// A patient books by buttons on a phone; the desk sees the visit appear in the cabinet, without a reload.
import assert from 'node:assert/strict';
import { browse, Chat, desk, home, phone, shot, signIn } from './browser.mjs';

const months = 'Январь Февраль Март Апрель Май Июнь Июль Август Сентябрь Октябрь Ноябрь Декабрь'.split(' ');

/** dateOf is the date of a day under a calendar's title, «Ноябрь 2026». */
function dateOf(title, day) {
  const [month, year] = title.split(' ');
  return `${year}-${String(months.indexOf(month) + 1).padStart(2, '0')}-${day.padStart(2, '0')}`;
}

await browse(async (context) => {
  const page = await context.newPage();
  await page.goto(`${home}/chat`);
  const chat = new Chat(page);
  await chat.hears('Здравствуйте');
  await chat.tap('Записаться к врачу');
  await shot(page, 'chat-specialties');
  await chat.tap('Кардиолог');
  await chat.tap('Тверской');
  for (let i = 0; i < 2 && (await chat.last.locator('.week').count()) === 0; i++) await chat.tap(/Иванова|Первичный/);

  const days = page.locator('.row.week .key');
  await shot(page, 'chat-calendar');
  assert.equal(await page.locator('.weekday').count(), 7);
  const box = await days.last().boundingBox();
  assert.ok(box.width >= 36 && box.height >= 40, 'a day is wide enough for a finger');
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= phone.width, 'nothing sticks out of a phone');
  const date = dateOf(await page.locator('.row.month .title').innerText(), await days.last().innerText());
  await days.last().focus();
  const before = await chat.last.innerText();
  await page.keyboard.press('Enter'); // a keyboard does all that a finger does
  await chat.changed(before);
  const time = /^\d\d:\d\d/;
  const slot = (await chat.last.locator('.key').filter({ hasText: time }).first().innerText()).slice(0, 5);

  // The desk looks at that day before the visit is there.
  const cabinet = await context.newPage();
  await cabinet.setViewportSize(desk);
  await signIn(cabinet, 'admin');
  await page.bringToFront();
  await chat.tap(time);
  await chat.hears('согласие на обработку');
  await cabinet.bringToFront();
  await cabinet.fill('#date', date);
  await cabinet.locator('.is-held').filter({ hasText: slot }).waitFor();
  await shot(cabinet, 'cabinet-held');

  await page.bringToFront();
  await chat.tap(/^Согласен/);
  await chat.hears('Как вас зовут');
  await chat.write('Ветрова Мария Ильинична');
  await chat.hears('номер телефона');
  assert.equal(await page.locator('#text').getAttribute('inputmode'), 'tel');
  await chat.write('+7 916 123-45-67');
  await chat.hears('Проверьте');
  await shot(page, 'chat-confirm');
  await chat.tap('Записаться');
  await chat.hears('Готово, вы записаны');
  await shot(page, 'chat-done');

  const visit = cabinet.locator('.is-booked').filter({ hasText: 'Ветрова' });
  await visit.waitFor();
  assert.match(await visit.getAttribute('title'), new RegExp(`^${slot}–\\d\\d:\\d\\d, Ветрова Мария Ильинична, .+, записан$`));
  await shot(cabinet, 'cabinet-booked');

  const download = page.waitForEvent('download');
  await page.locator('.file').click();
  assert.match((await download).suggestedFilename(), /\.ics$/);

  // A reload keeps the talk, and greets nobody anew.
  const said = await page.locator('.msg').allInnerTexts();
  await page.reload();
  await chat.hears('Готово, вы записаны');
  assert.deepEqual(await page.locator('.msg').allInnerTexts(), said);

  // The cabinet works on a phone too.
  await cabinet.setViewportSize(phone);
  await cabinet.bringToFront();
  await cabinet.selectOption('#doctor', { label: await cabinet.locator('#doctor option', { hasText: 'Иванова' }).innerText() });
  await visit.waitFor();
  assert.ok((await cabinet.evaluate(() => document.documentElement.scrollWidth)) <= phone.width);
  await shot(cabinet, 'cabinet-phone');
});
