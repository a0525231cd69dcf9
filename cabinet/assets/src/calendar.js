// A branch's day by doctor: what the schedule and the demo both show.
import { createCalendar, ResourceTimeGrid } from '@event-calendar/core';

/** marks stand beside the status's words, so that no status is told by colour alone. */
const marks = { held: '◌', booked: '○', confirmed: '●', arrived: '▸', in_progress: '▶', done: '✓' };

const make = (name, className, text) => {
  const node = document.createElement(name);
  node.className = className;
  node.textContent = text;
  return node;
};

export class DayCalendar {
  constructor(target, { say, lang, columnWidth, slotHeight = 52 }) {
    this.say = say;
    this.target = target;
    this.calendar = createCalendar(target, [ResourceTimeGrid], {
      scrollTime: '00:00',
      view: 'resourceTimeGridDay',
      headerToolbar: { start: '', center: '', end: '' },
      locale: lang,
      allDaySlot: false,
      slotDuration: '00:30',
      slotHeight,
      slotLabelFormat: { hour: '2-digit', minute: '2-digit', hour12: false },
      columnWidth,
      dayHeaderFormat: () => '',
      height: '100%',
      editable: false,
      nowIndicator: false,
      slotEventOverlap: false,
      resourceLabelContent: ({ resource }) => ({ domNodes: this.head(resource) }),
      eventContent: ({ event }) => ({ domNodes: event.display === 'background' ? [] : this.block(event.extendedProps) }),
      eventClassNames: ({ event }) => event.extendedProps.classes || [],
      eventDidMount: ({ el, event }) => event.display === 'background' || this.name(el, event.extendedProps),
    });
  }

  /** show draws a day; doctor, where given, is the only column; look is the visit to bring into view. */
  show(day, { doctor, look } = {}) {
    const columns = doctor ? day.doctors.filter((d) => d.id === doctor) : day.doctors;
    const set = (name, value) => this.calendar.setOption(name, value);
    set('date', day.date);
    set('slotMinTime', day.from);
    set('slotMaxTime', day.to);
    const shown = `${day.branch} ${day.date}`;
    if (this.shown !== shown) set('scrollTime', begin(day));
    this.shown = shown;
    set('resources', columns.map((d) => ({ id: d.id, title: d.name, extendedProps: { about: d.about } })));
    set('events', [...this.working(columns), ...this.blocks(day, look)]);
    if (look) requestAnimationFrame(() => this.bring());
  }

  working(columns) {
    return columns.flatMap((d) => d.work.map((w, i) => ({
      id: `work-${d.id}-${i}`, resourceIds: [d.id], start: w.from, end: w.to, display: 'background', extendedProps: { classes: ['work'] },
    })));
  }

  blocks(day, look) {
    return day.visits.map((v) => ({
      id: v.id,
      resourceIds: [v.doctor],
      start: v.from,
      end: v.to,
      extendedProps: { ...v, classes: ['visit', `is-${v.status}`, ...(v.id === look ? ['is-looked-at'] : [])] },
    }));
  }

  head(resource) {
    return [make('span', 'col-name', resource.title), make('span', 'col-about', resource.extendedProps.about || '')];
  }

  block(v) {
    const line = make('p', 'visit-when', `${v.from.slice(11, 16)} `);
    line.append(make('span', 'visit-mark', marks[v.status] || ''), ` ${this.say(`status.${v.status}`)}`);
    return [line, make('p', 'visit-who', this.who(v)), make('p', 'visit-what', v.service)];
  }

  who(v) {
    return v.patient || this.say(v.status === 'held' ? 'schedule.held' : 'schedule.somebody');
  }

  /** name is what a screen reader and a pointer at rest are told. */
  name(el, v) {
    const text = `${v.from.slice(11, 16)}–${v.to.slice(11, 16)}, ${this.who(v)}, ${v.service}, ${this.say(`status.${v.status}`)}`;
    el.setAttribute('title', text);
    el.dataset.visit = v.id;
  }

  /** bring scrolls to the visit that is looked at, by hand: scrollIntoView would move the whole page. */
  bring() {
    const visit = this.target.querySelector('.is-looked-at');
    const main = this.target.querySelector('.ec-main') || this.target;
    if (!visit) return;
    const a = visit.getBoundingClientRect();
    const b = main.getBoundingClientRect();
    main.scrollTo({ left: main.scrollLeft + a.left - b.left - (b.width - a.width) / 2, top: main.scrollTop + a.top - b.top - b.height / 3, behavior: 'smooth' });
  }
}

/** begin is the hour that a day is looked at from: the last one today, else its first. */
function begin(day) {
  const hour = `${String(Number(day.now.slice(11, 13)) - 1).padStart(2, '0')}:00`;
  return day.now.slice(0, 10) === day.date && hour > day.from ? hour : day.from;
}

/**
 * watch keeps a page up to date: read() at each change, and again after a lost connection. It returns a function that points the
 * stream elsewhere.
 */
export function watch({ address, read, state }) {
  let source;
  let timer;
  let wait = 1;
  const later = () => {
    state(false);
    clearTimeout(timer);
    timer = setTimeout(connect, wait * 1000);
    wait = Math.min(30, wait * 2);
  };
  const refresh = async () => {
    try {
      state(await read());
      wait = 1;
    } catch {
      later();
    }
  };
  function connect() {
    source?.close();
    source = new EventSource(address());
    source.addEventListener('changed', refresh);
    source.addEventListener('error', () => {
      state(false);
      if (source.readyState === EventSource.CLOSED) refresh().then(later);
    });
  }
  addEventListener('pagehide', () => source?.close());
  addEventListener('pageshow', (event) => event.persisted && connect());
  connect();
  return connect;
}
