package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server"
)

// fuzz sends bytes to an endpoint, which answers 200 or a 4xx, whatever they are.
func fuzz(f *testing.F, path string, seeds ...string) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	s := open(f, func(o *server.Options) { o.Scopes = []string{"owner"} })
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		require.Less(t, w.Code, 500, w.Body.String())
		require.Contains(t, w.Header().Get("Content-Type"), "application/json")
	})
}

func FuzzPush(f *testing.F) {
	fuzz(f, "/push", `{"protocol":1,"mutations":[{"id":"m","at":"2026-01-01T00:00:00Z","ops":[{"op":"create","model":"Post","id":"p","data":{"title":"t\u0000\ud800"}}]}]}`,
		`{"protocol":1,"mutations":[{"id":"m","ops":[{"op":"create","model":"Place","id":["DE",5],"data":{}},{"op":"update","model":"Place","id":["DE",5],"base":"@m","data":{"name":null}},{"op":"delete","model":"Place","id":["DE",5],"base":"1"}]}]}`,
		`{"protocol":1,"mutations":[{"id":"m","ops":[{"op":"create","model":"Comment","id":"c","data":{"postId":"p"}}]},{"id":"m"},{"id":"\u0000"}]}`)
}

func FuzzPull(f *testing.F) {
	fuzz(f, "/pull", `{"protocol":1,"checkpoint":null,"limit":5,"models":["Post"],"scope":{"owner":"ann"},"wait":0}`,
		`{"protocol":1,"checkpoint":"abc.1.def"}`, `{"protocol":1,"scope":{"owner":{"a":[]}}}`, `[[[[`)
}
