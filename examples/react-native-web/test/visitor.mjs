// The blog as a reader sees and touches it. Everything is found by its testID.

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

const byId = (id) => `[data-testid="${id}"]`;

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
    await this.page.waitForSelector(byId('entry'), { timeout: MOST_WAIT });
  }

  texts(id) {
    return this.page.$$eval(byId(id), (all) => all.map(({ textContent }) => textContent));
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

  press(id) {
    return this.page.locator(byId(id)).setTimeout(MOST_WAIT).click();
  }

  /** Types into a field instead of what is there. */
  async fill(id, text) {
    const field = await this.page.waitForSelector(byId(id), { timeout: MOST_WAIT });
    await field.focus();
    await field.evaluate((element) => element.select());
    await this.page.keyboard.press('Backspace');
    await this.page.keyboard.type(text);
  }

  /** Opens the post with a title from the list, and waits for it. */
  async open(title) {
    const entries = await this.page.$$(byId('entry'));
    for (const entry of entries) {
      if ((await entry.$eval(byId('title'), ({ textContent }) => textContent)) === title) await entry.click();
    }
    await this.until([title], () => this.texts('heading'));
  }

  /** What the list tells of the number of comments of a post. */
  async told(title) {
    return (await this.texts('comments'))[(await this.texts('title')).indexOf(title)];
  }

  /** How many records of each model there are. */
  rows() {
    return this.page.evaluate(async () => {
      const { User, Post, Comment, PostEditor } = blog.models;
      const [users, posts, comments, editors] = await Promise.all([User, Post, Comment, PostEditor].map((model) => blog.count(model)));
      return { users, posts, comments, editors };
    });
  }
}
