package names_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/cmd/wasmbuild/generate/names"
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

func TestNames_ThatCollideLeadEachToItsOwn(t *testing.T) {
	models, err := names.Schema_()
	require.NoError(t, err)
	s, err := names.Wrap(storetest.OpenWith(t, store.Options{Schema: models, Backend: memory.New()}))
	require.NoError(t, err)
	ctx := t.Context()

	shop, err := s.Stores.New(names.NewStore_{Open: new(true)})
	require.NoError(t, err)
	class, err := s.Classes.New(names.NewClass{
		Record_: new("small"), Record__: new("large"), With_: new("with"), Kind: new(names.TypeDefault_),
		Var: &names.Interface{Class: new("small"), Class_: "large", Class__: new("_")}, Default: shop,
	})
	require.NoError(t, err)
	other, err := s.Classes_.New(names.NewClass_{String: "s", Ctx: 1, Type: names.TypeDefault})
	require.NoError(t, err)
	require.NoError(t, s.SaveAll(ctx, shop, class, other))

	class, err = s.Classes.Get(ctx, class.ID())
	require.NoError(t, err)
	require.Equal(t, []string{"small", "large", "with"}, []string{*class.Record_(), *class.Record__(), *class.With_()})
	require.Equal(t, names.Type("DEFAULT"), *class.Kind())
	require.Equal(t, names.Interface{Class: new("small"), Class_: "large", Class__: new("_")}, *class.Var())
	require.Equal(t, map[string]any{"class": "small", "Class": "large", "_class": "_", "func": nil}, class.Record().Get("var"))
	back, err := class.Default(ctx)
	require.NoError(t, err)
	require.True(t, *back.Open())

	found, err := s.Classes_.Get(ctx, "s", 1, names.TypeDefault)
	require.NoError(t, err)
	require.Equal(t, "s", found.String())
	n, err := s.Classes.Count(ctx, names.ClassWhere.Record__.Eq("large"), names.ClassWhere.Default.Some(names.Store_Where.Open.Eq(true)))
	require.NoError(t, err)
	require.Equal(t, 1, n)
}
