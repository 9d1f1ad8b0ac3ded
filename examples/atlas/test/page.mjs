// The page as a visitor sees and touches it.

const MOST_WAIT = 120_000; // milliseconds

/** Opens the page and notes everything that should not happen on it. */
export async function visit(browser, origin) {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  const visitor = new Visitor(page, origin);
  page.on('console', (message) => {
    if (message.type() === 'error') visitor.faults.push(message.text());
  });
  page.on('pageerror', (error) => visitor.faults.push(String(error)));
  page.on('requestfailed', (request) => {
    if (!request.isNavigationRequest() && request.failure()?.errorText !== 'net::ERR_ABORTED') visitor.faults.push(`${request.url()} failed`);
  });
  page.on('request', (request) => {
    if (request.url().includes('/data/')) visitor.fetched++;
  });
  await page.exposeFunction('noteViolation', (text) => visitor.faults.push(text));
  await page.evaluateOnNewDocument(() => {
    document.addEventListener('securitypolicyviolation', (event) => noteViolation(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
  });
  return visitor;
}

/** One page with the gestures of the tests. */
class Visitor {
  faults = [];
  fetched = 0;

  constructor(page, origin) {
    this.page = page;
    this.origin = origin;
  }

  async load() {
    await this.page.goto(`${this.origin}/`);
  }

  async state(name) {
    await this.page.waitForFunction((wanted) => document.body.dataset.state === wanted, { timeout: MOST_WAIT }, name);
  }

  /** Waits until the import has come so far. */
  async imported(cities) {
    await this.page.waitForFunction((n) => document.getElementById('progress').value >= n, { timeout: MOST_WAIT }, cities);
  }

  text(id) {
    return this.page.$eval(`#${id}`, (element) => element.textContent.trim());
  }

  async total() {
    return Number((await this.text('total')).replaceAll(',', ''));
  }

  /** Waits until the list tells so many cities. */
  async listed(total) {
    await this.until(total, async () => this.total());
  }

  names() {
    return this.page.$$eval('#rows .city', (found) => found.map((element) => element.textContent));
  }

  click(selector) {
    return this.page.$eval(selector, (element) => element.click());
  }

  async search(text) {
    await this.page.$eval('#search', (field, value) => {
      field.value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }, text);
  }

  /** Moves the slider and gives the population that it then asks for. */
  async slide(position) {
    await this.page.$eval('#population', (field, value) => {
      field.value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }, String(position));
    return Number((await this.text('population-shown')).replace(/\D/g, ''));
  }

  region(name) {
    return this.click(`#regions input[value="${name}"]`);
  }

  /** Opens the first city of the list, and with it its country. */
  async openFirst() {
    await this.click('#rows .link');
    await this.page.waitForSelector('#country:not([hidden]) h2');
  }

  /** Types a name over that of the first city, and sends it. */
  async renameFirst(name) {
    await this.click('#rows .edit');
    await this.page.$eval('.rename input', (field, value) => (field.value = value), name);
    await this.page.$eval('.rename', (form) => form.requestSubmit());
  }

  async agree() {
    await this.page.waitForSelector('#confirm[open]');
    await this.click('#confirm-yes');
  }

  /** How many records the store says there are, by model. */
  async rows() {
    const { models } = await this.page.evaluate(() => globalThis.atlas.stats());
    return Object.fromEntries(models.map(({ model, rows }) => [model, rows]));
  }

  problems() {
    return this.page.evaluate(async () => (await globalThis.atlas.check()).problems);
  }

  /** How much light there is on the map, once it has been drawn. */
  async light() {
    return this.page.evaluate(() => new Promise((resolve) => {
      requestAnimationFrame(() => requestAnimationFrame(() => {
        const canvas = document.getElementById('dots');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let sum = 0;
        for (let i = 3; i < data.length; i += 4) sum += data[i];
        resolve(sum);
      }));
    }));
  }

  /** Waits until a question has the wanted answer; says what it was when it never has. */
  async until(wanted, ask) {
    const end = Date.now() + MOST_WAIT / 4;
    for (let answer = await ask(); answer !== wanted; answer = await ask()) {
      if (Date.now() > end) throw new Error(`waited for ${wanted}, it stayed ${answer}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
