package main_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// listen opens a live stream and returns a channel with its events.
func listen(t *testing.T, url string) <-chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/live", nil)
	require.NoError(t, err)
	got, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, got.StatusCode)
	events := make(chan string, 100)
	go func() {
		defer close(events)
		defer got.Body.Close()
		for lines := bufio.NewScanner(got.Body); lines.Scan(); {
			if event, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				events <- event
			}
		}
	}()
	return events
}

func TestTwoServers_OfOneDatabaseAreLive(t *testing.T) {
	db := databases["PostgreSQL"](t)
	a, b := start(t, db), start(t, db)
	events := listen(t, b.url)
	require.Equal(t, "poke", <-events, "the first comes by itself")
	_, err := push(t.Context(), a.url, family("first"))
	require.NoError(t, err)
	require.Equal(t, "poke", <-events)

	checkpoint := pullAll(t, b.url).Checkpoint
	held := make(chan page, 1)
	go func() {
		var got page
		if err := post(t.Context(), b.url+"/pull", object{"checkpoint": checkpoint, "wait": 25}, &got); err != nil {
			t.Error(err)
		}
		held <- got
	}()
	_, err = push(t.Context(), a.url, family("second"))
	require.NoError(t, err)
	got := <-held
	require.Len(t, got.Changes, 2)
	require.Equal(t, "i-second", got.Changes[0].ID)
	require.Equal(t, pullAll(t, a.url), pullAll(t, b.url))
}

func TestTwoServers_TakeTheSameMutationOnce(t *testing.T) {
	db := databases["PostgreSQL"](t)
	urls := []string{start(t, db).url, start(t, db).url}
	for n := range 10 {
		m := family(string(rune('a' + n)))
		answers := make(chan []result, 4)
		for i := range cap(answers) {
			go func() {
				got, err := push(t.Context(), urls[i%2], m)
				if err != nil {
					t.Error(err)
				}
				answers <- got
			}()
		}
		first := <-answers
		for range cap(answers) - 1 {
			require.Equal(t, first, <-answers)
		}
	}
	all := pullAll(t, urls[0])
	require.Len(t, all.Changes, 20)
	require.Equal(t, "20", all.Changes[19].Version)
}

func TestStop_EndsHeldPullsAndLiveStreamsAtOnce(t *testing.T) {
	p := start(t, databases["SQLite"](t))
	events := listen(t, p.url)
	<-events
	checkpoint := pullAll(t, p.url).Checkpoint
	held := make(chan error, 1)
	go func() {
		var got page
		held <- post(t.Context(), p.url+"/pull", object{"checkpoint": checkpoint, "wait": 30}, &got)
	}()
	require.Eventually(t, func() bool { return strings.Contains(metrics(t, p.url), "granary_waiting 1\n") }, 10*time.Second, time.Millisecond)
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, <-held, "it is answered with a page")
	for range events {
	}
	<-p.done
	require.NoError(t, p.cmd.Wait(), "it fails when somebody is still held after its time to say farewell")
	require.Contains(t, p.output(), "stopping")
}

func metrics(t *testing.T, url string) string {
	t.Helper()
	got, err := http.Get(url + "/metrics")
	require.NoError(t, err)
	defer got.Body.Close()
	var text strings.Builder
	_, err = bufio.NewReader(got.Body).WriteTo(&text)
	require.NoError(t, err)
	return text.String()
}

func TestTokens_LetTheirUsersIn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tokens")
	require.NoError(t, os.WriteFile(file, []byte("# people\nabcdefghijklmnop ann east\nqrstuvwxyz123456 bob west # the other\n"), 0o600))
	p := start(t, databases["SQLite"](t), "-token-file", file)
	for header, want := range map[string]int{"": 401, "Bearer abcdefghijklmnop": 200, "bearer qrstuvwxyz123456": 200, "Bearer abcdefghijklmno": 401, "Basic abcdefghijklmnop": 401} {
		r, err := http.NewRequest(http.MethodPost, p.url+"/pull", strings.NewReader(`{"protocol":1}`))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", header)
		got, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, got.Body.Close())
		require.Equal(t, want, got.StatusCode, header)
	}
}

func TestRenew_LetsAllBeginAnew(t *testing.T) {
	db := databases["SQLite"](t)
	p := start(t, db)
	_, err := push(t.Context(), p.url, family("a"))
	require.NoError(t, err)
	before := pullAll(t, p.url).Checkpoint
	p.kill()
	p = start(t, db, "-renew")
	var got struct{ Reset bool }
	require.NoError(t, post(t.Context(), p.url+"/pull", object{"checkpoint": before}, &got))
	require.True(t, got.Reset)
}

func TestFlags_ThatAreWrongSaySo(t *testing.T) {
	dir := t.TempDir()
	bad, good, short := filepath.Join(dir, "bad.graphql"), filepath.Join(dir, "good.graphql"), filepath.Join(dir, "tokens")
	require.NoError(t, os.WriteFile(bad, []byte("type A @model { id: ID! b: Strin }"), 0o600))
	require.NoError(t, os.WriteFile(good, []byte(models), 0o600))
	require.NoError(t, os.WriteFile(short, []byte("abc ann\n"), 0o600))
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "-schema is needed"},
		{[]string{"-schema", bad}, "bad.graphql:1:"},
		{[]string{"-schema", bad}, "did you mean String"},
		{[]string{"-schema", good, "-addr", "0.0.0.0:0"}, "-anonymous"},
		{[]string{"-schema", good, "-token-file", short}, "at least 16 characters"},
		{[]string{"-schema", good, "-policy", "best"}, `a policy is "merge", "last" or "strict"`},
		{[]string{"-schema", good, "-db", filepath.Join(dir, "no", "such.db")}, "such.db"},
		{[]string{"-schema", good, "-db", filepath.Join(dir, "x.db"), "-scope", "colour"}, `no model has a field "colour"`},
		{[]string{"-schema", good, "extra"}, "flags alone"},
	} {
		out, err := exec.Command(binary, c.args...).CombinedOutput()
		require.Error(t, err, c.args)
		require.Contains(t, string(out), c.want)
	}
}

func TestStatic_ServesThePageBesideTheProtocol(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "index.html"), []byte("<p>the page"), 0o600))
	p := start(t, databases["SQLite"](t), "-static", dir)
	got, err := http.Get(strings.TrimSuffix(p.url, "/sync") + "/")
	require.NoError(t, err)
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	require.Equal(t, "<p>the page", string(body))
	_, err = push(t.Context(), p.url, family("a"))
	require.NoError(t, err)
	require.Len(t, pullAll(t, p.url).Changes, 2)
}

func TestStatic_IsRefusedWhereThePageWouldHideTheProtocol(t *testing.T) {
	schema := filepath.Join(t.TempDir(), "models.graphql")
	require.NoError(t, os.WriteFile(schema, []byte(models), 0o600))
	for _, row := range []struct{ base, static, want string }{
		{"/", t.TempDir(), "-static needs a -base"},
		{"/sync", filepath.Join(t.TempDir(), "dist"), "is it built?"},
	} {
		out, err := exec.Command(binary, "-schema", schema, "-db", filepath.Join(t.TempDir(), "x.db"),
			"-addr", "127.0.0.1:0", "-base", row.base, "-static", row.static).CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), row.want)
	}
}
