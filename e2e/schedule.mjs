// The desk's day in the calendar: booking from a free time, moving by drag, taking it back, cancelling; and a second browser at the same time.
import assert from 'node:assert/strict';
import { browse, desk, home, shot, signIn } from './browser.mjs';

const { E2E_DATE, E2E_DOCTOR } = process.env;

await browse(async (context) => {
  const page = await context.newPage();
  await signIn(page, 'admin');
  const there = `${home}/cabinet/schedule?date=${E2E_DATE}`;
  await page.goto(there);
  await page.waitForFunction(() => document.querySelector('#specialty').options.length > 2);
  await page.selectOption('#specialty', { label: 'Кардиолог' });
  const column = page.locator('.ec-body .ec-day').nth(Number(E2E_DOCTOR));
  const label = (time) => page.locator(`[data-visit][title^="${time}"][title*="Щербатова"]`);

  /** at is the middle of a half hour in the doctor's column. */
  async function at(hour, half = 0) {
    const box = await column.boundingBox();
    const row = 52 * ((hour - 9) * 2 + half) + 10;
    return { x: box.x + box.width / 2, y: box.y + row };
  }
  await page.locator('.work').first().waitFor();
  await page.locator('.ec-main').evaluate((main) => main.scrollTo(0, 0));

  // A click on a free time books it.
  const nine = await at(9);
  await page.mouse.click(nine.x, nine.y);
  await page.waitForSelector('dialog[open] .booking');
  assert.equal(await page.inputValue('#over-time'), '09:00');
  await page.fill('#over-q', 'Щербтова');
  await page.locator('.found', { hasText: 'Щербатова' }).click();
  await shot(page, 'schedule-book');

  // The window is still open when somebody else takes the time.
  const other = await context.newPage();
  await other.goto(`${home}/cabinet/schedule/new?date=${E2E_DATE}&start=${E2E_DATE}T09:00&doctor=${await page.inputValue('#over-doctor')}`);
  await other.fill('#over-q', 'Ветров');
  await other.locator('.found', { hasText: 'Ветрова' }).click();
  await other.click('button:has-text("Записать")');
  await other.waitForURL('**/cabinet/schedule?**');
  await page.bringToFront();
  await page.click('dialog button:has-text("Записать")');
  await page.locator('.conflicts', { hasText: 'Ветрова' }).waitFor();
  assert.match(await page.innerText('.conflicts'), /admin/);
  await shot(page, 'schedule-conflict');
  await page.fill('#over-time', '10:00');
  await page.locator('.found', { hasText: 'Щербатова' }).first().click();
  await page.click('dialog button:has-text("Записать")');
  await label('10:00').waitFor();
  assert.equal(await page.locator('dialog[open]').count(), 0);

  // What is begun for one time is nothing for another, survives a reload, and is given up with the window.
  const open = async (spot) => {
    await page.mouse.click(spot.x, spot.y);
    await page.waitForSelector('dialog[open] .booking');
    await page.waitForFunction(() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added'));
  };
  const note = '#over-note';
  await open(await at(12));
  await page.fill(note, 'придёт с мамой');
  await page.reload();
  await page.selectOption('#specialty', { label: 'Кардиолог' });
  await page.locator('.work').first().waitFor();
  await page.locator('.ec-main').evaluate((main) => main.scrollTo(0, 0));
  await open(await at(12, 1));
  assert.equal(await page.inputValue(note), '', 'another time');
  await page.keyboard.press('Escape');
  await open(await at(12));
  await page.waitForFunction((box) => document.querySelector(box).value === 'придёт с мамой', note); // the same time
  await page.keyboard.press('Escape');
  await open(await at(12));
  assert.equal(await page.inputValue(note), '', 'given up');
  await page.keyboard.press('Escape');

  // Dragged to eleven, and back.
  const drag = async (from, to) => {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, (from.y + to.y) / 2, { steps: 4 });
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await page.mouse.up();
  };
  await drag(await at(10), await at(11));
  await label('11:00').waitFor();
  await shot(page, 'schedule-moved');
  await page.click('.toasts button:has-text("Вернуть")');
  await label('10:00').waitFor();

  // Over a visit it goes back where it was, and why is said.
  await drag(await at(10), await at(9));
  await page.locator('.toasts p', { hasText: 'уже занято' }).waitFor();
  await label('10:00').waitFor();

  // The lower edge stretches it.
  const box = await label('10:00').boundingBox();
  await drag({ x: box.x + box.width / 2, y: box.y + box.height - 2 }, { x: box.x + box.width / 2, y: box.y + box.height + 24 });
  await page.locator('[data-visit][title^="10:00–10:45"]').waitFor();

  // By keyboard: the visit opens, and is cancelled; until the patient is told that is taken back.
  await label('10:00').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog[open] .facts');
  await shot(page, 'schedule-visit');
  await page.click('summary:has-text("Отменить визит")');
  await page.selectOption('#over-reason', { label: 'Попросил пациент' });
  await page.click('dialog button:has-text("Отменить визит")');
  await label('10:00').waitFor({ state: 'detached' });
  await page.locator('.toasts p', { hasText: 'отменён' }).getByRole('button').click();
  await label('10:00').waitFor();
}, { viewport: desk });
