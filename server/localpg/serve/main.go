// Command serve runs a PostgreSQL server of its own until its standard input ends, and
// prints the address of an empty database: for tests that are no Go programs.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/granarydb/granary/server/localpg"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	s, err := localpg.Start(ctx)
	if err != nil {
		return err
	}
	defer s.Stop()
	url, err := s.Database(ctx)
	if err != nil {
		return err
	}
	fmt.Println(url)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
