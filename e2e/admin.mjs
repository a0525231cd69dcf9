// Administration: security proposes a change of the rules and sees what it changes; the director approves; it takes effect, and is returned.
import assert from 'node:assert/strict';
import { browse, desk, home, phone, shot, signIn } from './browser.mjs';

const rules = `${home}/cabinet/admin/policies`;

/** press presses a button, and shows the password again where that is asked for (a demo's second factor), then presses once more. */
async function press(page, name) {
  const push = () => Promise.all([page.waitForNavigation(), page.getByRole('button', { name, exact: true }).click()]);
  await push();
  if (!page.url().includes('/step-up')) return;
  await page.fill('[name=password]', 'demo-demo-demo');
  await page.locator('main button[type=submit]').first().click();
  await page.waitForURL((url) => !url.pathname.includes('step-up'));
  await push();
}

async function as(context, page, login) {
  await context.clearCookies();
  await signIn(page, login);
}

await browse(async (context) => {
  const page = await context.newPage();
  await signIn(page, 'security');
  await page.goto(rules);
  await shot(page, 'admin-rules');
  await page.getByRole('link', { name: 'Изменить правила' }).click();
  await page.fill('#text', (await page.inputValue('#text')).replace(/@id\("marketing-feedback"\)[^;]*;\n/, ''));
  await page.getByRole('button', { name: 'Проверить' }).click();
  await page.getByText('Правила расходятся с матрицей').waitFor();
  await page.getByText('Матрица: что проверяется').click();
  await page.fill('#matrix', (await page.inputValue('#matrix')).replace(/marketing:\n {8}- \{may: \[read\], of: \[clinic\], sees: min, notes: \[no_medical_text\]\}/, 'marketing: []'));
  await page.getByRole('button', { name: 'Проверить' }).click();
  await page.getByRole('heading', { name: 'Что изменится' }).waitFor();
  assert.match(await page.innerText('#trial table'), /маркетинг[\s\S]*Отзывы[\s\S]*можно, только нужное[\s\S]*нельзя/);
  await shot(page, 'admin-trial');
  await page.getByRole('button', { name: 'Предложить' }).click();
  await page.waitForURL(/policies\/\d+$/);
  const proposal = page.url();
  assert.match(await page.innerText('main'), /ждёт утверждения/);
  assert.equal(await page.getByRole('button', { name: 'Утвердить' }).count(), 0, 'nobody approves their own');
  await shot(page, 'admin-version');
  await page.setViewportSize(phone);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no scrolling sideways');
  await shot(page, 'admin-version-phone');
  await page.setViewportSize(desk);

  await as(context, page, 'director');
  await page.goto(proposal);
  await press(page, 'Утвердить');
  await press(page, 'Ввести в действие');
  await page.getByText('Эти правила действуют сейчас').waitFor();
  await page.goto(`${rules}?role=marketing`);
  assert.match(await page.innerText('main'), /Отзывы\s+ничего/);

  await as(context, page, 'security');
  await page.goto(`${rules}/0`);
  await press(page, 'Вернуть эту версию');
  const back = page.url();
  await as(context, page, 'director');
  await page.goto(back);
  await press(page, 'Утвердить');
  await press(page, 'Ввести в действие');
  await page.goto(`${rules}/history`);
  await shot(page, 'admin-history');
  await page.goto(`${rules}?role=marketing`);
  assert.match(await page.innerText('main'), /Отзывы\s+видит/);
}, { viewport: desk });

// Somebody is invited, sets a password, and is in.
await browse(async (context) => {
  const page = await context.newPage();
  await as(context, page, 'security');
  await page.goto(`${home}/cabinet/admin/staff/new`);
  await page.fill('[name=password]', 'demo-demo-demo');
  await page.locator('main button[type=submit]').first().click();
  await page.waitForURL('**/staff/new');
  await page.fill('#login', 'newcomer');
  await page.selectOption('#role', 'cashier');
  await shot(page, 'admin-hire');
  await page.getByRole('button', { name: 'Принять и получить ссылку' }).click();
  const link = await page.innerText('code.secret');
  await shot(page, 'admin-link');
  await page.goto(`${home}/cabinet/admin/staff`);
  assert.match(await page.innerText('.people'), /newcomer[\s\S]*ждёт первого входа/);
  await shot(page, 'admin-staff');

  await context.clearCookies();
  await page.goto(home + new URL(link).pathname);
  await page.fill('#password', 'a long enough one');
  await page.fill('#again', 'a long enough one');
  await page.click('button[type=submit]');
  await page.waitForURL(/\/cabinet\/(enrol|schedule|security|me)\b/); // where a second factor is asked for, it is set up first
}, { viewport: desk });
