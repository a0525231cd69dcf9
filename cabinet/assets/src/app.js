// What every page of the cabinet has: parts that are fetched (htmx), a window over the page, short notices, parts that are kept up to
// date, and keys.
import htmx from 'htmx.org';
import './active.js';
import './find.js';
import { forget } from './keep.js';

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.allowScriptTags = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // no page of a patient stays in the browser's store
htmx.config.timeout = 15000;
htmx.config.attributesToSettle = ['class']; // a style that is carried over would be an inline one
// A form that was refused comes back with what is wrong: it is shown like any other answer.
htmx.config.responseHandling = [{ code: '204', swap: false }, { code: '[23]..', swap: true }, { code: '(400|409|413|422)', swap: true }, { code: '...', swap: false, error: true }];

const dialog = document.getElementById('dialog');
const toasts = document.getElementById('toasts');

/** toast says something short. What it says was done is taken back by its button, for ten seconds: undo has a label, a path and values. */
export function toast(text, undo) {
  const line = document.createElement('p');
  line.textContent = text;
  if (undo) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = undo.label;
    button.addEventListener('click', () => {
      line.remove();
      htmx.ajax('POST', undo.path, { values: undo.values, source: document.body, target: document.body, swap: 'none' });
    });
    line.append(button);
  }
  toasts?.append(line);
  setTimeout(() => line.remove(), undo ? 10000 : 6000);
}

document.addEventListener('toast', ({ detail }) => (detail.text ? toast(detail.text, detail.undo) : toast(detail.value ?? detail)));
/** A script opens a window over the page: "open-window" with the address of the part. */
document.addEventListener('open-window', ({ detail }) => htmx.ajax('GET', detail, { target: dialog, swap: 'innerHTML' }));
document.addEventListener('close-dialog', () => dialog?.close());
dialog?.addEventListener('close', () => dialog.querySelectorAll('form').forEach(forget)); // what was begun there is given up
document.addEventListener('htmx:afterSwap', (event) => {
  if (event.detail.target === dialog && !dialog.open) dialog.showModal();
  if (dialog?.open && event.detail.xhr?.status >= 400) dialog.scrollTo(0, 0); // why it was refused stands above
});
document.addEventListener('htmx:responseError', (event) => {
  if (event.detail.xhr.status === 401) location.assign('/cabinet');
  else toast(document.documentElement.lang === 'en' ? 'That did not work. Please try again.' : 'Не получилось. Попробуйте ещё раз.');
});
document.addEventListener('htmx:sendError', () => toast(document.documentElement.lang === 'en' ? 'No connection. What you typed is kept.' : 'Нет связи. То, что вы набрали, сохранено.'));
dialog?.addEventListener('click', (event) => {
  if (event.target === dialog || event.target.closest?.('[data-close]')) dialog.close();
});

/** Parts with data-live="address" are told "changed" whenever something they show has changed; they fetch themselves (hx-trigger="changed"). */
function live(part) {
  if (part.stream) return;
  part.stream = new EventSource(part.dataset.live);
  let first = true;
  part.stream.addEventListener('changed', () => {
    if (!first) htmx.trigger(part, 'changed');
    first = false;
  });
  part.stream.addEventListener('open', () => { part.dataset.on = 'true'; });
  part.stream.addEventListener('error', () => { part.dataset.on = 'false'; });
}
htmx.onLoad((root) => {
  if (root.matches?.('[data-live]')) live(root);
  root.querySelectorAll?.('[data-live]').forEach(live);
});
document.addEventListener('htmx:beforeCleanupElement', (event) => event.target.stream?.close());
addEventListener('pagehide', () => document.querySelectorAll('[data-live]').forEach((part) => part.stream?.close()));

/** An element with data-key="n" is reached by that key, where one is not typing. */
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select, [contenteditable]')) return;
  const goal = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!goal || dialog?.open) return;
  event.preventDefault();
  if (goal.matches('input, textarea, select')) goal.focus();
  else goal.click();
});

/** What scrolls inside the page is reached by keyboard, and only while there is something to scroll. */
const reach = () => document.querySelectorAll('.scroll').forEach((part) => {
  if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
  else part.removeAttribute('tabindex');
});
htmx.onLoad(reach);
addEventListener('resize', reach);
