// A browser for the tests: Debian's Chromium through playwright-core, which is installed with the cabinet's assets.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(new URL('../cabinet/assets/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const { E2E_CHROMIUM, E2E_PROFILE, E2E_URL, E2E_SHOTS } = process.env;

export const home = E2E_URL;
export const phone = { width: 375, height: 740 };
export const desk = { width: 1280, height: 800 };

/**
 * browse runs a story with a browser of its own and closes it. Whatever a page complains of fails the story: an error of a script, a
 * breach of the content policy, a dialog that somebody's name opened. Only what is expected may be complained of, and then must be; what is
 * tolerated may.
 */
export async function browse(story, { viewport = phone, locale = 'ru-RU', expected, tolerated } = {}) {
  const context = await chromium.launchPersistentContext(E2E_PROFILE, {
    executablePath: E2E_CHROMIUM,
    headless: true,
    viewport,
    locale,
    timezoneId: 'Europe/Moscow',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const complaints = [];
  context.setDefaultTimeout(15000);
  await context.exposeBinding('breach', (_, what) => complaints.push(`policy: ${what}`));
  await context.addInitScript(() => addEventListener('securitypolicyviolation', (e) => globalThis.breach(`${e.violatedDirective} ${e.blockedURI} at ${e.documentURI}`)));
  context.on('page', (page) => {
    page.on('pageerror', (error) => complaints.push(`error: ${error}`));
    page.on('console', (line) => line.type() === 'error' && !/Failed to load resource|ERR_INTERNET_DISCONNECTED/.test(line.text()) && complaints.push(`console: ${line.text()}`));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
  });
  try {
    await story(context);
    const surprises = complaints.filter((line) => !expected?.test(line) && !tolerated?.test(line));
    if (surprises.length > 0) throw new Error(surprises.join('\n'));
    if (expected && complaints.length === 0) throw new Error(`nobody complained of ${expected}`);
  } catch (error) {
    for (const [i, page] of context.pages().entries()) await shot(page, `failed-${i}`).catch(() => {});
    throw error;
  } finally {
    await context.close();
  }
}

/** shot keeps a picture of the page where pictures are asked for. */
export async function shot(page, name) {
  if (E2E_SHOTS) await page.screenshot({ path: join(E2E_SHOTS, `${name}.png`) });
}

/** Chat is the site's chat in a page or a frame. */
export class Chat {
  constructor(at) {
    this.at = at;
    this.last = at.locator('.msg.out:has(.keys)').last();
  }

  /** tap taps a button of the newest card and waits until the card has changed. */
  async tap(label) {
    const before = await this.last.innerText();
    await this.last.locator('.key').filter({ hasText: label }).first().click();
    await this.changed(before);
  }

  async changed(before) {
    for (let i = 0; i < 300; i++) {
      if ((await this.last.count()) > 0 && (await this.last.innerText()) !== before) return;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`the clinic did not answer; its last words: ${before}`);
  }

  async write(text) {
    await this.at.locator('#text').fill(text);
    await this.at.locator('#text').press('Enter');
  }

  /** text waits for words of the clinic. */
  async hears(words) {
    await this.at.locator('.msg.out').filter({ hasText: words }).last().waitFor();
  }
}

export async function signIn(page, login) {
  await page.goto(`${home}/cabinet`);
  await page.fill('#login', login);
  await page.fill('#password', 'demo-demo-demo');
  await page.click('button[type=submit]');
  await page.waitForURL(/\/cabinet\/(schedule|security|me)\b/); // where the role begins
}
