// A new member of staff sets a password, makes a passkey and signs in with it; the pages fit a phone.
import assert from 'node:assert/strict';
import { browse, desk, phone, shot } from './browser.mjs';

const { E2E_INVITE, E2E_LOCALHOST } = process.env;

async function look(page, name) {
  for (const [size, viewport] of Object.entries({ desk, phone })) {
    await page.setViewportSize(viewport);
    await page.evaluate(() => document.fonts.ready);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= viewport.width, `${name}: nothing sticks out of ${size}`);
    await shot(page, `signin-${name}-${size}`);
  }
}

await browse(async (context) => {
  const page = await context.newPage();
  const device = await context.newCDPSession(page);
  await device.send('WebAuthn.enable');
  const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });

  await page.goto(`${E2E_LOCALHOST}/cabinet/invite/${E2E_INVITE}`);
  await look(page, 'invite');
  await page.fill('#password', 'верный конь, батарейка');
  await page.fill('#again', 'верный конь, батарейка');
  await page.click('text=Сохранить и войти');
  await page.waitForURL('**/cabinet/enrol');
  await look(page, 'enrol');
  await page.click('button:has-text("Добавить ключ доступа")');
  await page.waitForSelector('.codes');
  assert.equal(await page.locator('.codes li').count(), 10);
  await look(page, 'recovery');
  await page.click('text=Коды сохранены');
  await page.waitForURL('**/cabinet/schedule*');

  await page.goto(`${E2E_LOCALHOST}/cabinet/me`);
  await look(page, 'me');
  await page.setViewportSize(desk);
  await page.locator('section', { hasText: 'Приложение с кодами' }).getByRole('button', { name: 'Настроить' }).click();
  await page.waitForURL('**/cabinet/totp');
  await look(page, 'totp');
  await page.goto(`${E2E_LOCALHOST}/cabinet/step-up?next=/cabinet/me`);
  await look(page, 'step-up');
  await page.click('button:has-text("Подтвердить ключом доступа")');
  await page.waitForURL('**/cabinet/me');

  await page.setViewportSize(desk);
  await page.click('text=Выйти');
  await page.waitForURL('**/cabinet');
  await look(page, 'login');
  await page.click('button:has-text("Войти по ключу доступа")');
  await page.waitForURL('**/cabinet/schedule*');
  assert.equal((await device.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length, 1);

  await page.goto('about:blank'); // a page whose session ends while it asks for something leads to the sign-in by itself
  await page.context().clearCookies();
  await page.goto(`${E2E_LOCALHOST}/cabinet`);
  await page.fill('#login', 'petrova');
  await page.fill('#password', 'верный конь, батарейка');
  await page.click('form[action="/cabinet/login"] button');
  await page.waitForURL('**/cabinet/second');
  await look(page, 'second');
  await page.fill('#code', '123456');
  await page.click('text=Продолжить');
  await page.waitForSelector('[role=alert]');
  await page.click('button:has-text("Подтвердить ключом доступа")');
  await page.waitForURL('**/cabinet/schedule*');
}, { viewport: desk });
