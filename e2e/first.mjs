// From an empty clinic to the first booking: one keeps security and invites, one sets the clinic up, one approves, a patient books.
import assert from 'node:assert/strict';
import { browse, Chat, desk, home, phone, shot } from './browser.mjs';
import { Hand } from './hand.mjs';

const hand = new Hand();
const jars = new Map(); // a browser for each person: their cookies
let who;

async function as(context, name) {
  if (who) jars.set(who, await context.cookies());
  await context.clearCookies();
  await context.addCookies(jars.get(name) ?? []);
  who = name;
}

/** arrive goes in by a one-time link: a password, a passkey, the recovery codes. */
async function arrive(page, link) {
  await page.goto(link);
  await hand.fill({ password: 'верный конь, батарейка', again: 'верный конь, батарейка' });
  await hand.click('Сохранить и войти');
  await page.waitForURL('**/cabinet/enrol');
  await hand.click(/Добавить ключ доступа/);
  await page.waitForSelector('.codes');
  await hand.click(/Коды сохранены/, { role: 'link' });
  await page.waitForURL(/\/cabinet\/(schedule|security|start)/);
}

/** ways are all open, whatever the clinic lacks: a page without anything on it says what to do. */
async function waysOpen(page) {
  for (const way of await page.locator('.nav a').all()) {
    const path = await way.getAttribute('href');
    const answer = await page.request.get(home + path);
    assert.ok(answer.ok(), `${who} ${path} answers ${answer.status()}`);
  }
}

async function invite(page, login, role) {
  await page.goto(`${home}/cabinet/admin/staff`);
  await hand.follow('Пригласить');
  await hand.fill({ login });
  await hand.choose('role', role);
  await hand.click('Принять и получить ссылку');
  return page.innerText('code.secret');
}

/** step opens a step of the list of what is missing, by its link. */
async function step(page, link) {
  await page.goto(`${home}/cabinet/start`);
  await hand.follow(link);
}

async function propose(page) {
  await hand.click('Отправить на согласование');
  const told = page.locator('.done');
  await Promise.race([told.waitFor(), page.locator('.wrong, .problem').first().waitFor().then(async () => {
    throw new Error(`refused: ${(await page.locator('.wrong, .problem').allInnerTexts()).join('; ')}`);
  })]);
}

/** approve says yes to everything that waits, and waits until it is in force. */
async function approve(context, page, count) {
  await as(context, 'director');
  await page.goto(`${home}/cabinet/settings/proposals`);
  for (let i = 0; i < count; i++) {
    await hand.click('Согласовать');
    await page.locator('.done').waitFor();
  }
  await inForce(page, `${home}/cabinet/settings/proposals`, async () => (await page.locator('.proposals li').count()) === 0);
}

/** inForce looks again until what was decided is carried out. */
async function inForce(page, address, there) {
  const pages = hand.pages;
  for (let i = 0; i < 60; i++) {
    await page.goto(address);
    if (await there()) {
      hand.pages = pages + 1;
      return;
    }
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error(`what was decided is not in force: ${await page.innerText('main')}`);
}

async function lacks(page) {
  await page.goto(`${home}/cabinet/start`);
  return page.locator('.start-steps li:not(.is-done) h2').allInnerTexts();
}

await browse(async (context) => {
  const page = await context.newPage();
  hand.at(page);
  const device = await context.newCDPSession(page);
  await device.send('WebAuthn.enable');
  await device.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });

  await as(context, 'security');
  await arrive(page, process.env.E2E_INVITE);
  await page.locator('.start-card').waitFor();
  await waysOpen(page);
  await shot(page, 'first-security');
  const [first, second] = [await invite(page, 'sidorova', 'администратор'), await invite(page, 'orlov', 'директор')];
  hand.say('two are invited');
  await as(context, 'director');
  await arrive(page, second);
  await waysOpen(page);
  await as(context, 'admin');
  await arrive(page, first);
  await waysOpen(page);
  await shot(page, 'first-admin');
  hand.say('everybody is in');
  await hand.follow('Что осталось сделать');
  await shot(page, 'first-list');
  assert.equal(await page.locator('.start-steps li.is-done').count(), 1, 'the staff is there and nothing else');

  await step(page, 'Филиалы');
  await hand.follow('Новый филиал');
  await hand.fill({ name_ru: 'На Лесной', name_en: 'Lesnaya', city_ru: 'Москва', city_en: 'Moscow', address_ru: 'ул. Лесная, 5', address_en: '5 Lesnaya St', hours_ru: 'пн–пт 9:00–18:00', hours_en: 'Mon–Fri 9–18', phone: '8 (495) 000-00-01' });
  await propose(page);
  await step(page, 'Специальности');
  await hand.follow('Новая специальность');
  await hand.fill({ name_ru: 'Терапевт', name_en: 'Therapist', specialty_code: 'therapist' });
  await propose(page);
  await step(page, 'Написать текст согласия');
  await hand.fill({ wording: 'Я согласен на обработку моих персональных данных: имени, телефона, даты рождения и сведений о записи. Клиника «На Лесной» обрабатывает их, чтобы записать меня к врачу и напомнить о визите. Согласие можно отозвать в любой момент.' });
  await propose(page);
  await page.goto(`${home}/cabinet/start`);
  assert.equal(await page.locator('.start-steps .badge', { hasText: 'ждёт решения' }).count(), 3);
  await shot(page, 'first-proposed');
  await approve(context, page, 3);
  hand.say('branch, speciality and consent');

  await as(context, 'admin');
  await inForce(page, `${home}/cabinet/settings/specialties`, async () => /Терапевт/.test(await page.innerText('main')));
  await step(page, 'Кабинеты');
  await hand.follow('Новый кабинет');
  await hand.fill({ name: '101' });
  await propose(page);
  await step(page, 'Услуги и цены');
  await hand.follow('Новая услуга');
  await hand.fill({ name_ru: 'Первичный приём терапевта', name_en: 'First visit to a therapist', minutes: '30', price: '2500' });
  await propose(page);
  await approve(context, page, 2);
  hand.say('room and service with its price');

  await as(context, 'admin');
  await step(page, 'Врачи');
  await hand.follow('Новый врач');
  await hand.fill({ surname: 'Иванова', given: 'Анна', patronymic: 'Петровна' });
  await hand.tick('Женщина');
  await hand.tick('Терапевт');
  await hand.tick('На Лесной');
  await hand.click('Показать услуги отмеченных специальностей');
  await page.waitForURL(/specialties=/);
  await hand.tick('Первичный приём терапевта');
  await propose(page);
  await approve(context, page, 1);
  hand.say('doctor with the service');

  await as(context, 'admin');
  await inForce(page, `${home}/cabinet/settings/doctors`, async () => /Иванова/.test(await page.innerText('main')));
  await step(page, 'Рабочее время');
  for (let day = 1; day <= 7; day++) await hand.fill({ [`w${day}a`]: '09:00', [`w${day}b`]: '18:00' });
  await hand.click('Отправить на согласование');
  await page.locator('.done').waitFor();
  await as(context, 'director');
  await page.goto(`${home}/cabinet/hours`);
  await hand.click('Согласовать');
  await page.locator('.done').waitFor();
  await inForce(page, `${home}/cabinet/hours`, async () => /09:00–18:00/.test(await page.innerText('section[aria-labelledby=now]')));
  hand.say('working time');

  await as(context, 'security');
  await page.goto(`${home}/cabinet/start`);
  await shot(page, 'first-channel');
  await hand.follow('Каналы связи');
  const chatAt = await page.getByRole('link', { name: 'Открыть чат' }).getAttribute('href');

  await as(context, 'patient');
  const mobile = await context.newPage();
  await mobile.setViewportSize(phone);
  await mobile.goto(chatAt);
  const chat = new Chat(mobile);
  await chat.hears('Здравствуйте');
  await chat.tap('Записаться к врачу');
  const time = /^\d\d:\d\d/;
  for (let i = 0; i < 6; i++) {
    if (await chat.last.locator('.key').filter({ hasText: time }).count()) break;
    const days = chat.last.locator('.row.week .key');
    if (await days.count()) {
      const before = await chat.last.innerText();
      await days.first().click();
      await chat.changed(before);
    } else {
      await chat.tap(/Терапевт|Лесной|Первичный|Иванова|Любой/);
    }
  }
  await shot(mobile, 'first-chat');
  const slot = (await chat.last.locator('.key').filter({ hasText: time }).first().innerText()).slice(0, 5);
  await chat.tap(time);
  await chat.hears('Я согласен на обработку');
  await chat.tap(/^Согласен/);
  await chat.hears('Как вас зовут');
  await chat.write('Ветрова Мария Ильинична');
  await chat.hears('номер телефона');
  await chat.write('+7 916 123-45-67');
  await chat.hears('Проверьте');
  await chat.tap('Записаться');
  await chat.hears('Готово, вы записаны');
  await shot(mobile, 'first-booked');
  await mobile.close();
  hand.say('a patient has booked');

  await as(context, 'admin');
  await page.goto(`${home}/cabinet/schedule`);
  const visit = page.locator('.is-booked').filter({ hasText: 'Ветрова' });
  for (let day = 0; day < 4 && (await visit.count()) === 0; day++) {
    hand.clicks++;
    await page.click('#later');
    await visit.waitFor({ timeout: 3000 }).catch(() => {});
  }
  assert.match(await visit.getAttribute('title'), new RegExp(`^${slot}–`));
  await shot(page, 'first-schedule');
  assert.equal(await page.locator('.start-card').count(), 0, 'nothing is missing, and nothing is said');
  assert.deepEqual(await lacks(page), []);
  hand.say('seen in the schedule');
  assert.ok(hand.person < 30, `a person would take ${hand.person} minutes`);
}, { viewport: desk });
