package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/andybalholm/brotli"
)

// loaded are the suffixes of the files that a page loads from the package.
var loaded = []string{".js", ".wasm"}

// task is one compressed file that is to be made.
type task struct {
	path string // of the file itself
	size int64
	form string // ".br" or ".gz"
}

// compressAll puts .br and .gz beside each file in dir that a page loads, where
// they are not there yet, and returns how many it made.
func compressAll(ctx context.Context, dir string) (made int, err error) {
	tasks, err := compressTasks(dir)
	if err != nil {
		return 0, err
	}
	queue := make(chan task)
	failures := make([]error, runtime.GOMAXPROCS(0))
	var workers sync.WaitGroup
	for i := range failures {
		workers.Go(func() {
			for t := range queue {
				if ctx.Err() == nil && failures[i] == nil {
					failures[i] = t.do()
				}
			}
		})
	}
	for _, t := range tasks {
		queue <- t
	}
	close(queue)
	workers.Wait()
	return len(tasks), errors.Join(append(failures, ctx.Err())...)
}

// compressTasks lists what is missing, the longest work first.
func compressTasks(dir string) ([]task, error) {
	names, err := loadedFiles(dir)
	if err != nil {
		return nil, err
	}
	var tasks []task
	for _, name := range names {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		for _, form := range packed {
			if _, err := os.Stat(path + form); err != nil {
				tasks = append(tasks, task{path: path, size: info.Size(), form: form})
			}
		}
	}
	slices.SortStableFunc(tasks, func(a, b task) int { return int(b.cost() - a.cost()) })
	return tasks, nil
}

// cost is a rough measure of the time that a task takes.
func (t task) cost() int64 {
	if t.form == ".br" {
		return 30 * t.size
	}
	return t.size
}

func (t task) do() error {
	content, err := os.ReadFile(t.path)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	var w io.WriteCloser
	switch t.form {
	case ".br":
		w = brotli.NewWriterLevel(&out, brotli.BestCompression)
	default:
		w, err = gzip.NewWriterLevel(&out, gzip.BestCompression)
	}
	if err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return replace(t.path+t.form, out.Bytes())
}

// loadedFiles lists the files of the package, by name, that a page loads.
func loadedFiles(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Type().IsRegular() && slices.Contains(loaded, filepath.Ext(e.Name())) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}
