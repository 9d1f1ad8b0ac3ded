// Package localpg runs a PostgreSQL server of its own, in a temporary directory and
// behind a socket there: for tests, and for measurements on the machine at hand. It
// forgets everything when it stops; but while it runs, a commit is on the disk as it is
// with any other.
package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrMissing says that the programs of PostgreSQL are not on this machine.
var ErrMissing = errors.New("PostgreSQL is not installed: make postgres installs it, or set PG_BINDIR to the directory of initdb")

// startPatience is how long the server may take until it answers.
const startPatience = 60 * time.Second

// Server is a PostgreSQL server that is running.
type Server struct {
	dir       string
	bin       string
	process   *exec.Cmd
	said      *output
	ended     chan struct{}
	databases atomic.Int64
}

// Start makes a cluster and runs it.
func Start(ctx context.Context) (s *Server, err error) {
	bin, err := programs(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "granary-pg-")
	if err != nil {
		return nil, err
	}
	s = &Server{dir: dir, bin: bin, said: new(output)}
	defer func() {
		if err != nil {
			s.Stop()
		}
	}()
	who, err := nobody(dir)
	if err != nil {
		return nil, err
	}
	initdb := command(ctx, who, filepath.Join(bin, "initdb"), "--pgdata", s.data(), "--username", "granary", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-instructions")
	initdb.Dir = dir
	if text, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, text)
	}
	if err = s.run(who); err != nil {
		return nil, err
	}
	return s, s.await(ctx)
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// run begins the server.
func (s *Server) run(who *syscall.SysProcAttr) error {
	s.process = command(context.Background(), who, filepath.Join(s.bin, "postgres"), "-D", s.data(), "-k", s.dir, "-c", "listen_addresses=", "-c", "fsync=on")
	s.process.Dir = s.dir
	s.process.Stdout, s.process.Stderr = s.said, s.said
	if err := s.process.Start(); err != nil {
		return err
	}
	s.ended = make(chan struct{})
	go func() {
		_ = s.process.Wait() // what it said says why
		close(s.ended)
	}()
	return nil
}

// await waits until the server answers.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.ended:
			return fmt.Errorf("postgres ended: %s", s.said)
		case <-ctx.Done():
			return fmt.Errorf("postgres does not answer: %w\n%s", err, s.said)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// URL is the address of a database of the server.
func (s *Server) URL(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User("granary"), Path: "/" + database,
		RawQuery: url.Values{"host": {s.dir}, "sslmode": {"disable"}}.Encode()}
	return u.String()
}

// Database makes an empty database and returns its address.
func (s *Server) Database(ctx context.Context) (string, error) {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	name := "granary_" + strconv.FormatInt(s.databases.Add(1), 10)
	_, err = conn.Exec(ctx, "CREATE DATABASE "+name)
	return s.URL(name), err
}

// Stop ends the server and removes its files.
func (s *Server) Stop() {
	if s.ended != nil {
		_ = s.process.Process.Signal(syscall.SIGINT) // ends at once, connections and all
		select {
		case <-s.ended:
		case <-time.After(10 * time.Second):
			_ = s.process.Process.Kill()
			<-s.ended
		}
	}
	_ = os.RemoveAll(s.dir)
}

// programs finds the directory of initdb and postgres.
func programs(ctx context.Context) (string, error) {
	var dirs []string
	if named := os.Getenv("PG_BINDIR"); named != "" {
		dirs = append(dirs, named)
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(found, func(a, b string) int { return release(b) - release(a) })
	dirs = append(dirs, found...)
	if text, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(text)))
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err == nil {
			return dir, nil
		}
	}
	return "", ErrMissing
}

// release is the number in /usr/lib/postgresql/17/bin.
func release(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return n
}

// nobody returns how to run as somebody else than root, which PostgreSQL refuses to
// run as, and gives the directory to that user.
func nobody(dir string) (*syscall.SysProcAttr, error) {
	who := orphans()
	if os.Getuid() != 0 {
		return who, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no user postgres or nobody: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	who.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return who, os.Chown(dir, int(uid), int(gid))
}

func command(ctx context.Context, who *syscall.SysProcAttr, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.SysProcAttr = who
	c.Env = append(os.Environ(), "LC_ALL=C")
	return c
}

// output is what the server says, while it is saying it.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
