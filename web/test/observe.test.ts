import { expect } from 'chai';
import { DataStore, Predicates, type Message } from 'granary';
import { BLOG, type Blog } from './models.js';
import { closeStores, fails, freshName, openStore, until } from './support.js';

const line = ({ opType, model, element, changed, source }: Message<any>) => `${opType} ${model.name} ${element.id} [${changed.join()}] ${source}`;

describe('observe', () => {
  afterEach(closeStores);

  it('tells of each commit once it is durable, before the save resolves', async () => {
    const store = await openStore<Blog>(BLOG, { storage: 'indexeddb' });
    const { Post, Comment } = store.models;
    const [all, posts, rated]: [Message<any>[], Message<any>[], Message<any>[]] = [[], [], []];
    store.observe().subscribe((message) => void all.push(message));
    store.observe(Post).subscribe((message) => void posts.push(message));
    store.observe(Post, (p) => p.rating.gt(3)).subscribe((message) => void rated.push(message));
    const post = new Post({ id: 'p', title: 'a', rating: 1 });
    const saving = store.saveAll([post, new Comment({ id: 'c', post })]);
    expect(all).to.have.length(0);
    const [saved] = await saving;
    expect(all.map(line)).to.deep.equal(['INSERT Post p [] LOCAL', 'INSERT Comment c [] LOCAL']);
    expect(all[0]!.commit).to.equal(all[1]!.commit);
    expect(posts).to.have.length(1);
    expect(posts[0]!.element).to.equal(saved);
    expect(posts[0]!.model).to.equal(Post);
    expect(posts[0]!.before).to.equal(undefined);

    const edited = await store.save(Post.copyOf(saved as any, (d: any) => void (d.rating = 5)));
    expect(rated.map(line)).to.deep.equal(['UPDATE Post p [rating,updatedAt] LOCAL']);
    expect(rated[0]!.element).to.equal(edited);
    expect(rated[0]!.before).to.deep.include({ id: 'p', rating: 1 });
    expect(Object.isFrozen(rated[0])).to.equal(true);
    expect(rated[0]!.commit).to.be.above(all[0]!.commit);

    await store.delete(Post, Predicates.ALL);
    expect(all.slice(3).map(line)).to.deep.equal(['DELETE Comment c [] LOCAL', 'DELETE Post p [] LOCAL']);
    expect(rated.map(line).at(-1)).to.equal('DELETE Post p [] LOCAL');
  });

  it('tells of one record by its key or itself, of composite keys too', async () => {
    const store = await openStore<any>('type Seat @model(timestamps: null) { row: String! @primaryKey(sortKeyFields: ["number"]) number: Int! holder: String }');
    const { Seat } = store.models as any;
    const seat = await store.save(new Seat({ row: 'A', number: 1 })) as any;
    const told: string[] = [];
    const tell = (name: string) => ({ element }: Message<any>) => void told.push(`${name} ${element.holder}`);
    store.observe(seat).subscribe(tell('itself'));
    store.observe(Seat, ['A', 1] as never).subscribe(tell('array'));
    store.observe(Seat, { row: 'A', number: 1 } as never).subscribe(tell('object'));
    await store.save(new Seat({ row: 'A', number: 2, holder: 'other' }));
    await store.save(Seat.copyOf(seat, (d: any) => void (d.holder = 'Ada')));
    expect(told).to.deep.equal(['itself Ada', 'array Ada', 'object Ada']);
  });

  it('never tells of what is taken back', async () => {
    const store = await openStore<Blog>(BLOG);
    const told: string[] = [];
    store.observe().subscribe((message) => void told.push(line(message)));
    await fails('REFERENCE', /is not in the store/, () => store.save(new store.models.Comment({ postCommentsId: 'nobody' })));
    await store.transaction(async (tx) => {
      await tx.save(new store.models.Post({ title: 'x' }));
      throw new Error('mine');
    }).catch(() => {});
    const post = await store.save(new store.models.Post({ id: 'p', title: 'x' }));
    await store.save(post);
    expect(told).to.deep.equal(['INSERT Post p [] LOCAL']);
  });

  it('tells a commit of several verbs at once, each record once', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const told: Message<any>[] = [];
    store.observe(Post).subscribe((message) => void told.push(message));
    await store.transaction(async (tx) => {
      const post = await tx.save(new Post({ id: 'p', title: 'a' }));
      await tx.save(Post.copyOf(post, (d) => void (d.title = 'b')));
      await tx.save(new Post({ id: 'q', title: 'q' }));
      await tx.delete(Post, 'q');
    });
    expect(told.map(line)).to.deep.equal(['INSERT Post p [] LOCAL']);
    expect(told[0]!.element.title).to.equal('b');
  });

  it('ends with the subscription, and with the store', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    let [told, completed] = [0, 0];
    const subscription = store.observe(Post).subscribe(() => void told++);
    store.observe(Post).subscribe({ complete: () => void completed++ });
    await store.save(new Post({ title: 'x' }));
    subscription.unsubscribe();
    await store.save(new Post({ title: 'y' }));
    expect(told).to.equal(1);
    await store.close();
    expect(completed).to.equal(1);
    await fails('CLOSED', /was closed/, () => store.observe(Post).subscribe(() => {}));
  });

  it('may be read with for await, and subscribe and save from inside', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const inner: string[] = [];
    store.observe(Post).subscribe(({ element }) => {
      if (element.title === 'a') void store.save(new Post({ title: 'b' }));
      inner.push(element.title);
    });
    await store.save(new Post({ title: 'a' }));
    await until('the second is told', () => inner.length === 2);
    expect(inner).to.deep.equal(['a', 'b']);
  });

  it('reports an observer that throws, once for each time, and goes on with the others', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const reported: unknown[] = [];
    const report = globalThis.reportError;
    globalThis.reportError = (error) => void reported.push(error);
    try {
      const seen: string[] = [];
      store.observe(Post).subscribe(({ element }) => {
        if (element.title === 'a') throw new Error('mine');
      });
      store.observe(Post).subscribe(({ element }) => void seen.push(element.title));
      for (const title of ['a', 'b']) await store.save(new Post({ title }));
      expect(seen).to.deep.equal(['a', 'b']);
      expect(reported.map(String)).to.deep.equal(['Error: mine']);
    } finally {
      globalThis.reportError = report;
    }
  });

  it('lets an observer unsubscribe itself and others from inside, in the middle of a commit', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const [first, second]: string[][] = [[], []];
    const one = store.observe(Post).subscribe(({ element }) => {
      first!.push(element.title);
      one.unsubscribe();
      other.unsubscribe();
    });
    const other = store.observe(Post).subscribe(({ element }) => void second!.push(element.title));
    await store.saveAll(['a', 'b', 'c'].map((title) => new Post({ title })));
    expect([one.closed, other.closed]).to.deep.equal([true, true]);
    expect(first).to.deep.equal(['a']);
    expect(second!.length).to.be.at.most(1);
  });

  it('refuses what no query takes', async () => {
    const store = await openStore<Blog>(BLOG);
    await fails('INVALID', /undefined, which is a mistake/, () => store.observe(store.models.Post, undefined as never));
    await fails('INVALID', /observe.*expects a model/, () => store.observe({} as never));
    await fails('INVALID', /no field or relation titel/, () => store.observe(store.models.Post, ((p: any) => p.titel.eq('x')) as never));
    const other = await openStore<Blog>(BLOG, { name: freshName() });
    await fails('INVALID', /is of the store/, () => store.observe(other.models.Post));
    expect(DataStore.observe().subscribe(() => {}).closed).to.equal(false);
  });
});
