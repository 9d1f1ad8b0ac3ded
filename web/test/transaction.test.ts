import { expect } from 'chai';
import { DataStore, type Transaction } from 'granary';
import { BLOG, KITCHEN, type Blog, type Kitchen, type Post } from './models.js';
import { closeStores, fails, openStore } from './support.js';

describe('transactions', () => {
  afterEach(closeStores);

  async function blog() {
    const store = await openStore<Blog>(BLOG);
    return { store, ...store.models };
  }

  it('make what their function does one commit, and resolve with what it returns', async () => {
    const { store, Post, Comment, User } = await blog();
    const old = await store.save(new Post({ title: 'old' }));
    await store.save(new Comment({ content: 'goes along', post: old }));
    const made = await store.transaction(async (tx) => {
      const post = await tx.save(new Post({ title: 'new', rating: 1 }));
      expect(post).to.be.instanceOf(Post);
      expect(Object.isFrozen(post)).to.equal(true);
      expect(post.createdAt).to.be.a('string');
      const comment = await tx.save(new Comment({ content: 'c', post }));
      expect((await comment.post)?.title, 'read within').to.equal('new');
      expect(await tx.saveAll(User, [{ username: 'ada' }, { username: 'bob' }])).to.equal(2);
      expect(await tx.delete(old)).to.equal(old);
      expect(await tx.count(Comment)).to.equal(1);
      expect((await post.comments.toArray()).map((c) => c.content)).to.deep.equal(['c']);
      expect((await tx.query(User, (u) => u.username.beginsWith('a'), { sort: (s) => s.username('DESCENDING'), limit: 1 }))[0]?.username).to.equal('ada');
      expect((await tx.query(Post, post.id))?.title).to.equal('new');
      expect(await tx.query(Post, old.id)).to.equal(undefined);
      expect((await store.query(Post)).map((p) => p.title), 'nobody else sees it').to.deep.equal(['old']);
      expect(await store.count(User)).to.equal(0);
      const edited = await tx.save(Post.copyOf(post, (d) => void (d.rating = 5)));
      expect(edited.rating).to.equal(5);
      return edited;
    });
    expect(made.rating).to.equal(5);
    expect((await store.query(Post)).map((p) => [p.title, p.rating])).to.deep.equal([['new', 5]]);
    expect(await store.count(Comment)).to.equal(1);
    expect((await made.comments.toArray()).length, 'relations are read in the store now').to.equal(1);
    expect((await store.stats()) as { log: { entries: number } }).to.have.nested.property('log.entries', 3);
  });

  it('that throw leave everything as it was, records and their identity included', async () => {
    const { store, Post, Comment } = await blog();
    const post = await store.save(new Post({ title: 'p' }));
    await store.save(new Comment({ content: 'c', post }));
    const draft = new Post({ title: 'draft' });
    const own = new Error('mine');
    let thrown: unknown;
    await store.transaction(async (tx) => {
      await tx.save(Post.copyOf(post, (d) => void (d.title = 'changed')));
      await tx.save(draft);
      expect((await tx.delete(Comment, (c) => c.content.eq('c'))).map((c) => c.content)).to.deep.equal(['c']);
      throw own;
    }).catch((error: unknown) => (thrown = error));
    expect(thrown).to.equal(own);
    expect(await store.query(Post, post.id)).to.equal(await store.query(Post, post.id));
    expect((await store.query(Post))[0]?.title).to.equal('p');
    expect(await store.count(Comment)).to.equal(1);
    expect((await store.save(draft)).title, 'it still counts as new').to.equal('draft');
    await fails('REFERENCE', /Comment\.post/, () => store.transaction((tx) => tx.save(new Comment({ post: new Post({ title: 'unsaved' }) }))));
    await fails('CONFLICT', /condition/, () => store.transaction((tx) => tx.save(Post.copyOf(post, (d) => void (d.title = 'x')), (p) => p.title.eq('y'))));
    expect((await store.query(Post)).map((p) => p.title)).to.deep.equal(['p', 'draft']);
  });

  it('keep stored records the same objects when they only read them', async () => {
    const { store, Post } = await blog();
    const post = await store.save(new Post({ title: 'p' }));
    const before = (await store.query(Post))[0];
    await store.transaction(async (tx) => {
      const inside = await tx.query(Post, post.id);
      expect(inside).to.deep.equal(before);
      await tx.save(new Post({ title: 'other' }));
      expect((await store.query(Post))[0]).to.equal(before);
    });
    expect((await store.query(Post))[0]).to.equal(before);
  });

  it('go on after a verb whose failure was caught', async () => {
    const { store, Post } = await blog();
    const post = await store.save(new Post({ title: 'p' }));
    await store.transaction(async (tx) => {
      await fails('CONFLICT', /condition/, () => tx.delete(post, (p) => p.title.eq('q')));
      await fails('INVALID', /expects a record/, () => tx.save({} as Post));
      await tx.save(new Post({ title: 'q' }));
    });
    expect(await store.count(Post)).to.equal(2);
  });

  const raise = (store: DataStore<Blog>, id: string, retries?: number) => {
    const { Post } = store.models;
    return store.transaction(async (tx) => {
      const post = (await tx.query(Post, id))!;
      await Promise.resolve();
      return tx.save(Post.copyOf(post, (d) => void (d.rating = (post.rating ?? 0) + 1)));
    }, { retries });
  };

  it('do not lose increments, however many run at a time', async () => {
    const { store, Post } = await blog();
    const { id } = await store.save(new Post({ title: 'p', rating: 0 }));
    const one = async () => { for (let i = 0; i < 100; i++) await raise(store, id); };
    await Promise.all([one(), one()]);
    expect((await store.query(Post, id))?.rating).to.equal(200);
    await Promise.all(Array.from({ length: 20 }, () => raise(store, id, 20)));
    expect((await store.query(Post, id))?.rating).to.equal(220);
  });

  it('allow no write skew', async () => {
    const { store, Post } = await blog();
    const [a, b] = await store.saveAll([new Post({ title: 'a', status: 'ACTIVE' }), new Post({ title: 'b', status: 'ACTIVE' })]);
    const leave = (post: Post) => store.transaction(async (tx) => {
      const active = await tx.count(Post, (p) => p.status.eq('ACTIVE'));
      await Promise.resolve();
      if (active > 1) await tx.save(Post.copyOf(post, (d) => void (d.status = 'INACTIVE')));
      return active;
    });
    expect(await Promise.all([leave(a!), leave(b!)])).to.have.members([2, 1]);
    expect(await store.count(Post, (p) => p.status.eq('ACTIVE'))).to.equal(1);
  });

  it('reject with CONFLICT when others change what they read too often', async () => {
    const { store, Post } = await blog();
    const { id } = await store.save(new Post({ title: 'p', rating: 0 }));
    for (const [retries, calls] of [[0, 1], [undefined, 5]] as const) {
      let called = 0;
      const error = await fails('CONFLICT', /Post.*changed.*query.*retries/, () => store.transaction(async (tx) => {
        called++;
        await tx.query(Post, id);
        await raise(store, id);
        await tx.save(new Post({ title: 'never' }));
      }, { retries }));
      expect(error.model).to.equal('Post');
      expect(called).to.equal(calls);
    }
    expect(await store.count(Post)).to.equal(1);
  });

  it('that never end block nobody, and one inside another is by itself', async () => {
    const { store, Post } = await blog();
    void store.transaction(async (tx) => {
      await tx.save(new Post({ title: 'never' }));
      await new Promise(() => {});
    });
    await Promise.resolve();
    await store.save(new Post({ title: 'outside' }));
    await store.transaction(async (tx) => {
      await tx.save(new Post({ title: 'outer' }));
      await store.transaction((inner) => inner.save(new Post({ title: 'inner' })));
      throw new Error('outer fails');
    }).catch(() => {});
    expect((await store.query(Post)).map((p) => p.title)).to.deep.equal(['outside', 'inner']);
  });

  it('reject verbs that come after their end', async () => {
    const { store, Post } = await blog();
    let kept!: Transaction;
    const post = await store.transaction(async (tx) => {
      kept = tx;
      return tx.save(new Post({ title: 'p' }));
    });
    await fails('INVALID', /transaction has ended/, () => kept.query(Post));
    await fails('INVALID', /transaction has ended/, () => kept.save(post));
    await store.transaction(async () => void (await store.close())).then(
      () => expect.fail('went through'), (error: { code: string }) => expect(error.code).to.equal('CLOSED'));
    await fails('CLOSED', /closed/, () => store.transaction(async () => 1));
  });

  it('refuse what is no function, bad retries, and records of other stores', async () => {
    const { store, Post } = await blog();
    const other = await openStore<Blog>(BLOG);
    await fails('INVALID', /expects a function/, () => store.transaction(5 as never));
    for (const retries of [-1, 1.5, '3', NaN, Infinity]) {
      await fails('INVALID', /retries must be/, () => store.transaction(async () => 1, { retries: retries as number }));
    }
    await fails('INVALID', /not of/, () => store.transaction((tx) => tx.save(new other.models.Post({ title: 'x' }))));
    await fails('INVALID', /not of/, () => store.transaction((tx) => tx.query(other.models.Post)));
    await fails('INVALID', /2 stores are open.*store\.transaction/, () => DataStore.transaction(async () => 1));
    await other.close();
    expect(await DataStore.transaction(async (tx) => tx.count(Post))).to.equal(0);
  });

  it('take values that the engine has to judge, and composite keys', async () => {
    const store = await openStore<Kitchen>(KITCHEN);
    const { Thing, Seat } = store.models;
    await store.transaction(async (tx) => {
      for (let i = 0; i < 50; i++) {
        const thing = await tx.save(new Thing({ name: `t${i}`, tags: ['a'], day: '2024-02-29', size: { width: i, unit: null } }));
        expect(Object.isFrozen(thing.tags)).to.equal(true);
        expect((await tx.query(Thing, thing.id))?.size?.width).to.equal(i);
      }
      await tx.saveAll([new Seat({ row: 'a', number: 1 }), new Thing({ name: 'mixed' }), new Seat({ row: 'a', number: 2 })]).then(([seat, thing]) => {
        expect(seat).to.be.instanceOf(Seat);
        expect(thing).to.be.instanceOf(Thing);
      });
      expect((await tx.deleteAll(Seat, [['a', 1], { row: 'a', number: 9 }])).map((s) => s.number)).to.deep.equal([1]);
    });
    expect(await store.count(Thing)).to.equal(51);
    expect((await store.query(Seat)).map((s) => s.number)).to.deep.equal([2]);
  });

  it('count, add up and group with their own writes, and notice when others change the outcome', async () => {
    const { store, Post } = await blog();
    await store.saveAll([1, 2, 3].map((rating) => new Post({ title: 'p', rating })));
    let called = 0;
    const total = await store.transaction(async (tx) => {
      await tx.save(new Post({ title: 'own', rating: 10 }));
      const sum = await tx.sum(Post, 'rating');
      expect(await tx.max(Post, 'rating')).to.equal(10);
      expect((await tx.groupBy(Post, 'title')).map((g) => g.count)).to.deep.equal([sum - 13, 1]);
      if (called++ === 0) await store.save(new Post({ title: 'p', rating: 1 }));
      return sum;
    });
    expect([total, called]).to.deep.equal([17, 2]);
    await fails('INVALID', /include cannot be used/, () =>
      store.transaction((tx) => tx.query(Post, (p) => p.title.eq('p'), { include: { comments: true } })));
  });

  it('are durable when they resolve', async () => {
    const store = await openStore<Blog>(BLOG, { storage: 'indexeddb' });
    await store.transaction((tx) => tx.saveAll([new store.models.Post({ title: 'a' }), new store.models.User({ username: 'u' })]));
    await store.close();
    const again = await openStore<Blog>(BLOG, { storage: 'indexeddb', name: store.name });
    expect(await again.count(again.models.Post)).to.equal(1);
    expect(await again.count(again.models.User)).to.equal(1);
  });
});
