package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server/localpg"
)

var (
	binary  string
	cluster *localpg.Server
)

// TestMain builds the command, as a race detector and flags of its own would not reach
// a process that is killed, and runs a PostgreSQL.
func TestMain(m *testing.M) { os.Exit(prepared(m)) }

func prepared(m *testing.M) int {
	dir, err := os.MkdirTemp("", "granaryd-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "granaryd")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintln(os.Stderr, err, string(out))
		return 1
	}
	if cluster, err = localpg.Start(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer cluster.Stop()
	return m.Run()
}

const models = `
	type Item @model(timestamps: null) { id: ID! title: String parts: [Part] @hasMany }
	type Part @model(timestamps: null) { id: ID! itemId: ID! item: Item! @belongsTo(fields: ["itemId"]) }`

// databases are where a granaryd can keep its records.
var databases = map[string]func(t *testing.T) string{
	"SQLite": func(t *testing.T) string { return filepath.Join(t.TempDir(), "records.db") },
	"PostgreSQL": func(t *testing.T) string {
		address, err := cluster.Database(t.Context())
		require.NoError(t, err)
		return address
	},
}

// process is a granaryd that runs.
type process struct {
	cmd *exec.Cmd
	url string

	mu   sync.Mutex
	said bytes.Buffer
	done chan struct{}
}

// start runs granaryd and waits until it serves.
func start(t *testing.T, db string, flags ...string) *process {
	t.Helper()
	file := filepath.Join(t.TempDir(), "models.graphql")
	require.NoError(t, os.WriteFile(file, []byte(models), 0o600))
	p := &process{done: make(chan struct{})}
	p.cmd = exec.Command(binary, append([]string{"-schema", file, "-db", db, "-addr", "127.0.0.1:0", "-log-json"}, flags...)...)
	out, err := p.cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(p.kill)
	serving := make(chan string, 1)
	go p.listen(out, serving)
	select {
	case p.url = <-serving:
	case <-p.done:
		require.Fail(t, "granaryd ended", p.output())
	}
	return p
}

// listen reads what the process says.
func (p *process) listen(out io.Reader, serving chan<- string) {
	defer close(p.done)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		p.mu.Lock()
		p.said.Write(append(lines.Bytes(), '\n'))
		p.mu.Unlock()
		var line struct{ Msg, URL string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			serving <- line.URL
		}
	}
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// kill ends the process at once, as a crash does.
func (p *process) kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	<-p.done
	_ = p.cmd.Wait()
}

type object = map[string]any

// result is what became of a mutation.
type result struct {
	ID, Status string
	Records    []struct{ ID, Version string }
	Error      any
}

// page is a page of changes.
type page struct {
	Changes []struct {
		Model, ID, Version string
		Data               object
	}
	Checkpoint string
	More       bool
}

// post calls the server; an error is everything that is no 200.
func post(ctx context.Context, url string, body object, into any) error {
	body["protocol"] = 1
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(got.Body)
		return fmt.Errorf("%d: %s", got.StatusCode, text)
	}
	return json.NewDecoder(got.Body).Decode(into)
}

func push(ctx context.Context, url string, mutations ...object) ([]result, error) {
	var got struct{ Results []result }
	err := post(ctx, url+"/push", object{"mutations": mutations, "client": "c"}, &got)
	return got.Results, err
}

// pullAll pulls until there is no more.
func pullAll(t *testing.T, url string) (all page) {
	t.Helper()
	var checkpoint any
	for more := true; more; {
		var got page
		require.NoError(t, post(t.Context(), url+"/pull", object{"checkpoint": checkpoint, "limit": 100}, &got))
		all.Changes = append(all.Changes, got.Changes...)
		all.Checkpoint, checkpoint, more = got.Checkpoint, got.Checkpoint, got.More
	}
	return all
}

// family is a mutation that makes an Item and its Part.
func family(name string) object {
	return object{"id": "m-" + name, "at": time.Now().UTC().Format(time.RFC3339), "ops": []object{
		{"op": "create", "model": "Item", "id": "i-" + name, "data": object{"title": name}},
		{"op": "create", "model": "Part", "id": "p-" + name, "data": object{"itemId": "i-" + name}},
	}}
}
