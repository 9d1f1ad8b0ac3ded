package fault

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
)

// Medium is a storage that remembers each of its writes, in order, and so can say
// what is left of it when the program, the power, or the browser's care of it ends
// at any of them. A strict write makes certain of itself and of all before it; the
// others reach the medium in their order, some time.
type Medium struct {
	// Mark, if there is one, is called with each write, under the medium's lock;
	// MarkOf returns what it answered.
	Mark func() int

	mu          sync.Mutex
	identity    string
	now         *memory.Backend
	writes      []write
	connections []*Connection
}

// write is one write that was done.
type write struct {
	append   *log.Append
	replace  *log.Replace
	identity string
	certain  int // so many writes were on the medium for certain when this one was done
	mark     int
}

var made atomic.Uint64 // media

// NewMedium returns an empty medium.
func NewMedium() *Medium {
	return &Medium{now: memory.New(), identity: fmt.Sprint("medium ", made.Add(1))}
}

// Writes returns how many writes were done.
func (m *Medium) Writes() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.writes)
}

// MarkOf returns the mark of write number n, counted from 1.
func (m *Medium) MarkOf(n int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.writes[n-1].mark
}

// Cut returns the same medium with its first n writes, all of them certain.
func (m *Medium) Cut(n int) *Medium {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := &Medium{now: memory.New(), identity: m.identity}
	for _, w := range m.writes[:n] {
		if err := w.do(c.now); err != nil {
			panic(err) // it was done before, in the same order
		}
		w.certain = n
		c.writes = append(c.writes, w)
	}
	return c
}

// rare is once in how many power cuts nothing is left at all.
const rare = 20

// Left returns how many writes a power cut after write n leaves: what was certain
// by then and some of the rest; or none, wiped, which is what a browser does with a
// storage whose files it cannot read.
func (m *Medium) Left(random *rand.Rand, n int) (left int, wiped bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	certain := 0
	if n > 0 {
		certain = m.writes[n-1].certain
	}
	if random.IntN(rare) == 0 {
		return 0, true
	}
	return certain + random.IntN(n-certain+1), false
}

// Rewind takes all but the first n writes away from under those who are connected.
// Their connections break, and are there again when it returns.
func (m *Medium) Rewind(n int) { m.replace(m.Cut(n)) }

// Empty puts an empty medium in the place of this one, as Rewind does.
func (m *Medium) Empty() { m.replace(NewMedium()) }

func (m *Medium) replace(c *Medium) {
	m.mu.Lock()
	m.now, m.writes, m.identity = c.now, c.writes, c.identity
	list := m.connections
	m.mu.Unlock()
	for _, c := range list {
		c.broke()
	}
}

// named returns the identity.
func (m *Medium) named() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.identity
}

func (w write) do(b *memory.Backend) error {
	if w.append != nil {
		return b.Append(context.Background(), *w.append)
	}
	return b.Replace(context.Background(), *w.replace)
}

// add does a write and remembers it.
func (m *Medium) add(w write, strict bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if w.identity != "" && w.identity != m.identity {
		return log.ErrTaken
	}
	if err := w.do(m.now); err != nil {
		return err
	}
	if n := len(m.writes); strict {
		w.certain = n + 1
	} else if n > 0 {
		w.certain = m.writes[n-1].certain
	}
	if m.Mark != nil {
		w.mark = m.Mark()
	}
	m.writes = append(m.writes, w)
	return nil
}

// Connection is a connection to a medium. It fulfils log.Backend.
type Connection struct {
	medium *Medium

	mu      sync.Mutex
	watcher log.Watcher
	before  func() // a write
	dead    bool
	left    int // writes until it dies, when it is to die
	doomed  bool
	last    bool // whether the last of them is done
}

// Connect returns a new connection.
func (m *Medium) Connect() *Connection {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := &Connection{medium: m}
	m.connections = append(m.connections, c)
	return c
}

// Before has f called before the next write goes to the medium.
func (c *Connection) Before(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.before = f
}

// broke tells that the connection broke, and is there again.
func (c *Connection) broke() {
	c.mu.Lock()
	w, dead := c.watcher, c.dead
	c.mu.Unlock()
	if w != nil && !dead {
		w.Lost(&code.Error{Code: code.Unavailable, Message: "the connection broke by order of the test"})
		w.Restored()
	}
}

// Kill lets the program at this end die at the write that comes after so many
// others, which is done or not.
func (c *Connection) Kill(writes int, done bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.doomed, c.left, c.last = true, writes, done
}

// Dead reports whether the program has died.
func (c *Connection) Dead() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.doomed && c.dead
}

// Read passes the call on.
func (c *Connection) Read(ctx context.Context, after uint64) (log.Snapshot, error) {
	b, err := c.usable("read")
	if err != nil {
		return log.Snapshot{}, err
	}
	snapshot, err := b.Read(ctx, after)
	snapshot.Identity = c.medium.named()
	return snapshot, err
}

// Blocks passes the call on.
func (c *Connection) Blocks(ctx context.Context, ids []uint64) ([][]byte, error) {
	b, err := c.usable("blocks")
	if err != nil {
		return nil, err
	}
	return b.Blocks(ctx, ids)
}

// Append writes, and is remembered.
func (c *Connection) Append(_ context.Context, a log.Append) error {
	kept := a
	kept.Identity = ""
	kept.Data = append([]byte{}, a.Data...)
	return c.write("append", write{append: &kept, identity: a.Identity}, a.Strict)
}

// Replace writes, and is remembered.
func (c *Connection) Replace(_ context.Context, r log.Replace) error {
	kept := r
	kept.Identity = ""
	kept.Manifest = append([]byte{}, r.Manifest...)
	kept.Drop = append([]uint64{}, r.Drop...)
	kept.Put = nil
	for _, block := range r.Put {
		kept.Put = append(kept.Put, log.Block{ID: block.ID, Data: append([]byte{}, block.Data...)})
	}
	kept.Add = nil
	for _, e := range r.Add {
		kept.Add = append(kept.Add, log.Entry{Sequence: e.Sequence, Data: append([]byte{}, e.Data...)})
	}
	return c.write("replace", write{replace: &kept, identity: r.Identity}, false)
}

// Position passes the call on.
func (c *Connection) Position(ctx context.Context) (log.Position, error) {
	b, err := c.usable("position")
	if err != nil {
		return log.Position{}, err
	}
	p, err := b.Position(ctx)
	p.Identity = c.medium.named()
	return p, err
}

// Watch tells of the end of the medium alone, so that what a store does does not hang
// on when it hears of others.
func (c *Connection) Watch(w log.Watcher) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watcher = w
}

// Lock gives everybody the lock: a program that has died could not give it back.
func (c *Connection) Lock(context.Context, string, bool) (unlock func(), err error) {
	return func() {}, nil
}

// Survey passes the call on.
func (c *Connection) Survey(ctx context.Context) (log.Survey, error) {
	b, err := c.usable("survey")
	if err != nil {
		return log.Survey{}, err
	}
	return b.Survey(ctx)
}

// SetAside passes the call on. It is no write that is remembered: a medium that is
// cut has nothing set aside.
func (c *Connection) SetAside(ctx context.Context, pieces []log.Piece) error {
	b, err := c.usable("set aside")
	if err != nil {
		return err
	}
	return b.SetAside(ctx, pieces)
}

// Aside passes the call on.
func (c *Connection) Aside(ctx context.Context) ([]log.Piece, error) {
	b, err := c.usable("aside")
	if err != nil {
		return nil, err
	}
	return b.Aside(ctx)
}

// Reserve keeps nothing.
func (c *Connection) Reserve(context.Context, int) (kept int, err error) { return 0, nil }

// Close ends the connection.
func (c *Connection) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead = true
	return nil
}

func (c *Connection) write(op string, w write, strict bool) error {
	c.mu.Lock()
	before := c.before
	c.before = nil
	c.mu.Unlock()
	if before != nil {
		before()
	}
	if _, err := c.usable(op); err != nil {
		return err
	}
	c.mu.Lock()
	dies := c.doomed && c.left == 0
	c.left--
	c.dead = dies
	done := !dies || c.last
	c.mu.Unlock()
	if !done {
		return gone(op)
	}
	if err := c.medium.add(w, strict); err != nil || !dies {
		return err
	}
	return gone(op)
}

// usable returns the storage as it is, unless the connection has ended.
func (c *Connection) usable(op string) (*memory.Backend, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead {
		return nil, gone(op)
	}
	c.medium.mu.Lock()
	defer c.medium.mu.Unlock()
	return c.medium.now, nil
}

func gone(op string) error {
	return &code.Error{Code: code.Closed, Op: op, Message: "the connection was closed by the test"}
}
