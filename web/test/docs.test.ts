// Every example in docs/ does what the page says. The names of the pages, and a
// page that is wrong on purpose, come from run.mjs.

import { expect } from 'chai';
import { runProgram } from './docs.js';

declare const DOCS: readonly string[];

describe('the pages of docs/', () => {
  for (const name of DOCS) {
    it(`${name}.md says what is so`, async () => {
      const { failures, checks } = await runProgram(`/app/docs/${name}/page.js`);
      if (failures.length > 0) throw new Error(failures.join('\n'));
      expect(checks).to.be.greaterThan(0);
    });
  }

  it('would be found out where they are wrong', async () => {
    const { failures, checks } = await runProgram('/app/docs/wrong-on-purpose/page.js');
    expect(checks).to.equal(6);
    expect(failures.map((line) => line.slice(0, line.indexOf(' ', line.indexOf(': ') + 2)))).to.deep.equal([
      'docs/wrong-on-purpose.md:6: expected', 'docs/wrong-on-purpose.md:9: 0:', 'docs/wrong-on-purpose.md:10: expected',
      'docs/wrong-on-purpose.md:11: expected',
    ]);
  });
});
