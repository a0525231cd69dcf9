// The inbox: Enter sends, "/" opens the canned replies, colleagues see who is writing, the newest words are in sight.
const lines = () => document.getElementById('lines');
const box = () => document.getElementById('text');

/** The list of words stays where it is read; at its end it follows what is new. */
let below = 0;
const atEnd = (list) => list.scrollHeight - list.scrollTop - list.clientHeight < 60;
const toEnd = () => lines()?.scrollTo(0, lines().scrollHeight);
document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  if (detail.target.id !== 'thread' || !lines()) return;
  below = atEnd(lines()) ? 0 : lines().scrollHeight - lines().scrollTop;
});
document.addEventListener('htmx:afterSwap', ({ detail }) => {
  if (detail.target.id === 'thread' && lines()) lines().scrollTo(0, below ? lines().scrollHeight - below : lines().scrollHeight);
  if (detail.target.id !== 'reply' || !box()) return;
  if (late !== undefined) box().value = late;
  late = undefined;
  box().focus();
  if (box().value) box().dispatchEvent(new Event('input', { bubbles: true })); // it is kept like what is typed
});
toEnd();

/** What is typed while a reply is on its way, or a draft is written, is not lost: it stands in the box that comes back, and before any draft. */
let sent = '';
let late;
document.addEventListener('htmx:beforeRequest', ({ detail }) => { if (detail.target?.id === 'reply') sent = box().value; });
document.addEventListener('htmx:beforeSwap', (event) => {
  const { detail } = event;
  if (detail.target.id !== 'reply' || !box() || box().value === sent) return;
  const now = box().value;
  if (detail.pathInfo.requestPath.endsWith('/draft')) detail.shouldSwap = false;
  else late = detail.xhr.status < 400 && now.startsWith(sent) ? now.slice(sent.length).trimStart() : now;
});

/** An open part stays open when what is new comes. */
let open = false;
document.addEventListener('toggle', ({ target }) => { if (target.matches?.('.thread-more')) ({ open } = target); }, true);
document.addEventListener('htmx:afterSwap', () => { const more = document.querySelector('.thread-more'); if (more && open) more.open = true; });
/** What somebody is filling in above the words is not taken out of their hands. */
document.addEventListener('htmx:beforeRequest', (event) => {
  if (event.detail.elt.id === 'thread' && document.activeElement?.closest('.thread-more form')) event.preventDefault();
  if (event.detail.elt.id === 'talks' && document.activeElement?.id === 'talk-q') event.preventDefault();
});

document.addEventListener('keydown', (event) => {
  if (!event.target.matches?.('[data-enter]')) return;
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit();
  }
  if (event.key === '/' && event.target.value === '') {
    event.preventDefault();
    document.dispatchEvent(new CustomEvent('open-window', { detail: event.target.dataset.canned }));
  }
});

document.addEventListener('click', (event) => {
  const chosen = event.target.closest('[data-insert]');
  if (!chosen || !box()) return;
  const text = box();
  text.setRangeText(chosen.dataset.insert, text.selectionStart, text.selectionEnd, 'end');
  document.getElementById('dialog').close();
  text.focus();
  text.dispatchEvent(new Event('input', { bubbles: true }));
});

/** Every three seconds of writing the others hear of it. */
const every = 3000;
let told = 0;
document.addEventListener('input', ({ target }) => {
  const address = target.form?.dataset.typing;
  if (!address || !target.value || Date.now() - told < every) return;
  told = Date.now();
  fetch(address, { method: 'POST' }).catch(() => {}); // nobody misses it
});
