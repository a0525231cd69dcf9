// What every page of the cabinet has: parts that are fetched (htmx), a window over the page, short notices, parts that are kept up to
// date, forms that outlive a lost connection, and keys.
import htmx from 'htmx.org';
import './active.js';
import './find.js';

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.allowScriptTags = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // nothing of patients stays in the browser's store
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

/** A form with data-keep="name" keeps what is typed until it is sent, in this tab only: a restarted server or a reload loses nothing. */
const secret = (input) => input.type === 'password' || input.type === 'hidden' || input.type === 'file' || !input.name;
document.addEventListener('input', (event) => {
  const form = event.target.form;
  if (!form?.dataset.keep) return;
  const kept = Object.fromEntries([...form.elements].filter((i) => !secret(i) && i.value).map((i) => [i.name, i.type === 'checkbox' ? i.checked : i.value]));
  sessionStorage.setItem(`keep ${form.dataset.keep}`, JSON.stringify(kept));
});
const forget = (form) => form?.dataset?.keep && sessionStorage.removeItem(`keep ${form.dataset.keep}`);
htmx.onLoad((root) => {
  const forms = [...(root.querySelectorAll?.('form[data-keep]') ?? [])];
  for (const form of root.matches?.('form[data-keep]') ? [root, ...forms] : forms) {
    const kept = JSON.parse(sessionStorage.getItem(`keep ${form.dataset.keep}`) ?? '{}');
    for (const input of form.elements) {
      if (secret(input) || !(input.name in kept)) continue;
      if (input.type === 'checkbox') input.checked = kept[input.name];
      else if (!input.value || input.tagName === 'SELECT') input.value = kept[input.name];
    }
  }
});
document.addEventListener('submit', (event) => !event.target.matches('[hx-post]') && forget(event.target));
document.addEventListener('htmx:afterRequest', (event) => event.detail.successful && forget(event.detail.elt));

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
