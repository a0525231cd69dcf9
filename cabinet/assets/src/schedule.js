// The schedule of the cabinet: a branch's day by doctor, live.
import { DayCalendar, watch } from './calendar.js';

const at = (id) => document.getElementById(id);
const page = at('schedule');
const words = JSON.parse(page.dataset.words);
const say = (key) => words[key] ?? key;
const narrow = matchMedia('(max-width: 640px)');

const calendar = new DayCalendar(at('calendar'), { say, lang: page.dataset.lang, columnWidth: 'minmax(152px, 1fr)' });
let day;

async function read() {
  const asked = new URLSearchParams({ branch: at('branch').value, date: at('date').value });
  const answer = await fetch(`/cabinet/schedule/data?${asked}`, { signal: AbortSignal.timeout(15000) });
  if (answer.status === 401) {
    location.assign('/cabinet');
    return false;
  }
  if (!answer.ok) throw new Error(answer.statusText);
  const got = await answer.json();
  if (got.branch !== at('branch').value || got.date !== at('date').value) return true; // of a day that was left meanwhile
  day = got;
  draw();
  return true;
}

function draw() {
  if (!day) return;
  at('title').textContent = day.title;
  at('empty').hidden = day.doctors.length > 0;
  at('calendar').hidden = day.doctors.length === 0;
  doctors();
  calendar.show(day, { doctor: narrow.matches ? at('doctor').value : undefined });
}

/** doctors fills the choice of one column: a phone has no room for more. */
function doctors() {
  const list = at('doctor');
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
  date.setUTCDate(date.getUTCDate() + days);
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
at('doctor').addEventListener('change', () => {
  sessionStorage.setItem('doctor', at('doctor').value);
  draw();
});
narrow.addEventListener('change', draw);
