// The demo: the patient's phone is the chat itself in a frame; the clinic's phone and its calendar are drawn here.
import { DayCalendar, watch } from './calendar.js';

const at = (id) => document.getElementById(id);
const page = at('demo');
const words = JSON.parse(page.dataset.words);
const say = (key) => words[key] ?? key;
const clock = new Intl.DateTimeFormat(page.dataset.lang, { hour: '2-digit', minute: '2-digit' });

const calendar = new DayCalendar(at('calendar'), { say, lang: page.dataset.lang, columnWidth: '152px', slotHeight: 46 });
let branch = '';
let connect = () => {};

const make = (name, className, text) => {
  const node = document.createElement(name);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

async function read() {
  const answer = await fetch('/demo/state', { signal: AbortSignal.timeout(15000) });
  if (!answer.ok) throw new Error(answer.statusText);
  const state = await answer.json();
  talk(state.talk);
  at('owner').textContent = say(`demo.${state.owner}`);
  at('title').textContent = `${state.day.place}, ${state.day.title}`;
  calendar.show(state.day, { look: state.visit });
  if (state.day.branch !== branch) {
    branch = state.day.branch;
    connect();
  }
  return true;
}

const drawn = new Map();

/** talk draws the lines that are new. */
function talk(lines) {
  at('waiting').hidden = lines.length > 0;
  if (lines.length === 0 || [...drawn.keys()].some((id) => !lines.find((l) => l.id === id))) {
    drawn.clear();
    at('talk').replaceChildren();
  }
  for (const line of lines) {
    if (drawn.has(line.id)) continue;
    const node = drawLine(line);
    drawn.set(line.id, node);
    at('talk').append(node);
  }
  at('talk').scrollTop = at('talk').scrollHeight;
}

function drawLine(line) {
  if (line.kind === 'opened') return make('li', 'note', say('demo.opened'));
  if (line.kind === 'tapped') {
    const node = make('li', 'note', `${say('demo.tapped')} `);
    node.append(make('b', '', line.text || '…'));
    return node;
  }
  const node = make('li', `line ${line.side}`);
  const body = make('div', 'line-body');
  if (line.text) body.append(make('p', '', line.text));
  if (line.file) body.append(make('p', 'line-file', `${say('demo.file')}: ${line.file}`));
  body.append(make('time', '', clock.format(new Date(line.at))));
  node.append(body);
  if (line.choices) node.append(chips(line.choices));
  return node;
}

/** chips are the first of the buttons that the patient was offered. */
function chips(choices) {
  const list = make('p', 'chips');
  const shown = choices.slice(0, 5);
  shown.forEach((label) => list.append(make('span', '', label)));
  if (choices.length > shown.length) list.append(make('span', 'chips-more', `${say('demo.more')} ${choices.length - shown.length}`));
  return list;
}

function live(on) {
  at('live').textContent = say(on ? 'schedule.live' : 'schedule.lost');
  at('live').dataset.on = on;
}

// The chat's page gives out the cookie that says whose talk this is, so the stream begins once it stands.
const begin = () => {
  connect = watch({ address: () => `/demo/events?branch=${branch}`, read, state: live });
};
const frame = at('chat');
let begun = false;
frame.addEventListener('load', () => {
  if (begun) connect();
  else begin();
  begun = true;
});
if (frame.contentDocument?.readyState === 'complete' && frame.contentDocument.location.href !== 'about:blank') {
  begun = true;
  begin();
}

at('new').addEventListener('click', async () => {
  await fetch('/demo/new', { method: 'POST' });
  frame.contentWindow.location.reload();
});
