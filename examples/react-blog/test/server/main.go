// Command server is a sync server with a rule of its own, as an app builds one on
// package server: it takes no filler text. It serves the page too. The tests of the
// blog run it.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/granarydb/granary/server"
	"github.com/granarydb/granary/server/sqlite"
	"github.com/granarydb/granary/store/schema"
)

func main() {
	models := flag.String("schema", "", "`file` of the models")
	db := flag.String("db", "", "`file` of SQLite")
	page := flag.String("static", "", "`directory` of the page")
	together := flag.Int("together", 1, "`number` of clients whose first pushes wait for each other")
	flag.Parse()
	if err := serve(*models, *db, *page, *together); err != nil {
		log.Fatal(err)
	}
}

func serve(models, db, page string, together int) error {
	text, err := os.ReadFile(models)
	if err != nil {
		return err
	}
	graph, err := schema.Parse(string(text))
	if err != nil {
		return err
	}
	storage, err := sqlite.Open(context.Background(), db)
	if err != nil {
		return err
	}
	s, err := server.New(server.Options{
		Schema: graph, Storage: storage,
		Policies: map[string]server.Policy{"Post": server.Strict},
		Hooks:    server.Hooks{Write: refuseFiller},
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("serving http://%s/\n", listener.Addr())
	mux := http.NewServeMux()
	mux.Handle("/sync/", gather(together, s))
	mux.Handle("/", http.FileServer(http.Dir(page)))
	return http.Serve(listener, mux)
}

// refuseFiller refuses texts that nobody has written.
func refuseFiller(_ context.Context, _ server.User, c server.Change) error {
	for _, field := range []string{"body", "content"} {
		if strings.Contains(strings.ToLower(c.After.Text(field)), "lorem ipsum") {
			p := server.Forbid("no lorem ipsum: write something of your own")
			p.Field = field
			return p
		}
	}
	return nil
}

// gather has the first n pushes wait until all of them are there. A client has one
// push under way, so they are those of n clients.
func gather(n int, next http.Handler) http.Handler {
	var mu sync.Mutex
	arrived, all := 0, make(chan struct{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/push") {
			mu.Lock()
			if arrived++; arrived == n {
				close(all)
			}
			mu.Unlock()
			<-all
		}
		next.ServeHTTP(w, r)
	})
}
