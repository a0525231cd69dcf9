// The schedule of the cabinet: a branch's day by doctor, live.
import { DayCalendar, watch } from './calendar.js';

const at = (id) => document.getElementById(id);
const page = at('schedule');
const words = JSON.parse(page.dataset.words);
const say = (key) => words[key] ?? key;
const narrow = matchMedia('(max-width: 640px)');

const tell = (detail) => document.dispatchEvent(new CustomEvent('toast', { detail }));
const open = (address) => document.dispatchEvent(new CustomEvent('open-window', { detail: address }));
const calendar = new DayCalendar(at('calendar'), { say, lang: page.dataset.lang, columnWidth: 'minmax(152px, 1fr)', acts: { open: look, book, arrange } });
let day;

/** look opens a visit's window. A hold has none: nobody is known yet. */
function look(v) {
  if (v.status === 'held') tell({ text: say('schedule.held') });
  else if (day.can.open) open(`/cabinet/schedule/visits/${v.id}`);
}

function book({ doctor = '', start = '' }) {
  if (!day?.can.book) return;
  if (start) start = begins(doctor, start);
  if (day.week) [doctor, start] = [day.of, start && `${doctor}${start.slice(10)}`];
  open(`/cabinet/schedule/new?${new URLSearchParams({ branch: at('branch').value, date: at('date').value, doctor, start })}`);
}

/** begins is the half hour that was clicked, or, where a visit reaches into it, that visit's end. */
function begins(column, at) {
  const half = `${at.slice(0, 14)}${at.slice(14) < '30' ? '00' : '30'}`;
  const ends = day.visits.filter((v) => v.doctor === column && v.from <= `${at}:00` && v.to > `${half}:00` && v.to <= `${at}:00`).map((v) => v.to.slice(0, 16));
  return [half, ...ends].sort().at(-1);
}

/** arrange moves or stretches a visit. Whatever is refused goes back where it was, with why. */
async function arrange({ visit, doctor, from, to, back }) {
  const minutes = String((new Date(to) - new Date(from)) / 60000);
  const where = day.week ? { doctor: visit.by, date: doctor } : { doctor, date: from.slice(0, 10) };
  const body = new URLSearchParams({ version: visit.version, ...where, time: from.slice(11), minutes });
  try {
    const answer = await fetch(`/cabinet/schedule/visits/${visit.id}/move`, { method: 'POST', body, headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(15000) });
    if (answer.status === 401) return location.assign('/cabinet');
    const said = await answer.json();
    if (!answer.ok) {
      back();
      return tell({ text: said.problem });
    }
    tell(said);
  } catch {
    back();
    tell({ text: say('schedule.not_moved') });
  }
  return read().catch(() => {});
}

async function read() {
  const asked = new URLSearchParams({ branch: at('branch').value, date: at('date').value });
  const span = at('span').value;
  if (span === 'week') asked.set('doctor', at('doctor').value || sessionStorage.getItem('doctor') || '');
  const answer = await fetch(`/cabinet/schedule/${span === 'week' ? 'week' : 'data'}?${asked}`, { signal: AbortSignal.timeout(15000) });
  if (answer.status === 401) {
    location.assign('/cabinet');
    return false;
  }
  if (!answer.ok) throw new Error(answer.statusText);
  const got = await answer.json();
  if (got.branch !== at('branch').value || got.date !== at('date').value || span !== at('span').value) return true; // of a day that was left meanwhile
  day = span === 'week' ? asDay(got) : got;
  draw();
  return true;
}

/** asDay draws a doctor's week with days in the place of doctors: each visit stands at its hour on the first day's clock. */
function asDay(week) {
  const [first] = week.days;
  const on = (moment) => `${week.date}T${moment.slice(11)}`;
  const shift = (part) => ({ ...part, from: on(part.from), to: on(part.to) });
  const hours = (name, pick) => pick(...week.days.map((d) => d[name]));
  const least = (...list) => list.sort()[0];
  const most = (...list) => list.sort().at(-1);
  return {
    week: true, branch: week.branch, date: week.date, title: week.title, now: first.now, can: first.can, of: week.doctor, all: week.doctors,
    from: hours('from', least), to: hours('to', most),
    doctors: week.days.map((d) => ({ id: d.date, name: d.title, about: '', work: d.doctors.flatMap((c) => c.work).map(shift) })),
    visits: week.days.flatMap((d) => d.visits.map((v) => ({ ...shift(v), doctor: d.date, by: v.doctor }))),
  };
}

function draw() {
  if (!day) return;
  at('title').textContent = day.title;
  at('empty').hidden = day.doctors.length > 0;
  at('calendar').hidden = day.doctors.length === 0;
  doctors();
  specialties();
  for (const id of ['new', 'free']) at(id).hidden = !day.can.book;
  for (const id of ['unmarked', 'stranded']) at(id).hidden = !day.can.arrange;
  for (const id of ['unmarked', 'stranded', 'sheet']) at(id).search = new URLSearchParams({ branch: at('branch').value, date: at('date').value });
  calendar.show(day, { doctor: narrow.matches && !day.week ? at('doctor').value : undefined, specialty: day.week ? '' : at('specialty').value });
  requestAnimationFrame(() => stand());
}

/** specialties fills the filter by what is practised that day. */
function specialties() {
  const list = at('specialty');
  const kept = list.value;
  const all = [...new Set(day.doctors.map((d) => d.about))];
  list.replaceChildren(new Option(list.dataset.all, ''), ...all.map((name) => new Option(name, name)));
  list.value = all.includes(kept) ? kept : '';
  list.hidden = day.week || narrow.matches || all.length < 2;
}

/** Visits are walked by arrows: up and down in a doctor's day, left and right to the nearest of the next doctor. One of them is in the
 * order of Tab. */
const blocks = () => [...at('calendar').querySelectorAll('[data-visit]')];
let stood;

function stand() {
  const all = blocks();
  const one = all.find((el) => el.dataset.visit === stood) ?? all[0];
  for (const el of all) el.tabIndex = el === one ? 0 : -1;
}

function walk(from, key) {
  const box = (el) => el.getBoundingClientRect();
  const a = box(from);
  const upright = key === 'ArrowUp' || key === 'ArrowDown';
  const ahead = key === 'ArrowDown' || key === 'ArrowRight' ? 1 : -1;
  const far = (el) => {
    const b = box(el);
    const [x, y] = [b.left - a.left, b.top - a.top];
    if (upright) return Math.abs(x) < a.width / 2 && y * ahead > 2 ? Math.abs(y) : Infinity;
    return x * ahead > a.width / 2 ? Math.abs(x) * 4 + Math.abs(y) : Infinity;
  };
  return blocks().filter((el) => el !== from && far(el) < Infinity).sort((p, q) => far(p) - far(q))[0];
}

at('calendar').addEventListener('keydown', (event) => {
  const el = event.target.closest('[data-visit]');
  if (!el || !event.key.startsWith('Arrow')) return;
  const next = walk(el, event.key);
  if (!next) return;
  event.preventDefault();
  stood = next.dataset.visit;
  stand();
  next.focus();
});
at('calendar').addEventListener('keydown', (event) => {
  const el = event.target.closest('[data-visit]');
  if (!el || (event.key !== 'Enter' && event.key !== ' ')) return;
  event.preventDefault();
  event.stopPropagation();
  look(day.visits.find((v) => v.id === el.dataset.visit));
}, true);

/** doctors fills the choice of one column: a phone has no room for more. */
function doctors() {
  const list = at('doctor');
  if (day.week) {
    list.replaceChildren(...day.all.map((d) => new Option(`${d.name}, ${d.about}`, d.id)));
    list.value = day.of;
    list.hidden = day.all.length < 2;
    return;
  }
  const kept = list.value || sessionStorage.getItem('doctor');
  const busiest = [...day.doctors].sort((a, b) => visits(b) - visits(a))[0];
  list.replaceChildren(...day.doctors.map((d) => new Option(`${d.name}, ${d.about} (${visits(d)})`, d.id)));
  list.value = day.doctors.some((d) => d.id === kept) ? kept : busiest?.id ?? '';
  list.hidden = !narrow.matches || day.doctors.length === 0;
}

const visits = (doctor) => day.visits.filter((v) => v.doctor === doctor.id).length;

function live(on) {
  at('live').textContent = say(on ? 'schedule.live' : 'schedule.lost');
  at('live').dataset.on = on;
}

const connect = watch({ address: () => `/cabinet/events?branch=${at('branch').value}`, read, state: live });

/** go shows another day or branch and keeps the address, so that a reload and a bookmark lead here. */
function go() {
  if (!at('date').value) return;
  history.replaceState(null, '', `?${new URLSearchParams({ branch: at('branch').value, date: at('date').value })}`);
  connect();
}

function step(days) {
  const date = new Date(`${at('date').value}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days * (at('span').value === 'week' ? 7 : 1));
  at('date').value = date.toISOString().slice(0, 10);
  go();
}

at('controls').addEventListener('submit', (event) => event.preventDefault());
at('branch').addEventListener('change', go);
at('date').addEventListener('change', go);
at('earlier').addEventListener('click', () => step(-1));
at('later').addEventListener('click', () => step(1));
at('today').addEventListener('click', () => {
  at('date').value = page.dataset.today;
  go();
});
at('specialty').addEventListener('change', draw);
at('span').addEventListener('change', () => connect());
at('new').addEventListener('click', (event) => {
  event.preventDefault();
  book({ doctor: narrow.matches ? at('doctor').value : '' });
});
at('doctor').addEventListener('change', () => {
  sessionStorage.setItem('doctor', at('doctor').value);
  if (day.week) connect();
  else draw();
});
narrow.addEventListener('change', draw);
