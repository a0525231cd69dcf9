// A hostile table of patients: a column is corrected, every line is judged, what is right is written, the faults are downloaded, all is undone.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { browse, desk, home, phone, shot, signIn } from './browser.mjs';

const table = [
  'Пациенты прежней программы;;;;',
  'ФИО;Моб. номер;Дата рождения;E-mail;Примечание',
  'ВЕТРОВА МАРИЯ ИЛЬИНИЧНА;8 (916) 555-01-01;05.03.1985;vetrova@example.com;=1+1',
  'Ким Ирина;+7 916 555-01-02;;;',
  'Ветрова Мария;89165550101;05.03.1985;;',
  'Петров Пётр;+7 916 555-01-03;31.02.1980;;',
  'Орлов Олег;нет;;не почта;',
  `=cmd|'/c calc'!A1;89165550104;;;`,
  '"""><svg onload=alert(1)>";89165550105;;;',
  'Иван\u202Eов Пётр;89165550106;01.01.1970;;',
].join('\r\n');

await browse(async (context) => {
  const page = await context.newPage();
  context.setDefaultTimeout(60000);
  await signIn(page, 'admin');
  await page.goto(`${home}/cabinet/settings/import`);
  await page.getByLabel('Что в таблице').selectOption('patients');
  await page.getByLabel('Файл', { exact: true }).setInputFiles({ name: '"><svg onload=alert(2)>\u202Evsc.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
  await page.getByRole('button', { name: 'Загрузить файл' }).click();
  await page.waitForURL(/import\/[0-9a-f-]{36}$/);
  const told = page.getByLabel('Что в столбце «Моб. номер»');
  assert.equal(await told.inputValue(), '', 'a heading that nobody knows is nothing');
  assert.equal(await page.getByLabel('Что в столбце «Дата рождения»').inputValue(), 'born');
  await page.getByRole('button', { name: 'Проверить' }).click();
  await page.getByRole('alert').getByText('Укажите номер реестра').waitFor();
  await page.getByLabel('Номер реестра подписанных согласий').fill('Р-1/2026');
  await page.getByRole('button', { name: 'Проверить' }).click();
  await page.getByRole('heading', { name: 'Что получится' }).waitFor();
  const line = (n) => page.locator('#lines tbody tr').filter({ has: page.locator('td.num', { hasText: new RegExp(`^${n}$`) }) }).innerText();
  assert.match(await line(4), /Ким Ирина[\s\S]*нет ни телефона, ни даты рождения/, 'without the column');

  await told.selectOption('phone');
  await page.getByRole('button', { name: 'Проверить' }).click();
  await page.getByText('добавим: 2').waitFor();
  assert.match(await line(5), /повторяет строку 3/);
  assert.match(await line(6), /дата рождения не распознана/);
  assert.match(await line(7), /телефон не распознан/);
  assert.match(await line(8), /=cmd[\s\S]*в имени лишние знаки/);
  assert.match(await line(9), /svg onload[\s\S]*в имени лишние знаки/);
  assert.match(await line(10), /есть невидимые знаки/);
  assert.equal(await page.locator('main svg').count(), 0, 'a name is text');
  assert.doesNotMatch(await page.innerText('main'), /\u202E/, 'nothing turns the writing around');
  await shot(page, 'import-plan');
  await page.setViewportSize(phone);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no scrolling sideways');
  await shot(page, 'import-plan-phone');
  await page.setViewportSize(desk);

  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Скачать строки с ошибками (6)' }).click()]);
  assert.equal(file.suggestedFilename(), 'import-errors.csv');
  const faults = await readFile(await file.path(), 'utf8');
  assert.equal(faults.trim().split('\r\n').length, 7);
  assert.doesNotMatch(faults, /(^|;)"?[=+@\t]/m, 'no cell is a formula');
  assert.match(faults, /'=cmd/);
  assert.doesNotMatch(faults, /\u202E/);

  await page.getByRole('button', { name: 'Записать: 2' }).click();
  await page.getByText('добавлено: 2').waitFor(); // the page asks by itself how far the work is
  await shot(page, 'import-report');
  const card = await page.getByRole('link', { name: 'ВЕТРОВА МАРИЯ ИЛЬИНИЧНА' }).getAttribute('href');
  const report = page.url().replace(/#.*/, '');
  await page.goto(home + card);
  assert.match(await page.innerText('main'), /Ветрова Мария Ильинична/);
  await page.goto(report);
  await page.getByRole('button', { name: 'Отменить загрузку' }).click();
  await page.getByText('отменено: 2').waitFor();
  await shot(page, 'import-undone');
  const gone = await page.goto(home + card);
  assert.equal(gone.status(), 404, 'the card is no more');
}, { viewport: desk });
