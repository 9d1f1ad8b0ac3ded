// The examples of the pages of docs/ about frameworks do what the pages say.

import { expect } from 'chai';
import { runProgram } from '../../test/docs.js';
import { acting } from './support.js';

describe('the pages of docs/ about frameworks', () => {
  for (const name of ['react', 'vue-and-svelte']) {
    it(`${name}.md says what is so`, async () => {
      acting(false);
      const { failures, checks } = await runProgram(`/app/docs/${name}/page.js`);
      expect(failures, JSON.stringify(failures)).to.deep.equal([]);
      expect(checks).to.be.greaterThan(4);
    });
  }
});
