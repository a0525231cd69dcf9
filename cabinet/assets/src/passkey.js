// Passkeys: each form with data-passkey asks the server what to ask the browser, and posts what it answers. A browser without them keeps
// the forms hidden: there is another way beside each.
const able = window.PublicKeyCredential?.parseRequestOptionsFromJSON && navigator.credentials;

async function answer(form) {
  const begun = await fetch(form.dataset.begin, { method: 'POST', signal: AbortSignal.timeout(15000) });
  if (begun.redirected) return location.assign(begun.url); // a second factor was asked for first
  if (!begun.ok) throw new Error(begun.statusText);
  const { publicKey } = await begun.json();
  const credential = form.dataset.passkey === 'create'
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  form.elements.credential.value = JSON.stringify(credential.toJSON());
  form.submit();
}

for (const form of able ? document.querySelectorAll('form[data-passkey]') : []) {
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const problem = form.querySelector('[data-problem]');
    problem.hidden = true;
    answer(form).catch(() => { problem.hidden = false; });
  });
}
