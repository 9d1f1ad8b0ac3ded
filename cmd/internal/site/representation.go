package site

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// contentTypes are the types that must not depend on what the machine knows:
// browsers refuse modules and streaming compilation when they are wrong.
var contentTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".graphql":     "text/plain; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".ico":         "image/x-icon",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".map":         "application/json",
	".mjs":         "text/javascript; charset=utf-8",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".wasm":        "application/wasm",
	".webmanifest": "application/manifest+json",
	".woff2":       "font/woff2",
}

// How browsers may keep an answer.
const (
	keepForever = "public, max-age=31536000, immutable" // the address changes with the content
	askAgain    = "no-cache"                            // keep it, but ask whether it is still so
)

// etagLength is the number of hexadecimal digits of the content's hash in an ETag.
const etagLength = 32

// minVersion is how many digits of the content's hash ?v= must give to count.
const minVersion = 8

// hashedName matches what may be a hash of the content that a bundler put into a
// name: hexadecimal, or the base 32 of esbuild.
var hashedName = regexp.MustCompile(`[-.]([0-9a-f]{8,64}|[A-Z2-7]{8})\.[0-9A-Za-z.]+$`)

// serveFrom answers with the file of that name from one directory, and reports
// false when it has none.
func (s *Site) serveFrom(root *os.Root, w http.ResponseWriter, r *http.Request, name string) (served bool, err error) {
	plain, info, err := openFile(root, name)
	if plain == nil {
		return false, err
	}
	defer plain.Close()
	hash, err := s.hashes.of(root, name, plain, info)
	if err != nil {
		return false, err
	}
	header := w.Header()
	header.Set("Content-Type", contentType(name))
	header.Set("Cache-Control", cacheControl(name, r.URL.Query().Get("v"), hash))
	header.Set("Vary", "Accept-Encoding")
	tag := hash[:etagLength]
	if r.Header.Get("Range") == "" {
		if form, coding, size := packedForm(root, name, info, r.Header.Values("Accept-Encoding")); form != nil {
			defer form.Close()
			header.Set("Content-Encoding", coding)
			header.Set("Content-Length", strconv.FormatInt(size, 10))
			header.Set("ETag", `"`+tag+"-"+coding+`"`)
			http.ServeContent(w, r, "", time.Time{}, form)
			return true, nil
		}
	}
	header.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, plain)
	return true, nil
}

// openFile opens a regular file; it returns no file when there is none.
func openFile(root *os.Root, name string) (*os.File, fs.FileInfo, error) {
	// Looked at before it is opened: opening a pipe would wait for its other end.
	info, err := root.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil, nil
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	return f, info, nil
}

// packedForm opens the best compressed form that the browser takes, if there is
// one that is not older than the file itself.
func packedForm(root *os.Root, name string, plain fs.FileInfo, accept []string) (f *os.File, coding string, size int64) {
	for _, form := range []struct{ suffix, coding string }{{".br", "br"}, {".gz", "gzip"}} {
		if !accepts(accept, form.coding) {
			continue
		}
		f, info, err := openFile(root, name+form.suffix)
		if f == nil || err != nil {
			continue
		}
		if !info.ModTime().Before(plain.ModTime()) {
			return f, form.coding, info.Size()
		}
		f.Close()
	}
	return nil, "", 0
}

// accepts reports whether the values of Accept-Encoding allow the coding.
func accepts(values []string, coding string) bool {
	allowed := false
	for item := range strings.SplitSeq(strings.Join(values, ","), ",") {
		name, parameters, _ := strings.Cut(item, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != coding && name != "*" {
			continue
		}
		allowed = weight(parameters) > 0
		if name == coding {
			return allowed
		}
	}
	return allowed
}

// weight reads the q of an Accept-Encoding item; without one it is 1.
func weight(parameters string) float64 {
	name, value, found := strings.Cut(parameters, "=")
	if !found || strings.ToLower(strings.TrimSpace(name)) != "q" {
		return 1
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil {
		return 0
	}
	return q
}

func contentType(name string) string {
	ext := strings.ToLower(path.Ext(name))
	if known, ok := contentTypes[ext]; ok {
		return known
	}
	if known := mime.TypeByExtension(ext); known != "" {
		return known
	}
	return "application/octet-stream"
}

// cacheControl lets a browser keep a file for ever when its address names its
// content: by a hash in the name, or by ?v= with the first digits of the hash. A
// version that is not the content's own must not be kept under that address.
func cacheControl(name, version, hash string) string {
	if len(version) >= minVersion && strings.HasPrefix(hash, version) {
		return keepForever
	}
	if carriesHash(path.Base(name)) {
		return keepForever
	}
	return askAgain
}

// carriesHash reports whether a name has a hash in it. Dates and words look like
// hashes too, so digits and letters must both be there: a hash that is taken for a
// word costs a question to the server, a word taken for a hash a stale page.
func carriesHash(base string) bool {
	found := hashedName.FindStringSubmatch(base)
	return found != nil &&
		strings.ContainsAny(found[1], "0123456789") &&
		strings.ContainsAny(strings.ToLower(found[1]), "abcdefghijklmnopqrstuvwxyz")
}

// hashes remembers the content hash of each file that was served, until it changes.
type hashes struct{ known sync.Map } // of hashKey to knownHash

type hashKey struct {
	root *os.Root
	name string
}

// knownHash holds as long as the file has this size and time of change.
type knownHash struct {
	size    int64
	changed time.Time
	hash    string
}

// of returns the hash of the file's content in hexadecimal digits and leaves the
// file at its start.
func (h *hashes) of(root *os.Root, name string, f io.ReadSeeker, info fs.FileInfo) (string, error) {
	key := hashKey{root, name}
	if found, ok := h.known.Load(key); ok {
		known := found.(knownHash)
		if known.size == info.Size() && known.changed.Equal(info.ModTime()) {
			return known.hash, nil
		}
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	hash := hex.EncodeToString(sum.Sum(nil))
	h.known.Store(key, knownHash{size: info.Size(), changed: info.ModTime(), hash: hash})
	return hash, nil
}
