// A branch's day by doctor: what the schedule and the demo both show.
import { createCalendar, Interaction, ResourceTimeGrid } from '@event-calendar/core';

/** marks stand beside the status's words, so that no status is told by colour alone. */
const marks = { held: '◌', booked: '○', confirmed: '●', arrived: '▸', in_progress: '▶', done: '✓' };

const make = (name, className, text) => {
  const node = document.createElement(name);
  node.className = className;
  node.textContent = text;
  return node;
};

export class DayCalendar {
  /** acts, where given, are what people do with the day: open(visit), book({doctor, start}), arrange({visit, doctor, from, to, back}). */
  constructor(target, { say, lang, columnWidth, slotHeight = 52, acts }) {
    this.say = say;
    this.target = target;
    this.acts = acts;
    this.calendar = createCalendar(target, acts ? [ResourceTimeGrid, Interaction] : [ResourceTimeGrid], {
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
      ...(acts ? this.interaction() : {}),
    });
    new MutationObserver(() => this.plain()).observe(target, { subtree: true, childList: true, attributeFilter: ['role'] });
    this.plain();
  }

  /** interaction is what a pointer does: a click opens or books, a visit is dragged or its lower edge is. */
  interaction() {
    const moved = ({ event, revert }) => this.acts.arrange({
      visit: event.extendedProps, doctor: event.resourceIds[0], from: wall(event.start), to: wall(event.end), back: revert,
    });
    return {
      snapDuration: '00:05',
      longPressDelay: 500,
      eventClick: ({ event }) => event.display === 'background' || this.acts.open(event.extendedProps),
      dateClick: ({ date, resource }) => resource && this.acts.book({ doctor: resource.id, start: wall(date) }),
      eventDragStart: () => { this.busy = true; },
      eventResizeStart: () => { this.busy = true; },
      eventDragStop: () => this.rest(),
      eventResizeStop: () => this.rest(),
      eventDrop: moved,
      eventResize: moved,
    };
  }

  /** rest draws what came while somebody dragged: a day that changes under a pointer would let the visit slip. */
  rest() {
    this.busy = false;
    const late = this.late;
    this.late = undefined;
    if (late) setTimeout(() => this.show(...late));
  }

  /** show draws a day; doctor, where given, is the only column; look is the visit to bring into view. */
  show(day, { doctor, look, specialty } = {}) {
    if (this.busy) {
      this.late = [day, { doctor, look, specialty }];
      return;
    }
    const columns = doctor ? day.doctors.filter((d) => d.id === doctor) : day.doctors.filter((d) => !specialty || d.about === specialty);
    const arranged = (v) => Boolean(this.acts && day.can?.arrange && ['booked', 'confirmed'].includes(v.status));
    const set = (name, value) => this.calendar.setOption(name, value);
    set('date', day.date);
    set('slotMinTime', day.from);
    set('slotMaxTime', day.to);
    const shown = `${day.branch} ${day.date}`;
    if (this.shown !== shown) set('scrollTime', begin(day));
    this.shown = shown;
    this.opens = day.can?.open;
    this.names = new Map(columns.map((d) => [d.id, d.name]));
    set('resources', columns.map((d) => ({ id: d.id, title: d.name, extendedProps: { about: d.about } })));
    set('events', [...this.working(columns), ...this.blocks(day, look, arranged)]);
    if (look) requestAnimationFrame(() => this.bring());
  }

  working(columns) {
    return columns.flatMap((d) => d.work.map((w, i) => ({
      id: `work-${d.id}-${i}`, resourceIds: [d.id], start: w.from, end: w.to, display: 'background', extendedProps: { classes: ['work'] },
    })));
  }

  blocks(day, look, arranged) {
    return day.visits.map((v) => ({
      id: v.id,
      resourceIds: [v.doctor],
      start: v.from,
      end: v.to,
      editable: arranged(v),
      startEditable: arranged(v),
      durationEditable: arranged(v),
      extendedProps: { ...v, classes: ['visit', `is-${v.status}`, ...(v.over ? ['is-over'] : []), ...(v.id === look ? ['is-looked-at'] : [])] },
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
    if (!this.acts) return;
    el.setAttribute('role', this.opens ? 'button' : 'group');
    el.setAttribute('aria-label', `${this.names?.get(v.doctor) ?? ''}: ${text}`);
    el.tabIndex = -1;
  }

  /** plain takes away the roles of a table, which the calendar claims anew whenever it draws, and does not keep: each visit names its doctor and time itself. */
  plain() {
    for (const el of this.target.querySelectorAll('[role=table], [role=rowgroup], [role=row], [role=columnheader], [role=cell], aside:not([role=presentation])')) {
      el.setAttribute('role', 'presentation');
      el.removeAttribute('aria-colindex');
    }
    this.target.querySelector('.ec-main')?.setAttribute('tabindex', '0'); // it scrolls, with or without visits to step on
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

const two = (n) => String(n).padStart(2, '0');

/** wall is a moment as the clinic's clock shows it, without a zone. */
export const wall = (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;

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
