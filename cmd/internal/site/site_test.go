package site

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// newSite serves an app's directory on top of a package's.
func newSite(t *testing.T) (handler *Site, app, dist string) {
	t.Helper()
	above := t.TempDir()
	write(t, above, "secret.txt", "secret")
	app, dist = filepath.Join(above, "app"), filepath.Join(above, "dist")
	write(t, app, "index.html", "<!doctype html><p>app")
	write(t, app, "style.css", "p{}")
	write(t, app, "notes/index.html", "<p>notes")
	write(t, app, "chunk-AB23CD45.js", "0")
	write(t, app, ".env", "secret")
	write(t, dist, "index.html", "<p>beneath")
	write(t, dist, "index.js", "export {}")
	write(t, dist, "granary.wasm", "\x00asm plain")
	write(t, dist, "granary.wasm.br", "brotli form")
	write(t, dist, "granary.wasm.gz", "gzip form")
	require.NoError(t, os.Symlink("../secret.txt", filepath.Join(app, "link.txt")))
	handler, err := Open([]string{app, dist})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, handler.Close()) })
	return handler, app, dist
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
}

// get asks for a path with headers given as name, value, name, value.
func get(handler http.Handler, target string, headers ...string) *httptest.ResponseRecorder {
	return ask(handler, http.MethodGet, target, headers...)
}

func ask(handler http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func TestSite_GivesEachFileTheTypeThatBrowsersInsistOn(t *testing.T) {
	handler, _, _ := newSite(t)
	for target, want := range map[string]string{
		"/":             "text/html; charset=utf-8",
		"/style.css":    "text/css; charset=utf-8",
		"/index.js":     "text/javascript; charset=utf-8",
		"/granary.wasm": "application/wasm",
	} {
		w := get(handler, target)
		require.Equal(t, http.StatusOK, w.Code, target)
		require.Equal(t, want, w.Header().Get("Content-Type"), target)
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	}
}

func TestSite_LaysDirectoriesOnTopOfEachOther(t *testing.T) {
	handler, app, _ := newSite(t)
	require.Equal(t, "<!doctype html><p>app", get(handler, "/").Body.String())
	require.Equal(t, "export {}", get(handler, "/index.js").Body.String())
	require.NoError(t, os.Remove(filepath.Join(app, "index.html")))
	require.Equal(t, "<p>beneath", get(handler, "/index.html").Body.String())
}

func TestSite_SendsTheCompressedFormThatTheBrowserTakes(t *testing.T) {
	handler, _, _ := newSite(t)
	for accept, want := range map[string]struct{ coding, body string }{
		"gzip, deflate, br, zstd": {"br", "brotli form"},
		"gzip":                    {"gzip", "gzip form"},
		"GZIP;q=0.5":              {"gzip", "gzip form"},
		"br;q=0, gzip":            {"gzip", "gzip form"},
		"*":                       {"br", "brotli form"},
		"br;q=0, *":               {"gzip", "gzip form"},
		"*;q=0":                   {"", "\x00asm plain"},
		"br;q=nonsense":           {"", "\x00asm plain"},
		"identity":                {"", "\x00asm plain"},
		"":                        {"", "\x00asm plain"},
	} {
		w := get(handler, "/granary.wasm", "Accept-Encoding", accept)
		require.Equal(t, http.StatusOK, w.Code, accept)
		require.Equal(t, want.coding, w.Header().Get("Content-Encoding"), accept)
		require.Equal(t, want.body, w.Body.String(), accept)
		require.Equal(t, "application/wasm", w.Header().Get("Content-Type"), accept)
		require.Equal(t, "Accept-Encoding", w.Header().Get("Vary"), accept)
		require.Equal(t, len(want.body), int(w.Result().ContentLength), accept)
	}
}

func TestSite_SendsNoCompressedFormThatIsOlderThanTheFile(t *testing.T) {
	handler, _, dist := newSite(t)
	info, err := os.Stat(filepath.Join(dist, "granary.wasm"))
	require.NoError(t, err)
	before := info.ModTime().Add(-time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(dist, "granary.wasm.br"), before, before))
	w := get(handler, "/granary.wasm", "Accept-Encoding", "br, gzip")
	require.Equal(t, "gzip", w.Header().Get("Content-Encoding"))
}

func TestSite_AnswersNotModifiedUntilTheContentChanges(t *testing.T) {
	handler, app, _ := newSite(t)
	first := get(handler, "/style.css")
	tag := first.Header().Get("ETag")
	require.Regexp(t, `^"[0-9a-f]{32}"$`, tag)
	require.Equal(t, askAgain, first.Header().Get("Cache-Control"))

	again := get(handler, "/style.css", "If-None-Match", tag)
	require.Equal(t, http.StatusNotModified, again.Code)
	require.Empty(t, again.Body.String())
	require.Equal(t, tag, again.Header().Get("ETag"))

	write(t, app, "style.css", "p{color:red}")
	changed := get(handler, "/style.css", "If-None-Match", tag)
	require.Equal(t, http.StatusOK, changed.Code)
	require.NotEqual(t, tag, changed.Header().Get("ETag"))
}

func TestSite_GivesEachFormAnETagOfItsOwn(t *testing.T) {
	handler, _, _ := newSite(t)
	seen := map[string]bool{}
	for _, accept := range []string{"br", "gzip", ""} {
		tag := get(handler, "/granary.wasm", "Accept-Encoding", accept).Header().Get("ETag")
		require.False(t, seen[tag], tag)
		seen[tag] = true
		w := get(handler, "/granary.wasm", "Accept-Encoding", accept, "If-None-Match", tag)
		require.Equal(t, http.StatusNotModified, w.Code)
		require.Empty(t, w.Header().Get("Content-Encoding"))
	}
	require.Len(t, seen, 3)
}

func TestSite_LetsBrowsersKeepForEverOnlyWhatItsAddressNames(t *testing.T) {
	handler, _, _ := newSite(t)
	sum := sha256.Sum256([]byte("export {}"))
	hash := hex.EncodeToString(sum[:])
	for target, want := range map[string]string{
		"/chunk-AB23CD45.js":          keepForever,
		"/index.js?v=" + hash:         keepForever,
		"/index.js?v=" + hash[:8]:     keepForever,
		"/index.js?v=" + hash[:7]:     askAgain,
		"/index.js?v=0123456789abcde": askAgain,
		"/index.js":                   askAgain,
		"/":                           askAgain,
	} {
		require.Equal(t, want, get(handler, target).Header().Get("Cache-Control"), target)
	}
}

func TestCarriesHash_TakesNoDateAndNoWordForOne(t *testing.T) {
	for name, want := range map[string]bool{
		"app-5F3KQ2ZD.js": true, "app.0123456789abcdef.css": true, "app-1a2b3c4d.js.map": true,
		"notes-20261122.json": false, "OUR-LICENSES.txt": false, "deadbeef.js": false, "x-effaced.js": false, "app-1a2b.js": false,
	} {
		require.Equal(t, want, carriesHash(name), name)
	}
}

func TestSite_NeverLeavesItsDirectories(t *testing.T) {
	handler, _, _ := newSite(t)
	for _, path := range []string{
		"/../secret.txt", "/%2e%2e/secret.txt", "/notes/../../secret.txt", "/..%2fsecret.txt", "/..%5csecret.txt",
		"/%2e%2e%2f%2e%2e%2fetc/passwd", "//etc/passwd", "/link.txt", "/.env", "/%2eenv", "/secret.txt%00.js", "/./.env",
	} {
		w := get(handler, path)
		require.Contains(t, []int{http.StatusBadRequest, http.StatusNotFound}, w.Code, path)
		require.NotContains(t, w.Body.String(), "secret\n", path)
		require.NotEqual(t, "secret", w.Body.String(), path)
		require.NotContains(t, w.Body.String(), "root:", path)
	}
}

func TestSite_SendsDirectoriesToTheirSlashAndShowsNoListing(t *testing.T) {
	handler, app, _ := newSite(t)
	require.NoError(t, os.Mkdir(filepath.Join(app, "empty"), 0o755))

	w := get(handler, "/notes?tab=1")
	require.Equal(t, http.StatusMovedPermanently, w.Code)
	require.Equal(t, "notes/?tab=1", w.Header().Get("Location"))
	require.Equal(t, "<p>notes", get(handler, "/notes/").Body.String())
	require.Equal(t, http.StatusNotFound, get(handler, "/empty/").Code)
	require.Equal(t, http.StatusNotFound, get(handler, "/style.css/").Code)
	require.Equal(t, http.StatusNotFound, get(handler, "/nowhere.js").Code)
}

func TestSite_AnswersRangesOfTheFileItself(t *testing.T) {
	handler, _, _ := newSite(t)
	w := get(handler, "/granary.wasm", "Range", "bytes=5-9", "Accept-Encoding", "br")
	require.Equal(t, http.StatusPartialContent, w.Code)
	require.Equal(t, "plain", w.Body.String())
	require.Empty(t, w.Header().Get("Content-Encoding"))
	require.Equal(t, "bytes 5-9/10", w.Header().Get("Content-Range"))
	beyond := get(handler, "/granary.wasm", "Range", "bytes=50-")
	require.Equal(t, http.StatusRequestedRangeNotSatisfiable, beyond.Code)
}

func TestSite_AnswersGetAndHeadOnly(t *testing.T) {
	handler, _, _ := newSite(t)
	w := ask(handler, http.MethodHead, "/granary.wasm", "Accept-Encoding", "br")
	require.Equal(t, http.StatusOK, w.Code)
	require.Empty(t, w.Body.String())
	require.Equal(t, "11", w.Header().Get("Content-Length"))
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		w := ask(handler, method, "/granary.wasm")
		require.Equal(t, http.StatusMethodNotAllowed, w.Code, method)
		require.Equal(t, "GET, HEAD", w.Header().Get("Allow"), method)
	}
}

func TestOpen_NamesTheDirectoryThatIsNotThere(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "dist")
	_, err := Open([]string{t.TempDir(), missing})
	require.ErrorContains(t, err, missing)
	require.True(t, strings.Contains(err.Error(), "is it built?"))
}
