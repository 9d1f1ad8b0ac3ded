// The blog as a reader sees and touches it.

const MOST_WAIT = 30_000; // milliseconds

/** Opens the page and notes everything that should not happen on it. */
export async function visit(browser, origin) {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  const visitor = new Visitor(page, origin);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') visitor.faults.push(message.text());
  });
  page.on('pageerror', (error) => visitor.faults.push(String(error)));
  await page.exposeFunction('noteViolation', (text) => visitor.faults.push(text));
  await page.evaluateOnNewDocument(() => {
    document.addEventListener('securitypolicyviolation', (event) => noteViolation(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
  });
  await visitor.load();
  return visitor;
}

/** One tab with the gestures of the tests. */
class Visitor {
  faults = [];

  constructor(page, origin) {
    this.page = page;
    this.origin = origin;
  }

  /** Loads the list. */
  async load() {
    await this.page.goto('about:blank');
    await this.page.goto(`${this.origin}/`);
    await this.page.waitForSelector('.entry', { timeout: MOST_WAIT });
  }

  titles() {
    return this.page.$$eval('.entry .title', (all) => all.map(({ textContent }) => textContent));
  }

  texts(selector) {
    return this.page.$$eval(selector, (all) => all.map(({ textContent }) => textContent.trim()));
  }

  text(selector) {
    return this.page.$eval(selector, ({ textContent }) => textContent.trim());
  }

  /** The text of an element, or '' while there is none. */
  async shown(selector) {
    return (await this.texts(selector))[0] ?? '';
  }

  /** Waits until `look` gives what is expected. */
  async until(expected, look) {
    const wanted = JSON.stringify(expected);
    const end = Date.now() + MOST_WAIT;
    for (;;) {
      const seen = JSON.stringify(await look());
      if (seen === wanted) return;
      if (Date.now() > end) throw new Error(`expected ${wanted}, and saw ${seen} to the end`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  click(selector) {
    return this.page.locator(selector).setTimeout(MOST_WAIT).click();
  }

  choose(selector, value) {
    return this.page.select(selector, value);
  }

  /** Types into a field instead of what is there. */
  async fill(selector, text) {
    await this.page.waitForSelector(selector, { timeout: MOST_WAIT });
    await this.page.focus(selector);
    await this.page.$eval(selector, (field) => field.select());
    await this.page.keyboard.press('Backspace');
    await this.page.keyboard.type(text);
  }

  /** Opens the post with a title from the list, and waits for it. */
  async open(title) {
    await this.page.evaluate((wanted) => {
      [...document.querySelectorAll('.entry')].find((entry) => entry.querySelector('.title').textContent === wanted).click();
    }, title);
    await this.until(title, () => this.page.$eval('main', (main) => main.querySelector('h1')?.textContent));
  }

  editors() {
    return this.page.$$eval('.chip button', (all) => all.map((button) => button.getAttribute('aria-label').replace('Remove ', '')));
  }

  comments() {
    return this.texts('.comment div p:last-child');
  }

  /** What the list tells of the number of comments of a post. */
  told(title) {
    return this.page.evaluate((wanted) => {
      const entry = [...document.querySelectorAll('.entry')].find((one) => one.querySelector('.title').textContent === wanted);
      return entry?.querySelector('.comments').textContent;
    }, title);
  }

  async say(text) {
    await this.fill('#say', text);
    await this.click('.say button');
  }

  /** How many records of each model there are. */
  rows() {
    return this.page.evaluate(async () => {
      const { User, Post, Comment, PostEditor } = blog.models;
      const [users, posts, comments, editors] = await Promise.all([User, Post, Comment, PostEditor].map((model) => blog.count(model)));
      return { users, posts, comments, editors };
    });
  }

  problems() {
    return this.page.evaluate(async () => (await blog.check()).problems);
  }
}
