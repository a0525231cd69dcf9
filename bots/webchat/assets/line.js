// The line to the clinic: what is sent is kept until it is taken, what is heard comes in order and perhaps twice.

const kept = 'zapis.unsent';

/** newID is a UUID; crypto.randomUUID exists only where the page came over https. */
export function newID() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

/**
 * Outbound sends messages one after another. A message that cannot be sent now waits, also over a reload; it is the same
 * message however often it is tried, for its id goes with it.
 */
export class Outbound {
  /** on: sent(message), refused(message, code), waiting(code), moving() */
  constructor(on) {
    this.on = on;
    this.queue = this.load();
    this.busy = false;
    this.wait = 0;
    addEventListener('online', () => this.wake());
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.wake());
  }

  push(message) {
    this.queue.push(message);
    this.save();
    this.run();
  }

  /** wake tries at once instead of waiting on. */
  wake() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.run();
  }

  async run() {
    if (this.busy || this.timer) return;
    this.busy = true;
    while (this.queue.length > 0) {
      const [message] = this.queue;
      const outcome = await this.post(message);
      if (outcome.later) {
        this.wait = Math.min(30, Math.max(outcome.later, this.wait * 2));
        this.timer = setTimeout(() => this.wake(), this.wait * 1000);
        this.on.waiting(outcome.code);
        break;
      }
      this.wait = 0;
      this.queue.shift();
      this.save();
      this.on.moving();
      if (outcome.code) this.on.refused(message, outcome.code);
      else this.on.sent(message);
    }
    this.busy = false;
  }

  async post(message) {
    let answer;
    try {
      answer = await fetch('/chat/messages', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(message),
        signal: AbortSignal.timeout(20000),
      });
    } catch {
      return { later: 1, code: 'offline' };
    }
    if (answer.ok) return {};
    if (answer.status === 429 || answer.status >= 500) {
      const after = Number(answer.headers.get('Retry-After'));
      return { later: Math.min(after || 2, 30), code: answer.status === 429 ? 'slow' : 'offline' };
    }
    const { error } = await answer.json().catch(() => ({}));
    return { code: error || 'failed' };
  }

  load() {
    try {
      return JSON.parse(localStorage.getItem(kept)) || [];
    } catch {
      return []; // a browser that keeps nothing for frames of other sites
    }
  }

  save() {
    try {
      localStorage.setItem(kept, JSON.stringify(this.queue));
    } catch {
      // see load
    }
  }
}

/** Inbound hears what is said: the history first, then the stream. A page that nobody looks at hangs up after a minute. */
export class Inbound {
  /** on: item(item), ready(count), up(), down(), stranger() */
  constructor(on) {
    this.on = on;
    this.cursor = 0;
    this.tries = 0;
    document.addEventListener('visibilitychange', () => this.look());
  }

  async start() {
    let answer;
    try {
      answer = await fetch(`/chat/history?after=${this.cursor}`, { signal: AbortSignal.timeout(20000) });
    } catch {
      return this.again();
    }
    if (answer.status === 401) return this.on.stranger();
    if (!answer.ok) return this.again();
    const { messages, cursor } = await answer.json();
    this.cursor = cursor || this.cursor;
    messages.forEach(this.on.item);
    this.on.ready(messages.length);
    this.listen();
  }

  listen() {
    this.source?.close();
    this.source = new EventSource(`/chat/events?after=${this.cursor}`);
    this.source.addEventListener('open', () => {
      this.tries = 0;
      this.on.up();
    });
    this.source.addEventListener('item', (event) => {
      this.cursor = Math.max(this.cursor, Number(event.lastEventId) || 0);
      this.on.item(JSON.parse(event.data));
    });
    this.source.addEventListener('error', () => {
      this.on.down();
      if (this.source.readyState === EventSource.CLOSED) this.again();
    });
  }

  again() {
    this.on.down();
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.start(), Math.min(30, 2 ** this.tries) * 500);
  }

  look() {
    clearTimeout(this.leaving);
    if (document.visibilityState === 'hidden') {
      this.leaving = setTimeout(() => {
        this.source?.close();
        this.source = undefined;
        this.left = true;
      }, 60000);
    } else if (this.left) {
      this.left = false;
      this.start();
    }
  }
}
