// Forms that outlive a lost connection: one with data-keep="what it is about" keeps what is typed until it is sent, given up or signed out
// of, in this tab and for this person only. A restarted server or a reload loses nothing.
import htmx from 'htmx.org';

const mine = `keep ${document.body.dataset.who} `;
const place = (form) => mine + form.dataset.keep;
const secret = (input) => input.type === 'password' || input.type === 'hidden' || input.type === 'file' || !input.name;

/** drop forgets what is kept, of everybody or of others than whoever is here. */
function drop(others) {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith('keep ') && !(others && key.startsWith(mine))) sessionStorage.removeItem(key);
}

/** forget is for a form that was sent or given up. */
export const forget = (form) => form?.dataset?.keep && sessionStorage.removeItem(place(form));

/** fill puts in what was typed. What the server says stands: a field that has a value, a choice that is not offered. */
function fill(form) {
  const kept = JSON.parse(sessionStorage.getItem(place(form)) ?? '{}');
  for (const input of form.elements) {
    const was = kept[input.name];
    if (was === undefined || secret(input)) continue;
    if (input.type === 'checkbox') input.checked = was;
    else if (input.tagName === 'SELECT' ? [...input.options].some((o) => o.value === was) : !input.value) input.value = was;
  }
}

drop(true);
document.addEventListener('input', ({ target: { form } }) => {
  if (!form?.dataset.keep) return;
  const kept = [...form.elements].filter((i) => !secret(i) && i.value).map((i) => [i.name, i.type === 'checkbox' ? i.checked : i.value]);
  sessionStorage.setItem(place(form), JSON.stringify(Object.fromEntries(kept)));
});
htmx.onLoad((root) => {
  const forms = [...(root.querySelectorAll?.('form[data-keep]') ?? [])];
  for (const form of root.matches?.('form[data-keep]') ? [root, ...forms] : forms) fill(form);
});
document.addEventListener('submit', ({ target }) => {
  if (target.matches('[action$="/logout"]')) drop(false);
  else if (!target.matches('[hx-post]')) forget(target);
});
document.addEventListener('htmx:afterRequest', ({ detail }) => detail.successful && forget(detail.elt));
