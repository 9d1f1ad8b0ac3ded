package localpg

import "syscall"

// orphans lets the server end when the program that started it is killed.
func orphans() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT} }
