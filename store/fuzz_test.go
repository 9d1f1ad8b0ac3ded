//go:build !js

package store_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

// FuzzStore hands a store what a page may hand it: in lines, each a letter for the
// verb, one for the model, and a text for it. Whatever that is, an error has a code,
// what failed changed nothing, and the store is whole.
func FuzzStore(f *testing.F) {
	f.Add([]byte(`sa{"id":"a","name":"Ada","age":5,"mark":{"note":"x"},"tags":["t",null],"extra":"{}"}
sb["b","title",null,7,[1],"a"]
qa{"field":"name","op":"eq","value":"Ada"}
da["a"]
`))
	f.Add([]byte(`sd{"id":"d","deskLampId":"l"}
se{"id":"l","lampDeskId":"d"}
wd{"relation":"lamp","some":{"field":"watt","op":"gt","value":1e2}}
xd{"all":true}
sa["\ud800","n",-0,1e308,true,"2024-02-29",0,[],null,[],null,null,null,null]
`))
	f.Add([]byte("sc{\"part\":\"p\",\"number\":1,\"bookChaptersId\":\"b\"}\ndc[\"p\",1]\ndc{\nqz\nsi{\"id\":\"x\",\"createdAt\":null}"))
	s := storetest.Schema(f, storetest.Library)
	f.Fuzz(func(t *testing.T, script []byte) {
		st, err := store.Open(ctx, store.Options{Schema: s, Backend: memory.New(), Clock: func() int64 { return noon }})
		require.NoError(t, err)
		defer st.Close()
		for _, line := range bytes.SplitN(script, []byte("\n"), 30) {
			if len(line) < 2 {
				continue
			}
			version := store.Head(st)
			err := perform(st, line[0], s.Models[int(line[1])%len(s.Models)].Name, line[2:])
			var e *code.Error
			require.True(t, err == nil || errors.As(err, &e), "%v", err)
			if err != nil {
				require.NotEqual(t, code.Internal, e.Code, err.Error())
				require.Equal(t, version, store.Head(st))
			}
		}
		problems, err := st.Check(ctx)
		require.NoError(t, err)
		require.Empty(t, problems)
	})
}

// perform does one line of a script.
func perform(st *store.Store, verb byte, model string, text []byte) error {
	var c *store.Commit
	var err error
	switch verb {
	case 's':
		c, err = st.BeginSave([]store.Put{{Model: model, Row: text}})
	case 'e':
		c, err = st.BeginSave([]store.Put{{Model: model, Row: text, Edited: true, Changed: []string{"name", "title"}}})
	case 'd':
		c, err = st.BeginDelete(store.Deletion{Model: model, Keys: [][]byte{text}})
	case 'w':
		c, err = st.BeginDelete(store.Deletion{Model: model, Where: text})
	case 'x':
		c, err = st.BeginDelete(store.Deletion{Model: model, Where: []byte(`{"all":true}`), Condition: text})
	default:
		_, err = st.Count(store.Query{Model: model, Where: text})
	}
	if err != nil || c == nil {
		return err
	}
	return c.Wait(ctx)
}
