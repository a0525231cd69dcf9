// A session lies idle when the person does, not when the page does: the page says that somebody opened it or is at it.
let told = -Infinity;
const active = () => {
  if (performance.now() - told < 60000) return;
  told = performance.now();
  fetch('/cabinet/active', { method: 'POST', keepalive: true }).catch(() => {});
};
active();
for (const act of ['pointerdown', 'keydown']) addEventListener(act, active, { passive: true });
