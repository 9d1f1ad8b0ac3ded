//go:build !linux

package localpg

import "syscall"

// orphans is for Linux alone.
func orphans() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
