package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/granarydb/granary/server"
)

// tokens are the users by the SHA-256 of their tokens, so that a look-up takes no
// longer for a token that is nearly right.
type tokens map[[sha256.Size]byte]server.User

// minToken is how short a token may be, in bytes.
const minToken = 16

// readTokens reads a file of lines "token user [tenant]". "#" begins a comment.
func readTokens(file string) (tokens, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	all := tokens{}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line, _, _ = strings.Cut(line, "#")
		parts := strings.Fields(line)
		if len(parts) == 0 {
			continue
		}
		if len(parts) < 2 || len(parts) > 3 || len(parts[0]) < minToken {
			return nil, fmt.Errorf("%s:%d: a line has a token of at least %d characters, a user, and perhaps a tenant", file, n, minToken)
		}
		u := server.User{ID: parts[1]}
		if len(parts) == 3 {
			u.Tenant = parts[2]
		}
		all[sha256.Sum256([]byte(parts[0]))] = u
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: there is no token in it", file)
	}
	return all, nil
}

var errUnknown = errors.New("the token is not known")

// authenticate finds the user of "Authorization: Bearer token".
func (t tokens) authenticate(r *http.Request) (server.User, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return server.User{}, errUnknown
	}
	u, ok := t[sha256.Sum256([]byte(strings.TrimSpace(token)))]
	if !ok {
		return u, errUnknown
	}
	return u, nil
}
