package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// manifestFile lists the package's files beside them.
const manifestFile = "manifest.json"

// buildIDLength is the number of hexadecimal digits of a build's id.
const buildIDLength = 16

// manifest says what a build made. Equal files give an equal id, compressed or not.
type manifest struct {
	Build string                  `json:"build"`
	Go    string                  `json:"go"`
	Files map[string]manifestItem `json:"files"` // what a page loads, by name
}

// manifestItem is one file. Sizes are in bytes; a form that was not made has none.
type manifestItem struct {
	SHA256 string `json:"sha256"` // of the file as it is, in hexadecimal digits
	Size   int64  `json:"size"`
	Brotli int64  `json:"br,omitempty"`
	Gzip   int64  `json:"gz,omitempty"`
}

// manifest writes the manifest of what stands in the package now.
func (m *maker) manifest(ctx context.Context) error {
	done := m.step("manifest")
	version, err := goEnv(ctx, m.root, "GOVERSION")
	if err != nil {
		return err
	}
	made, err := readPackage(m.out)
	if err != nil {
		return err
	}
	made.Go = version
	text, err := json.MarshalIndent(made, "", "  ")
	if err != nil {
		return err
	}
	changed, err := place(filepath.Join(m.out, manifestFile), append(text, '\n'))
	if err != nil {
		return err
	}
	done("build %s with %s%s", made.Build, version, unchanged(changed))
	return nil
}

// readPackage describes the files of a package as they are on disk.
func readPackage(dir string) (manifest, error) {
	made := manifest{Files: map[string]manifestItem{}}
	names, err := loadedFiles(dir)
	if err != nil {
		return made, err
	}
	id := sha256.New()
	for _, name := range names {
		item, err := readItem(filepath.Join(dir, name))
		if err != nil {
			return made, err
		}
		made.Files[name] = item
		fmt.Fprintf(id, "%s %s\n", item.SHA256, name)
	}
	made.Build = hex.EncodeToString(id.Sum(nil))[:buildIDLength]
	return made, nil
}

// sortedNames lists the files of a manifest in order.
func sortedNames(made manifest) []string { return slices.Sorted(maps.Keys(made.Files)) }

func readItem(path string) (manifestItem, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return manifestItem{}, err
	}
	sum := sha256.Sum256(content)
	item := manifestItem{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content))}
	br, brErr := sizeOf(path + ".br")
	gz, gzErr := sizeOf(path + ".gz")
	item.Brotli, item.Gzip = br, gz
	return item, errors.Join(brErr, gzErr)
}

// sizeOf returns the size of a file in bytes, 0 when there is none.
func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
