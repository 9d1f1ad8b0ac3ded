// Deletes that reach far: as long and as wide as the engine's own tests go, through
// the page and IndexedDB.

import { expect } from 'chai';
import type { Collection, DataStore, Lazy } from 'granary';
import { closeStores, fails, openStore } from './support.js';

const MANY = 100_000;

const TREE = /* GraphQL */ `
  type Node @model(timestamps: null) {
    id: ID!
    parent: Node @belongsTo
    kids: [Node] @hasMany
  }
`;

interface Node {
  readonly id: string;
  readonly parent: Lazy<Node>;
  readonly kids: Collection<Node>;
  readonly nodeKidsId: string | null;
}

/** Saves many nodes, each below the one that `parent` names. */
async function plant(store: DataStore<{ Node: Node }>, parent: (i: number) => string | null): Promise<void> {
  const rows = Array.from({ length: MANY }, (_, i) => ({ id: String(i), nodeKidsId: parent(i) }));
  expect(await store.saveAll(store.models.Node, rows)).to.equal(MANY);
}

describe('a delete that reaches far', () => {
  afterEach(closeStores);

  it('goes down a chain of 100,000, and leaves what is above', async () => {
    const store = await openStore<{ Node: Node }>(TREE, { storage: 'indexeddb' });
    const { Node } = store.models;
    await plant(store, (i) => (i === 0 ? null : String(i - 1)));
    const [gone] = await store.delete(Node, '10');
    expect(gone).to.include({ id: '10', nodeKidsId: '9' });
    expect((await store.query(Node)).map((n) => n.id)).to.deep.equal(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });

  it('takes 100,000 children at once, and answers with the one that was asked for', async () => {
    const store = await openStore<{ Node: Node }>(TREE, { storage: 'indexeddb' });
    const { Node } = store.models;
    await plant(store, (i) => (i === 0 ? null : '0'));
    const other = await store.save(new Node({ id: 'other' }));
    expect((await store.delete(Node, (n) => n.id.eq('0'))).map((n) => n.id)).to.deep.equal(['0']);
    expect(await store.query(Node)).to.deep.equal([other]);
  });

  it('goes round a circle once', async () => {
    const store = await openStore<{ Node: Node }>(TREE);
    const { Node } = store.models;
    await plant(store, (i) => String((i + 1) % MANY));
    expect((await store.delete(Node, '5')).length).to.equal(1);
    expect(await store.count(Node)).to.equal(0);
  });

  it('is refused where something far below must stay, and then nothing is gone', async () => {
    const store = await openStore<{ House: { id: string }; Room: { id: string }; Guest: { id: string; name: string | null } }>(/* GraphQL */ `
      type House @model { id: ID! rooms: [Room] @hasMany }
      type Room @model { id: ID! house: House @belongsTo guests: [Guest] @hasMany(onDelete: RESTRICT) }
      type Guest @model { id: ID! room: Room @belongsTo name: String }
    `);
    const { House, Room, Guest } = store.models;
    const house = new House({ id: 'h' });
    const room = new Room({ id: 'r', house } as never);
    const guest = new Guest({ id: 'g', room } as never);
    await store.saveAll([house, room, guest]);
    const before = [await store.query(House), await store.query(Room), await store.query(Guest)];
    const error = await fails('REFERENCE', /Room\.guests: still has a Guest/, () => store.delete(house));
    expect(error).to.include({ op: 'delete', model: 'Room', field: 'guests' });
    const after = [await store.query(House), await store.query(Room), await store.query(Guest)];
    for (const [i, records] of before.entries()) expect(after[i]).to.have.ordered.members(records);
  });
});
