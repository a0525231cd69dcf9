// The security officer connects a bot: a token that is none, one that nobody knows, the clinic's own; the running program takes it up, the
// webhook is looked at, and a test message comes to one's own Telegram.
import assert from 'node:assert/strict';
import { browse, desk, home, phone, shot, signIn } from './browser.mjs';

const { E2E_TOKEN, E2E_BOT, E2E_HANDSET } = process.env;
const channels = `${home}/cabinet/admin/channels`;

/** again asks until something is so. */
async function again(what, is) {
  for (let i = 0; i < 120; i++) {
    const seen = await is();
    if (seen) return seen;
    await new Promise((done) => setTimeout(done, 250));
  }
  throw new Error(`${what}: in vain`);
}

const handset = async (act) => (await fetch(E2E_HANDSET, act && { method: 'POST', body: new URLSearchParams(act) })).json();

/** press presses a button, and shows the password again where that is asked for, then presses once more. */
async function press(page, name, before = async () => {}) {
  const push = async () => {
    await before();
    await Promise.all([page.waitForNavigation(), page.getByRole('button', { name, exact: true }).click()]);
  };
  await push();
  if (!page.url().includes('/step-up')) return;
  await page.fill('[name=password]', 'demo-demo-demo');
  await page.locator('main button[type=submit]').first().click();
  await page.waitForURL((url) => !url.pathname.includes('step-up'));
  await page.goto(channels);
  await push();
}

const connect = (page, token) => press(page, 'Подключить', () => page.fill('#token', token));

await browse(async (context) => {
  const page = await context.newPage();
  await signIn(page, 'security');
  await page.goto(channels);
  assert.match(await page.innerText('main'), /Бот не подключён/);

  await connect(page, 'пароль от почты');
  assert.match(await page.innerText('#token-wrong'), /не похоже на токен/);
  await connect(page, '999:nobody-knows-this');
  assert.match(await page.innerText('#token-wrong'), /не знает такого токена/);
  assert.equal(await page.inputValue('#token'), '', 'a token never comes back');
  await shot(page, 'bot-refused');
  await connect(page, E2E_TOKEN);
  await page.getByText(`Работает бот ${E2E_BOT}`).waitFor();
  assert.ok(!(await page.content()).includes(E2E_TOKEN), 'the token is never shown');
  await again('the running program takes the bot up', async () => {
    await page.goto(channels);
    return /принимает и отправляет/.test(await page.innerText('section[aria-labelledby=bot]'));
  });
  await shot(page, 'bot-works');

  // The officer's own Telegram, and the test message to it.
  await press(page, 'Отправить сообщение себе');
  const alone = await page.locator('.problem').innerText();
  assert.match(alone, /привя/, 'who has no Telegram bound is told how');
  await page.goto(`${home}/cabinet/me`);
  await page.getByRole('button', { name: 'Связать мессенджер' }).click();
  const link = new URL(await page.getByRole('link', { name: 'Открыть бота' }).getAttribute('href'));
  await handset({ say: `/start ${link.searchParams.get('start')}` });
  const asked = await again('the bot asks whether it is them', async () => {
    const shown = await handset();
    return shown.labels?.length > 0 && /security/.test(shown.text) && shown;
  });
  await handset({ tap: asked.labels[0] });
  await again('the Telegram is bound', async () => {
    await page.goto(`${home}/cabinet/me`);
    return (await page.locator('section[aria-labelledby=links] li').count()) > 0;
  });
  await page.goto(channels);
  await press(page, 'Отправить сообщение себе');
  await page.locator('.done').waitFor();
  await again('the test message comes', async () => /Проверка связи/.test((await handset()).text));

  // Delivered to the clinic's address instead of fetched, and it says so.
  await page.getByRole('link', { name: 'Проверить сейчас' }).click();
  await page.getByText('не включена').waitFor();
  await press(page, 'Получать по адресу');
  await again('the webhook is set', async () => {
    await page.goto(`${channels}?ask=1`);
    return /на адрес клиники/.test(await page.innerText('section[aria-labelledby=bot]'));
  });
  await page.getByText('Telegram присылает сообщения по адресу клиники.').waitFor();
  await shot(page, 'bot-webhook');
  await page.setViewportSize(phone);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= phone.width, 'nothing sticks out of a phone');
  await page.setViewportSize(desk);

  await press(page, 'Отключить бота');
  await page.getByText('Бот не подключён').waitFor();
}, { viewport: desk });
