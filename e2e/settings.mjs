// A price is proposed by the cashier and approved by the director; a second writer, who had the form open all the while, is told, and nothing
// they typed is lost.
import assert from 'node:assert/strict';
import { browse, desk, home, shot, signIn } from './browser.mjs';

const services = `${home}/cabinet/settings/services`;
const send = (page) => page.getByRole('button', { name: 'Отправить на согласование' }).click();
const plain = (text) => text.replace(/[\s\u00a0\u202f]+/g, ' ');

await browse(async (context) => {
  const page = await context.newPage();
  await signIn(page, 'cashier');
  await page.goto(services);
  const link = page.locator('table a').first();
  const address = home + (await link.getAttribute('href'));
  await page.goto(address);
  const before = await page.innerText('.price');
  const late = await context.newPage(); // the second writer's form, drawn before anything changed
  await late.goto(address);

  await page.fill('#price', 'дорого');
  await send(page);
  await page.locator('#price-wrong').waitFor();
  assert.equal(await page.inputValue('#price'), 'дорого', 'what was typed stays');
  await page.fill('#price', '7 777');
  await send(page);
  await page.locator('.done').waitFor();
  assert.match(await page.innerText('.proposals'), /ждёт решения/);
  assert.equal(await page.getByRole('button', { name: 'Согласовать' }).count(), 0, 'nobody approves their own');
  assert.equal(await page.innerText('.price'), before, 'nothing has changed yet');
  await shot(page, 'settings-proposed');
  const cashier = await context.cookies();

  await context.clearCookies();
  await signIn(page, 'director');
  await page.goto(`${home}/cabinet/settings/proposals`);
  assert.match(plain(await page.innerText('.proposals')), /7 777 ₽/);
  await shot(page, 'settings-decide');
  await page.getByRole('button', { name: 'Согласовать' }).first().click();
  await page.locator('.done').waitFor();
  for (let i = 0; ; i++) {
    await page.goto(address);
    if (/7 777 ₽/.test(plain(await page.innerText('.price')))) break;
    assert.ok(i < 60, 'the price is not in force');
    await new Promise((done) => setTimeout(done, 500));
  }
  assert.match(plain(await page.innerText('.proposals')), /действует/);
  await shot(page, 'settings-in-force');

  await context.clearCookies();
  await context.addCookies(cashier);
  await late.bringToFront();
  await late.fill('#price', '3 333');
  await send(late);
  await late.getByText('Пока вы писали, это изменили').waitFor();
  assert.equal(await late.inputValue('#price'), '3 333', 'what was typed stays');
  assert.match(plain(await late.innerText('.price')), /7 777 ₽/, 'and what stands now is shown');
  await shot(late, 'settings-second');
  await send(late); // having seen it, they may go on
  await late.locator('.done').waitFor();
}, { viewport: desk });
