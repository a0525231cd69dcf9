// The clinic's chat on any site: <script src="https://…/chat/widget.js" async></script>
// Optional attributes of the script: data-lang="ru|en", data-start="payload of a link", data-label="text of the button".
(() => {
  const script = document.currentScript;
  const home = new URL(script.src);
  const page = new URL('/chat', home);
  page.searchParams.set('embed', '1');
  const lang = script.dataset.lang || document.documentElement.lang || navigator.language || 'ru';
  page.searchParams.set('lang', lang);
  if (script.dataset.start) page.searchParams.set('start', script.dataset.start);
  const russian = /^(ru|be|uk|kk)/i.test(lang);
  const label = script.dataset.label || (russian ? 'Записаться к врачу' : 'Book a visit');

  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.setAttribute('aria-expanded', 'false');
  Object.assign(button.style, {
    all: 'initial', position: 'fixed', right: '20px', bottom: '20px', zIndex: 2147483000, padding: '14px 22px', border: '0', borderRadius: '28px',
    background: '#0f766e', color: '#fff', font: '600 16px/1.2 system-ui, sans-serif', boxShadow: '0 6px 24px rgba(0,0,0,.25)', cursor: 'pointer',
  });

  let frame;
  const narrow = matchMedia('(max-width: 480px)');

  function place() {
    if (!frame) return;
    Object.assign(frame.style, narrow.matches
      ? { right: '0', bottom: '0', width: '100%', height: '100%', borderRadius: '0' }
      : { right: '20px', bottom: '20px', width: '390px', height: 'min(680px, calc(100% - 40px))', borderRadius: '18px' });
  }

  function make() {
    frame = document.createElement('iframe');
    frame.src = page.href;
    frame.title = label;
    Object.assign(frame.style, {
      position: 'fixed', zIndex: 2147483001, border: '0', background: 'transparent', boxShadow: '0 12px 48px rgba(0,0,0,.3)', colorScheme: 'auto',
    });
    place();
    document.body.append(frame);
  }

  function show(on) {
    if (on && !frame) make();
    if (frame) frame.hidden = !on;
    if (frame) frame.style.display = on ? 'block' : 'none';
    button.style.display = on ? 'none' : 'inline-block';
    button.setAttribute('aria-expanded', String(on));
    (on ? frame : button).focus();
  }

  narrow.addEventListener('change', place);
  button.addEventListener('click', () => show(true));
  addEventListener('message', (event) => {
    if (event.origin === home.origin && event.source === frame?.contentWindow && event.data === 'zapis:close') show(false);
  });
  const begin = () => document.body.append(button);
  if (document.body) begin();
  else addEventListener('DOMContentLoaded', begin);
})();
