// What stands on the screen: one bubble a message, changed in place when the clinic changes it.
import { keys } from './keys.js';
import { lang, say } from './words.js';

const el = (name, className, text) => {
  const node = document.createElement(name);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

const clock = new Intl.DateTimeFormat(lang, { hour: '2-digit', minute: '2-digit' });
const calendar = new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'long' });

export class View {
  /** tapped(bubble id, data), retry(message) */
  constructor({ tapped, retry }) {
    this.tapped = tapped;
    this.retry = retry;
    this.scroll = document.getElementById('scroll');
    this.log = document.getElementById('log');
    this.bubbles = new Map();
    this.rows = new Set();
    new ResizeObserver(() => this.stuck && this.down()).observe(this.scroll);
    this.stuck = true;
    this.scroll.addEventListener('scroll', () => {
      this.stuck = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 80;
    });
  }

  /** show puts an item on the screen, or changes the one it is about. The same row twice is one. */
  show(item) {
    if (this.rows.has(item.row)) return false;
    this.rows.add(item.row);
    if (item.strip) this.bubbles.get(item.strip)?.querySelector('.keys')?.remove();
    if (item.side === 'in') {
      if (item.text) this.mine(item, 'taken');
      return true;
    }
    this.typing(false);
    const bubble = this.bubbles.get(item.id) || this.add(item.id, 'out', item.at);
    this.fill(bubble, item);
    if (this.stuck) this.down();
    return true;
  }

  /** mine shows what the person said: sending, taken or failed. */
  mine({ id, text, at }, state) {
    const bubble = this.bubbles.get(id) || this.add(id, 'in', at || new Date());
    const body = bubble.querySelector('.bubble');
    body.replaceChildren(el('span', 'who', say('you')), el('p', 'text', text), this.stamp(at || new Date()));
    bubble.dataset.state = state;
    if (state === 'sending') body.lastChild.append(el('span', 'hidden', `, ${say('sending')}`));
    if (state === 'failed') {
      const again = el('button', 'retry', say('retry'));
      again.type = 'button';
      again.addEventListener('click', () => this.retry({ id, text }));
      body.append(el('p', 'failed', say('failed')), again);
    }
    this.down();
  }

  add(id, side, at) {
    this.day(new Date(at));
    const bubble = el('li', `msg ${side}`);
    bubble.tabIndex = -1;
    bubble.append(el('div', 'bubble'));
    this.log.insertBefore(bubble, this.dots || null);
    this.bubbles.set(id, bubble);
    return bubble;
  }

  fill(bubble, item) {
    const focused = bubble.contains(document.activeElement) && document.activeElement !== bubble;
    const body = bubble.querySelector('.bubble');
    body.replaceChildren(el('span', 'who', say('clinic')));
    if (item.text) body.append(el('p', 'text', item.text));
    if (item.file) {
      const link = el('a', 'file', item.file.name);
      link.href = item.file.url;
      link.setAttribute('aria-label', `${say('file')}: ${item.file.name}`);
      link.download = item.file.name;
      body.append(link);
    }
    body.append(this.stamp(item.at));
    bubble.querySelector('.keys')?.remove();
    if (item.buttons?.length) bubble.append(keys(item.buttons, (data) => this.tap(item.id, bubble, data)));
    if (focused) bubble.focus({ preventScroll: true });
  }

  /** tap holds the other buttons until the clinic has answered, and no longer than a few seconds. */
  tap(id, bubble, data) {
    const box = bubble.querySelector('.keys');
    if (box.inert) return;
    bubble.focus({ preventScroll: true });
    box.inert = true;
    setTimeout(() => {
      box.inert = false;
      box.querySelector('.tapped')?.classList.remove('tapped');
    }, 4000);
    this.tapped(id, data);
  }

  typing(on) {
    this.dots?.remove();
    this.dots = undefined;
    clearTimeout(this.dotsEnd);
    if (!on) return;
    this.dots = el('li', 'msg out dots');
    const body = el('div', 'bubble');
    body.append(el('span', 'hidden', say('typing')), el('i', ''), el('i', ''), el('i', ''));
    this.dots.append(body);
    this.log.append(this.dots);
    this.dotsEnd = setTimeout(() => this.typing(false), 8000);
    if (this.stuck) this.down();
  }

  stamp(at) {
    const time = el('time', 'at', clock.format(new Date(at)));
    time.dateTime = new Date(at).toISOString();
    return time;
  }

  /** day heads the first message of each day. */
  day(date) {
    const key = date.toDateString();
    if (this.lastDay === key) return;
    this.lastDay = key;
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
    const name = days === 0 ? say('today') : days === 1 ? say('yesterday') : calendar.format(date);
    this.log.insertBefore(el('li', 'day', name), this.dots || null);
  }

  down() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.stuck = true;
  }
}
