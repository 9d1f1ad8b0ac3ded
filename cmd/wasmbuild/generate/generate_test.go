package generate

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/schema"
)

func TestNames_OfGoAreExportedAndKnowInitials(t *testing.T) {
	for name, want := range map[string]string{
		"title": "Title", "postId": "PostID", "id": "ID", "urlOfIt": "URLOfIt", "url_of_it": "URLOfIt", "ids": "Ids",
		"_1": "X1", "_": "X", "_title": "Title", "HTTPServer": "HTTPServer", "valid": "Valid", "data2List": "Data2List",
	} {
		require.Equal(t, want, goName(name), name)
	}
	for name, want := range map[string]string{
		"title": "title", "ID": "id", "postId": "postID", "type": "type_", "URL": "url", "urlOfIt": "urlOfIt", "Wing": "wing", "_1": "x1",
	} {
		require.Equal(t, want, goParameter(name), name)
	}
}

func TestNames_AreHandedOutOnceInOrder(t *testing.T) {
	n := newNames("class")
	require.Equal(t, []string{"class_", "Title", "Title_", "Title__"},
		[]string{n.take("class"), n.take("Title"), n.take("Title"), n.take("Title")})
}

func TestCompiledLines_PutTogetherAreTheCompiledSchema(t *testing.T) {
	for _, file := range []string{"library/library.graphql", "names/names.graphql"} {
		sdl, err := os.ReadFile(file)
		require.NoError(t, err)
		parsed, err := schema.Parse(string(sdl))
		require.NoError(t, err)
		lines := compiledLines(parsed)
		require.Greater(t, len(lines), 30)
		require.Equal(t, string(parsed.Compile()), strings.Join(lines, ""))
	}
}

func TestMarks_BoundTheAlternativesOfOneModel(t *testing.T) {
	const many = 20
	sdl := "type Far @model { id: ID! }\ntype Near @model {\n"
	for i := range many {
		sdl += fmt.Sprintf("  far%dId: ID!\n  far%d: Far! @belongsTo(fields: [\"far%dId\"])\n", i, i, i)
	}
	parsed, err := schema.Parse(sdl + "}\n")
	require.NoError(t, err)
	k := marksOf(parsed.Model("Near"))
	require.Len(t, k.either, maxEither)
	require.Len(t, k.required, many)
	require.Len(t, k.optional, 1+many-maxEither, "the other foreign keys and the id may be left out")
}

func TestMarks_KnowWhatANewRecordMayLeaveOut(t *testing.T) {
	parsed, err := schema.Parse(`
type Owner @model { tenant: ID! @primaryKey(sortKeyFields: ["id"]) id: ID! }
type Thing @model {
  tenant: ID! @primaryKey(sortKeyFields: ["number"])
  number: Int!
  ownerId: ID!
  heirId: ID!
  color: String! @default(value: "red")
  owner: Owner! @belongsTo(fields: ["tenant", "ownerId"])
  heir: Owner @belongsTo(fields: ["tenant", "heirId"])
  twin: Twin @hasOne(fields: ["tenant"])
}
type Twin @model { tenant: ID! @primaryKey }
`)
	require.NoError(t, err)
	k := marksOf(parsed.Model("Thing"))
	require.Empty(t, k.either, "two relations share a field, so neither can be told to be there by its key alone")
	require.Equal(t, []string{"tenant", "ownerId", "heirId", "color"}, k.optional)
	require.Equal(t, []string{"owner", "heir"}, k.fixed, "they are kept in the key")
	require.Equal(t, []string{"owner"}, k.required)
	require.Equal(t, []string{"twin", "createdAt", "updatedAt"}, k.readOnly, "twin is set by the record of the other side")
}

func TestWrite_EscapesWhatWouldEndACommentOrALiteral(t *testing.T) {
	sdl := "\"ends */ here\"\ntype A @model { \"\"\"\n  one\n\n  */ two\n\"\"\" s: String @default(value: \"a'b\\\\c`d\\nü\u2028\") }"
	parsed, err := schema.Parse(sdl)
	require.NoError(t, err)
	src := Source{Schema: parsed, SDL: sdl, Command: "wasmbuild generate"}
	ts := string(TypeScript{StoreName: "a", Package: "granary"}.Write(src))
	require.Contains(t, ts, `/** ends *\/ here */`)
	require.Contains(t, ts, "   * one\n   *\n   * *\\/ two\n   */\n  readonly s: string | null;")
	require.Contains(t, ts, `a\'b\\\\c`)
	code, err := Go{Package: "a"}.Write(src)
	require.NoError(t, err)
	require.Contains(t, string(code), "// ends */ here\n")
}
