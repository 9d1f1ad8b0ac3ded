// createdAt and updatedAt: the store's own, and those that the author declared.

import { expect } from 'chai';
import type { DataStore } from 'granary';
import { closeStores, fails, openStore } from './support.js';

const NOTES = /* GraphQL */ `
  type Note @model { id: ID! text: String createdAt: AWSDateTime! updatedAt: AWSDateTime! }
  type Plain @model { id: ID! text: String }
  type Bare @model(timestamps: null) { id: ID! text: String }
  type Named @model(timestamps: { createdAt: "made", updatedAt: null }) { id: ID! text: String }
`;

interface Note {
  readonly id: string;
  readonly text: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

interface Notes {
  readonly Note: Note;
  readonly Plain: { readonly id: string; readonly text: string | null; readonly createdAt: string | null; readonly updatedAt: string | null };
  readonly Bare: { readonly id: string; readonly text: string | null };
  readonly Named: { readonly id: string; readonly text: string | null; readonly made: string | null };
}

const LONG_AGO = '2001-02-03T04:05:06.000Z';

describe('times', () => {
  let store: DataStore<Notes>;
  beforeEach(async () => {
    store = await openStore<Notes>(NOTES);
  });
  afterEach(closeStores);

  it('are set by the store at once, when a record is saved', async () => {
    const { Plain, Bare, Named } = store.models;
    const fresh = new Plain({ text: 'a' });
    expect(fresh.createdAt).to.equal(null);
    const plain = await store.save(fresh);
    expect(plain.createdAt).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(plain.updatedAt).to.equal(plain.createdAt);
    expect(Object.keys(await store.save(new Bare({})))).to.deep.equal(['id', 'text']);
    const named = await store.save(new Named({}));
    expect(Object.keys(named)).to.deep.equal(['id', 'text', 'made']);
    expect(named.made).to.be.a('string');
  });

  it('are read-only', async () => {
    const { Plain } = store.models;
    for (const name of ['createdAt', 'updatedAt']) {
      const error = await fails('INVALID', /read-only/, () => new Plain({ [name]: LONG_AGO } as never));
      expect(error).to.include({ model: 'Plain', field: name });
      expect(new Plain({ [name]: null } as never)).to.include({ [name]: null });
    }
    const plain = await store.save(new Plain({}));
    await fails('INVALID', /read-only/, () => Plain.copyOf(plain, (d) => void (d.createdAt = LONG_AGO)));
    await fails('INVALID', /read-only/, () => Plain.copyOf(plain, (d) => void (d.updatedAt = null)));
    expect(Plain.copyOf(plain, (d) => void (d.updatedAt = plain.updatedAt))).to.equal(plain);
  });

  it('that the author declared may be left out, though they are required', async () => {
    for (const opened of [store, await openStore<Notes>(store.schema)]) {
      const { Note } = opened.models;
      const note = await opened.save(new Note({ text: 'a' }));
      expect(note.createdAt).to.be.a('string');
      expect(note.updatedAt).to.equal(note.createdAt);
      expect(await opened.saveAll(Note, [{ text: 'b' }, { text: 'c', createdAt: LONG_AGO }])).to.equal(2);
      const [, b, c] = await opened.query(Note);
      expect(b!.createdAt).to.be.a('string');
      expect(c!.createdAt).to.equal(LONG_AGO);
      expect(await opened.save(note)).to.equal(note);
    }
  });

  it('that the author declared may be given, and changed', async () => {
    const { Note } = store.models;
    const note = await store.save(new Note({ text: 'a', createdAt: LONG_AGO, updatedAt: LONG_AGO }));
    expect(note).to.include({ createdAt: LONG_AGO, updatedAt: LONG_AGO });
    const edited = await store.save(Note.copyOf(note, (d) => void (d.text = 'b')));
    expect(edited.createdAt).to.equal(LONG_AGO);
    expect(edited.updatedAt > LONG_AGO, edited.updatedAt).to.equal(true);
    const dated = await store.save(Note.copyOf(edited, (d) => void (d.updatedAt = '2002-01-01T00:00Z')));
    expect(dated.updatedAt).to.equal('2002-01-01T00:00Z');
    const cleared = await store.save(Note.copyOf(dated, (d) => Object.assign(d, { createdAt: null, updatedAt: null, text: 'c' })));
    expect(cleared.createdAt).to.equal(LONG_AGO);
    expect(cleared.updatedAt > '2002-01-01T00:00Z').to.equal(true);
    await fails('INVALID', /Note\.createdAt: must be a date and time/, () => new Note({ createdAt: 'yesterday' }));
  });
});
