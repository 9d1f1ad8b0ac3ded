package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// squeeze makes a bundled script smaller than esbuild can, with terser: it puts
// what is used once where it is used, and names things so that they pack better. It
// places the script and its source map in the package, and returns the script's size
// and whether it changed.
func (m *maker) squeeze(ctx context.Context, squeezer string, s script, bundled string) (size int64, changed bool, err error) {
	made := filepath.Join(filepath.Dir(bundled), "squeezed-"+s.file)
	args := []string{
		bundled, "--compress", "passes=3,pure_getters,sequences=false,lhs_constants=false,unsafe_methods,hoist_funs", "--mangle", "--ecma", "2022", "--output", made,
		"--source-map", fmt.Sprintf("content='%s.map',url='%s.map',includeSources", bundled, s.file),
	}
	if s.module() {
		args = append(args, "--module")
	}
	cmd := exec.CommandContext(ctx, squeezer, args...)
	cmd.Dir = filepath.Dir(bundled)
	cmd.Stdout, cmd.Stderr = m.std.err, m.std.err
	if err := cmd.Run(); err != nil {
		return 0, false, fmt.Errorf("terser: %w", err)
	}
	for _, suffix := range []string{"", ".map"} {
		content, err := os.ReadFile(made + suffix)
		if err != nil {
			return 0, false, err
		}
		different, err := place(filepath.Join(m.out, s.file+suffix), content)
		if err != nil {
			return 0, false, err
		}
		if suffix == "" {
			size, changed = int64(len(content)), different
		}
	}
	return size, changed, nil
}
