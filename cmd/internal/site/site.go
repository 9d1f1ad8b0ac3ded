// Package site serves the files of an app: those of several directories, with the
// types, compressed forms and caching that browsers need.
package site

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
)

// Site answers GET and HEAD from several directories, laid on top of each other:
// the first that has a file wins. It never leaves them, by no path and by no
// symbolic link, and it shows no hidden files and no listings.
type Site struct {
	roots  []*os.Root
	hashes hashes
}

// Open opens the directories. Close the site after use.
func Open(dirs []string) (*Site, error) {
	s := &Site{}
	for _, dir := range dirs {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("serve %s: %w (is it built?)", dir, err), s.Close())
		}
		s.roots = append(s.roots, root)
	}
	return s, nil
}

// Close gives up the directories.
func (s *Site) Close() error {
	var err error
	for _, root := range s.roots {
		err = errors.Join(err, root.Close())
	}
	return err
}

// ServeHTTP answers one request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "this server answers GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	name, ok := fileName(r.URL.Path)
	if !ok {
		http.Error(w, "not a path of this site", http.StatusBadRequest)
		return
	}
	if s.isDirectory(name) {
		s.serveDirectory(w, r, name)
		return
	}
	if strings.HasSuffix(r.URL.Path, "/") {
		http.Error(w, "no such directory: /"+name, http.StatusNotFound)
		return
	}
	s.serveFile(w, r, name)
}

// serveDirectory answers with the directory's index.html, at the address with the
// slash that relative addresses in it need.
func (s *Site) serveDirectory(w http.ResponseWriter, r *http.Request, name string) {
	if !strings.HasSuffix(r.URL.Path, "/") {
		target := url.URL{Path: path.Base(name) + "/", RawQuery: r.URL.RawQuery}
		w.Header().Set("Location", target.String())
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	s.serveFile(w, r, path.Join(name, "index.html"))
}

func (s *Site) serveFile(w http.ResponseWriter, r *http.Request, name string) {
	for _, root := range s.roots {
		served, err := s.serveFrom(root, w, r, name)
		if err != nil {
			http.Error(w, "the file cannot be read", http.StatusInternalServerError)
			return
		}
		if served {
			return
		}
	}
	http.Error(w, "no such file: /"+name, http.StatusNotFound)
}

func (s *Site) isDirectory(name string) bool {
	found := false
	for _, root := range s.roots {
		info, err := root.Stat(name)
		if err == nil && !info.IsDir() {
			return false
		}
		found = found || err == nil
	}
	return found
}

// fileName turns the path of a request into a name below the roots. It refuses
// what no file of a site is called: steps upwards, hidden files, backslashes and
// control characters.
func fileName(requested string) (name string, ok bool) {
	if !strings.HasPrefix(requested, "/") || strings.ContainsFunc(requested, unprintable) {
		return "", false
	}
	for part := range strings.SplitSeq(requested, "/") {
		if strings.HasPrefix(part, ".") {
			return "", false
		}
	}
	name = strings.TrimPrefix(path.Clean(requested), "/")
	if name == "" {
		name = "."
	}
	return name, fs.ValidPath(name)
}

func unprintable(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }
