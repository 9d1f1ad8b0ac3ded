//go:build !js || sdl

package schema_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/schema"
)

func names(m *schema.Model, positions []int) (out []string) {
	for _, p := range positions {
		out = append(out, m.Fields[p].Name)
	}
	return out
}

func TestSeed_HasTheRelationsOfItsModels(t *testing.T) {
	s := parse(t, examples(t)["seed"])
	post, comment, user, join := s.Model("Post"), s.Model("Comment"), s.Model("User"), s.Model("PostEditor")
	require.Nil(t, s.Model("Tag"))

	comments := post.Relation("comments")
	require.Equal(t, schema.HasMany, comments.Kind)
	require.Same(t, comment, comments.Target)
	require.Equal(t, []string{"postCommentsId"}, names(comment, comments.TargetFields))
	require.Equal(t, "post", comment.Field("postCommentsId").Relation)
	require.Equal(t, comments.TargetFields, comment.Relation("post").Fields)

	editors := post.Relation("editors")
	require.Equal(t, schema.ManyToMany, editors.Kind)
	require.Same(t, join, editors.Target)
	require.Same(t, user, editors.Far)
	require.Same(t, join.Relation("user"), editors.Through)
	require.Equal(t, []string{"postId"}, names(join, editors.TargetFields))
	require.Same(t, post, user.Relation("posts").Far)

	require.True(t, join.Join)
	require.Equal(t, []string{"id", "postId", "userId", "createdAt", "updatedAt"}, names(join, []int{0, 1, 2, 3, 4}))
	require.True(t, join.Relation("post").Required)
	require.Equal(t, "byUser", join.Indexes[1].Name)
	require.Equal(t, schema.Enumeration, post.Field("status").Type.Scalar)
	require.Equal(t, []string{"ACTIVE", "INACTIVE"}, post.Field("status").Type.Enum.Values)
}

func TestParse_KeepsTimesLastUnlessTheAuthorDeclaresThem(t *testing.T) {
	s := parse(t, `type A @model { x: Int }
		type B @model(timestamps: {createdAt: "made", updatedAt: null}) { x: Int }
		type C @model(timestamps: null) { x: Int }
		type D @model { createdAt: AWSDateTime! x: Int }
		type E @model { createdAt: String updatedAt: [AWSDateTime] }
		type F @model { id: ID! @primaryKey(sortKeyFields: ["createdAt"]) createdAt: AWSDateTime!
			updatedAt: AWSDateTime @default(value: "2026-01-01T00:00Z") }
		type G @model(timestamps: {createdAt: "born", updatedAt: "born2"}) { born: AWSDateTime }`)
	a, b, c, d := s.Model("A"), s.Model("B"), s.Model("C"), s.Model("D")
	require.Equal(t, []int{2, 3}, []int{a.CreatedAt, a.UpdatedAt})
	require.True(t, a.Fields[2].ReadOnly)
	require.False(t, a.Fields[2].Type.Required)
	require.Equal(t, []int{2, -1}, []int{b.CreatedAt, b.UpdatedAt})
	require.Equal(t, "made", b.Fields[2].Name)
	require.Equal(t, []int{-1, -1}, []int{c.CreatedAt, c.UpdatedAt})
	require.Equal(t, []int{1, 3}, []int{d.CreatedAt, d.UpdatedAt})
	for _, own := range []string{"E", "F"} {
		require.Equal(t, []int{-1, -1}, []int{s.Model(own).CreatedAt, s.Model(own).UpdatedAt}, own)
	}
	require.Equal(t, []int{1, 2}, []int{s.Model("G").CreatedAt, s.Model("G").UpdatedAt})
	require.Equal(t, []bool{false, true}, []bool{s.Model("G").Fields[1].ReadOnly, s.Model("G").Fields[2].ReadOnly})
	require.False(t, d.Field("createdAt").ReadOnly)
	require.True(t, d.Field("createdAt").Type.Required)
}

func TestParse_SaysWhoSuppliesTheKey(t *testing.T) {
	s := parse(t, `type A @model { x: Int }
		type B @model { id: ID }
		type C @model { id: ID! @primaryKey(sortKeyFields: "n") n: Int! }
		type D @model { code: String! @primaryKey id: ID }
		type E @model { id: Int! @primaryKey }`)
	for _, m := range s.Models[:3] {
		require.Equal(t, schema.KeyManaged, m.KeyKind)
		require.Equal(t, 0, m.Key[0])
		require.Equal(t, schema.Type{Scalar: schema.ID, Required: true}, m.Fields[0].Type)
	}
	require.Equal(t, []int{0, 1}, s.Model("C").Key)
	require.Equal(t, schema.KeyCustom, s.Model("D").KeyKind)
	require.False(t, s.Model("D").Field("id").Type.Required)
	require.Equal(t, schema.KeyCustom, s.Model("E").KeyKind)
}

func TestParse_ARequiredRelationMakesItsGeneratedKeyRequiredAndLeavesListedKeysAlone(t *testing.T) {
	s := parse(t, `type Post @model { comments: [Comment] @hasMany notes: [Note] @hasMany cover: Cover! @hasOne }
		type Comment @model { post: Post! @belongsTo }
		type Note @model { postId: ID post: Post! @belongsTo(fields: ["postId"]) }
		type Cover @model { x: Int }`)
	comment, note, post := s.Model("Comment"), s.Model("Note"), s.Model("Post")
	require.True(t, comment.Relation("post").Required)
	require.True(t, comment.Field("postCommentsId").Type.Required)
	require.True(t, note.Relation("post").Required)
	require.False(t, note.Field("postId").Type.Required)
	require.Equal(t, "post", note.Field("postId").Relation)
	require.Equal(t, []string{"postId"}, names(note, post.Relation("notes").TargetFields))
	require.True(t, post.Relation("cover").Required)
	require.True(t, post.Field("postCoverId").Type.Required)
}

func TestParse_ForeignKeysHaveTheTypeOfTheKeyTheyPointTo(t *testing.T) {
	s := parse(t, `enum Kind { A B }
		type Owner @model { at: AWSTimestamp! @primaryKey(sortKeyFields: ["kind", "name"]) kind: Kind! name: String!
			things: [Thing] @hasMany tags: [Tag] @manyToMany(relationName: "ownerTag") }
		type Thing @model { x: Int } type Tag @model { owners: [Owner] @manyToMany(relationName: "ownerTag") }`)
	thing := s.Model("Thing")
	require.Equal(t, schema.Type{Scalar: schema.Timestamp}, thing.Field("ownerThingsAt").Type)
	require.Equal(t, schema.Type{Scalar: schema.Enumeration, Enum: s.Enums[0]}, thing.Field("ownerThingsKind").Type)
	require.Equal(t, schema.Type{Scalar: schema.String}, thing.Field("ownerThingsName").Type)
	require.Empty(t, thing.Field("ownerThingsAt").Relation)
	join := s.Model("OwnerTag")
	require.Equal(t, schema.Type{Scalar: schema.Timestamp, Required: true}, join.Field("ownerAt").Type)
	require.True(t, join.Field("ownerkind").Type.Required)
	require.NotNil(t, join.Field("ownername"))
}

func TestParse_RelationsOfAModelWithItself(t *testing.T) {
	s := parse(t, examples(t)["self"])
	employee, friendship := s.Model("Employee"), s.Model("Friendship")
	friends := employee.Relation("friends")
	require.Equal(t, []string{"employeeFriendsId"}, names(friendship, friends.TargetFields))
	require.Equal(t, "employeeFriendOf", friends.Through.Name)
	require.Equal(t, "employeeFriends", employee.Relation("friendOf").Through.Name)
	require.Same(t, employee, friends.Far)
	require.Equal(t, employee.Relation("reports").TargetFields, employee.Relation("manager").Fields)
	require.Equal(t, schema.SetNull, employee.Relation("reports").OnDelete)
}

func TestParse_NamesIndexesAfterTheirFields(t *testing.T) {
	s := parse(t, `type Employee @model { manager: String @index(sortKeyFields: ["level"]) level: Int
		city: String @index @index(name: "other", sortKeyFields: ["level"]) }`)
	var got []string
	for _, i := range s.Models[0].Indexes {
		got = append(got, i.Name)
	}
	require.Equal(t, []string{"employeesByManagerAndLevel", "employeesByCity", "other"}, got)
}

func TestPlural_FollowsTheRules(t *testing.T) {
	for name, want := range map[string]string{"Post": "Posts", "Summary": "Summaries", "Day": "Days", "Class": "Classes",
		"Status": "Statuses", "Box": "Boxes", "PostTags": "PostTags", "Person": "People", "Child": "Children",
		"Analysis": "Analyses", "Match": "Matches"} {
		require.Equal(t, want, parse(t, "type "+name+" @model { x: Int }").Models[0].Plural)
	}
}

func TestString_GivesTheNamesOfSDL(t *testing.T) {
	s := parse(t, examples(t)["scalars"])
	for field, want := range map[string]string{"string": "String", "int": "Int!", "ip": "AWSIPAddress", "colour": "Colour",
		"listNullableRequired": "[Int!]", "listRequiredNullable": "[Colour]!", "points": "[Point!]!", "id": "ID!"} {
		require.Equal(t, want, s.Models[0].Field(field).Type.String())
	}
	require.Equal(t, "AWSDateTime", schema.DateTime.String())
	require.Equal(t, "enum", schema.Enumeration.String())
	require.Equal(t, "type", schema.Object.String())
}

func TestNearest_FindsSlipsAndNothingElse(t *testing.T) {
	names := []string{"String", "Int", "Float", "Boolean", "title", "status", "createdAt"}
	for name, want := range map[string]string{"Strng": "String", "sting": "String", "Integer": "Int", "Bool": "Boolean",
		"tilte": "title", "Title": "title", "creatdAt": "createdAt", "zebra": "", "": "", "x": ""} {
		require.Equal(t, want, schema.Nearest(name, names), name)
	}
	require.Empty(t, schema.Nearest("a", nil))
	require.Empty(t, schema.Nearest(string(make([]byte, 1000)), names))
}
