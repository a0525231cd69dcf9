// The chat of the clinic's site.
import { Inbound, newID, Outbound } from './line.js';
import { View } from './view.js';
import { lang, say } from './words.js';

const at = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const text = at('text');

const view = new View({
  tapped: (message, data) => send({ button: data, message }),
  retry: ({ id, text: words }) => {
    view.mine({ id, text: words }, 'sending');
    out.push({ id, text: words, lang });
  },
});

const out = new Outbound({
  sent: (message) => {
    if (message.text) view.mine(message, 'taken');
    view.typing(true);
  },
  refused: (message, code) => {
    if (code === 'no_visitor') notice('cookies');
    if (message.text) view.mine(message, 'failed');
  },
  waiting: (code) => notice(code),
  moving: () => notice(''),
});

const heard = new Inbound({
  item: (item) => {
    if (view.show(item) && item.side === 'out') askPhone(Boolean(item.ask_phone));
  },
  ready: opened,
  up: () => state('online'),
  down: () => state('connecting'),
  stranger: () => notice('cookies'),
});

/** send sends anything but a text, which has a bubble of its own. */
function send(what) {
  out.push({ id: newID(), lang, ...what });
}

let first = true;

/** opened starts the talk where there is none yet, or where a link led here; at the first reading, not at a later one. */
function opened(count) {
  const start = query.get('start') || '';
  if (!first || (count > 0 && !start)) {
    first = false;
    return;
  }
  first = false;
  if (start) {
    query.delete('start'); // a reload is not a second visit
    history.replaceState(null, '', query.size ? `?${query}` : location.pathname);
  }
  send({ start });
  view.typing(true);
}

function notice(code) {
  at('notice').hidden = !code;
  at('notice').textContent = code ? say(code) || say('failed') : '';
}

function state(code) {
  at('state').textContent = say(code);
  document.body.dataset.state = code;
}

/** askPhone offers the keyboard and the memory that browsers have for telephone numbers. */
function askPhone(on) {
  text.inputMode = on ? 'tel' : 'text';
  text.autocomplete = on ? 'tel' : 'off';
  text.placeholder = say(on ? 'placeholderPhone' : 'placeholder');
}

function submit() {
  const words = text.value.trim();
  if (!words) return;
  const message = { id: newID(), text: words, lang };
  text.value = '';
  grow();
  view.mine(message, 'sending');
  out.push(message);
}

function grow() {
  text.style.height = 'auto';
  text.style.height = `${Math.min(text.scrollHeight, 120)}px`;
  at('send').disabled = !text.value.trim();
}

at('form').addEventListener('submit', (event) => {
  event.preventDefault();
  submit();
  text.focus();
});
text.addEventListener('input', grow);
text.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
});

document.documentElement.lang = lang;
document.title = say('title');
at('title').textContent = say('title');
text.setAttribute('aria-label', say('placeholder'));
at('send').setAttribute('aria-label', say('send'));
at('close').setAttribute('aria-label', say('close'));
if (query.has('embed') && parent !== window) {
  at('close').hidden = false;
  at('close').addEventListener('click', () => parent.postMessage('zapis:close', '*'));
  addEventListener('keydown', (event) => event.key === 'Escape' && parent.postMessage('zapis:close', '*'));
}
state('connecting');
askPhone(false);
grow();
for (const message of out.queue) if (message.text) view.mine(message, 'sending');
out.run();
heard.start();
