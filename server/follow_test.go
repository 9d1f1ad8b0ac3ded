package server_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server"
)

var followSeeds = flag.Int("follow.seeds", 20, "random histories that followers of a server pull")

// follower keeps what it pulled, page by page, as a client does.
type follower struct {
	user       string
	scope      object
	checkpoint any
	holds      map[string]object
	named      map[string]bool // since a reset began; nil when none is under way
}

// page pulls one page and reports whether there are more.
func (f *follower) page(s *site, limit int) bool {
	body := object{"protocol": 1, "checkpoint": f.checkpoint, "limit": limit}
	if f.scope != nil {
		body["scope"] = f.scope
	}
	status, got, _ := s.call("/pull", body, "User", f.user)
	require.Equal(s.t, http.StatusOK, status, got)
	if got["reset"] == true {
		f.named = map[string]bool{}
	}
	for _, c := range got["changes"].(array) {
		change := c.(object)
		key := fmt.Sprint(change["model"], change["id"])
		if change["data"] != nil {
			f.holds[key] = change
		} else {
			delete(f.holds, key)
		}
		if f.named != nil {
			f.named[key] = true
		}
	}
	f.checkpoint = got["checkpoint"]
	if got["more"] == false && f.named != nil {
		maps.DeleteFunc(f.holds, func(key string, _ object) bool { return !f.named[key] })
		f.named = nil
	}
	return got["more"].(bool)
}

// settle pulls until there is no more.
func (f *follower) settle(s *site, limit int) {
	for f.page(s, limit) {
	}
}

// history makes random changes, of which some are refused.
func history(s *site, r *rand.Rand) {
	users := []string{"", "ann", "bob"}
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	id := func() string { return fmt.Sprint(r.IntN(12)) }
	data := object{"owner": pick("ann", "bob", "", "cy"), "title": pick("a", "b", "c")}
	var op object
	switch r.IntN(9) {
	case 0, 1:
		op = create("Post", id(), data)
	case 2:
		op = create("Comment", id(), object{"postId": id(), "owner": data["owner"], "text": data["title"]})
	case 3:
		op = create("Reply", id(), object{"commentId": id()})
	case 4, 5:
		op = update("Post", id(), nil, data)
	case 6:
		op = update("Comment", id(), nil, object{"owner": data["owner"]})
	default:
		op = remove(pick("Post", "Comment", "Reply"), id())
	}
	s.push(array{s.mutation(op)}, "User", users[r.IntN(len(users))])
}

func TestPull_FollowedPageByPageIsWhatAFullPullGives(t *testing.T) {
	for seed := range uint64(*followSeeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			s := open(t, func(o *server.Options) {
				if seed%2 == 0 {
					owned(o)
				}
				o.Scopes = []string{"owner"}
			})
			var followers []*follower
			for _, user := range []string{"", "ann", "bob"} {
				for _, scope := range []object{nil, {"owner": "ann"}} {
					followers = append(followers, &follower{user: user, scope: scope, holds: map[string]object{}})
				}
			}
			for range 120 {
				history(s, r)
				if r.IntN(3) == 0 {
					followers[r.IntN(len(followers))].page(s, 1+r.IntN(4))
				}
			}
			for _, f := range followers {
				f.settle(s, 3)
				fresh := &follower{user: f.user, scope: f.scope, holds: map[string]object{}}
				fresh.settle(s, 1000)
				require.Equal(t, fresh.holds, f.holds, "user %q, scope %v; run it again with -run 'Followed.*/%d$'", f.user, f.scope, seed)
			}
		})
	}
}
