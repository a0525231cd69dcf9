// A hand at a form: it does what a person does, counts it, and says how long that would take a person.

/** The keystroke-level model (Card, Moran, Newell, 1980), in seconds: a key by an average typist, pointing, making up one's mind. */
const key = 0.28;
const point = 1.1;
const mind = 1.35;
/** reading is what a page takes to be taken in, in seconds, whether it is new or only says that something is done. */
const reading = 10;

export class Hand {
  constructor() {
    this.begun = Date.now();
    Object.assign(this, { clicks: 0, fields: 0, keys: 0, pages: 0 });
  }

  /** at has the hand work on a page, whose loads it counts. */
  at(page) {
    this.page = page;
    page.on('load', () => this.pages++);
    return this;
  }

  async click(label, { within = 'main', role = 'button' } = {}) {
    this.clicks++;
    await this.page.locator(within).getByRole(role, { name: label, exact: typeof label === 'string' }).first().click();
  }

  async follow(label, within = 'main') {
    const before = this.page.url();
    await this.click(label, { within, role: 'link' });
    await this.page.waitForURL((url) => url.href !== before);
  }

  async fill(values) {
    for (const [name, text] of Object.entries(values)) {
      this.fields++;
      this.keys += text.length;
      await this.page.fill(`main [name="${name}"]`, text);
    }
  }

  async choose(name, label) {
    this.fields++;
    await this.page.locator(`main select[name="${name}"]`).selectOption({ label });
  }

  async tick(label) {
    this.clicks++;
    await this.page.locator('main').getByRole('checkbox', { name: label }).check();
  }

  /** person is how long a person would take, in minutes. */
  get person() {
    return ((this.clicks + this.fields) * (point + mind) + this.keys * key + this.pages * reading) / 60;
  }

  say(step) {
    const { clicks, fields, keys, pages } = this;
    const seconds = ((Date.now() - this.begun) / 1000).toFixed(1).padStart(5);
    console.log(`${seconds} s  ${step}: ${clicks} clicks, ${fields} fields, ${keys} keys, ${pages} pages so far; a person: ${this.person.toFixed(1)} min`);
  }
}
