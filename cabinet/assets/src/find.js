// The field that finds a patient from anywhere: arrows walk the list, Enter opens who is chosen, or the only one, Escape closes.
import htmx from 'htmx.org';

const form = document.querySelector('form[data-find]');
const field = form?.querySelector('input');
const list = form?.querySelector('[role="listbox"]');
let chosen = -1;

const options = () => [...list.querySelectorAll('a[role="option"]')];

function open(is) {
  list.hidden = !is;
  field.setAttribute('aria-expanded', String(is));
  if (!is) choose(-1);
}

function choose(n) {
  const all = options();
  all[chosen]?.setAttribute('aria-selected', 'false');
  chosen = all.length && n >= 0 ? n % all.length : -1;
  field.removeAttribute('aria-activedescendant');
  if (chosen < 0) return;
  all[chosen].setAttribute('aria-selected', 'true');
  all[chosen].scrollIntoView({ block: 'nearest' });
  field.setAttribute('aria-activedescendant', all[chosen].id);
}

if (form) {
  list.addEventListener('htmx:afterSwap', () => {
    chosen = -1;
    open(list.childElementCount > 0 && field.value.trim() !== '' && document.activeElement === field);
  });
  field.addEventListener('keydown', (event) => {
    const all = options();
    if (event.key === 'Escape') {
      open(false);
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && all.length) {
      event.preventDefault();
      if (list.hidden) open(true);
      choose(event.key === 'ArrowDown' ? chosen + 1 : (chosen < 1 ? all.length : chosen) - 1);
    } else if (event.key === 'Enter' && !list.hidden && chosen >= 0) {
      event.preventDefault();
      location.assign(all[chosen].href);
    }
  });
  field.addEventListener('focus', () => list.childElementCount && field.value.trim() && open(true));
  form.addEventListener('focusout', (event) => !form.contains(event.relatedTarget) && open(false));
  list.addEventListener('pointerdown', (event) => event.preventDefault()); // the field keeps the focus until the click is done
  form.addEventListener('submit', () => htmx.trigger(field, 'htmx:abort'));
}
