//go:build !js || sdl

package storetest

import (
	"context"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/require"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// Blog is the schema that benchmarks are made with: bench/blog.graphql.
const Blog = `# The blog of the comparison, as an app would write it.

enum Status { DRAFT ACTIVE ARCHIVED }

type Post @model(timestamps: null) {
  id: ID!
  title: String!
  rating: Int! @index(name: "byRating")
  status: Status!
  createdAt: AWSDateTime!
  comments: [Comment] @hasMany(indexName: "byPost", fields: ["id"])
  users: [User] @manyToMany(relationName: "PostUser")
}

type Comment @model(timestamps: null) {
  id: ID!
  postID: ID! @index(name: "byPost")
  content: String!
  author: String! @index(name: "byAuthor")
  post: Post @belongsTo(fields: ["postID"])
}

type User @model(timestamps: null) {
  id: ID!
  username: String!
  posts: [Post] @manyToMany(relationName: "PostUser")
}
`

// BlogRecord is a record of Blog: the JSON texts of its values, in the order of the
// schema. The first is its id.
type BlogRecord struct {
	Model  string
	Values []string
}

// BlogData are the records that bench/page/data.js makes: so many posts, ten times
// as many comments, a tenth of the users and two join rows for each post.
type BlogData struct {
	Posts, Users, Comments, Links []BlogRecord
}

const (
	blogSeed    = 20_261
	blogTitle   = 40  // characters
	blogContent = 120 // characters
	blogRatings = 10
	blogSeconds = 3e7 // from blogStart to the last post
	blogPiece   = 5000
)

var (
	blogStart    = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	blogStatuses = []string{"DRAFT", "ACTIVE", "ARCHIVED"}
	blogWords    = strings.Fields("amber basalt cedar delta ember fjord glacier harbour island juniper kelp lantern meadow nimbus " +
		"orchard pebble quartz river saddle thistle upland valley willow yarrow")
)

// NewBlog makes the records of so many posts, the same in every run.
func NewBlog(posts int) *BlogData {
	g, d := &blogMaker{blogSeed}, &BlogData{}
	for range posts {
		d.Posts = append(d.Posts, g.post())
	}
	for i := range max(10, (posts+5)/10) {
		d.Users = append(d.Users, BlogRecord{"User", []string{g.id(), quoted("user" + strconv.Itoa(i))}})
	}
	for range posts * 10 {
		id, post := g.id(), d.Posts[g.below(float64(posts))].Values[0]
		content, author := quoted(g.text(blogContent)), d.Users[g.below(float64(len(d.Users)))].Values[1]
		d.Comments = append(d.Comments, BlogRecord{"Comment", []string{id, post, content, author}})
	}
	for _, post := range d.Posts {
		first := g.below(float64(len(d.Users)))
		second := (first + 1 + g.below(float64(len(d.Users)-1))) % len(d.Users)
		for _, user := range []int{first, second} {
			d.Links = append(d.Links, BlogRecord{"PostUser", []string{g.id(), post.Values[0], d.Users[user].Values[0], "null", "null"}})
		}
	}
	return d
}

// All returns all records, those that others refer to first.
func (d *BlogData) All() (all []BlogRecord) {
	for _, list := range [][]BlogRecord{d.Posts, d.Users, d.Comments, d.Links} {
		all = append(all, list...)
	}
	return all
}

// Array is the record as a page sends it: a JSON array of its values.
func (r BlogRecord) Array() []byte { return []byte("[" + strings.Join(r.Values, ",") + "]") }

// Object is the record as a JSON object.
func (r BlogRecord) Object(s *schema.Schema) []byte {
	members := make([]string, len(r.Values))
	for i, f := range s.Model(r.Model).Fields {
		members[i] = `"` + f.Name + `":` + r.Values[i]
	}
	return []byte("{" + strings.Join(members, ",") + "}")
}

// Key is the key of the record, as a JSON array.
func (r BlogRecord) Key() []byte { return []byte("[" + r.Values[0] + "]") }

// BlogPuts is what saves the records.
func BlogPuts(records []BlogRecord) []store.Put {
	puts := make([]store.Put, len(records))
	for i, r := range records {
		puts[i] = store.Put{Model: r.Model, Row: r.Array()}
	}
	return puts
}

// BlogRows are the rows of records of one model.
func BlogRows(t testing.TB, m *schema.Model, records []BlogRecord) []record.Row {
	t.Helper()
	e := record.NewEncoder(m)
	rows := make([]record.Row, len(records))
	for i, r := range records {
		require.NoError(t, e.Read(r.Array()))
		require.NoError(t, e.Complete())
		row, err := e.Row()
		require.NoError(t, err)
		rows[i] = append(record.Row(nil), row...)
	}
	return rows
}

// OpenBlog opens a store in memory that holds the records of so many posts.
func OpenBlog(t testing.TB, posts int) (*store.Store, *BlogData) {
	t.Helper()
	st, d := Open(t, Blog, memory.New()), NewBlog(posts)
	SaveBlog(t, st, d.All())
	return st, d
}

// SaveBlog saves records, some thousand a commit.
func SaveBlog(t testing.TB, st *store.Store, records []BlogRecord) {
	t.Helper()
	for len(records) > 0 {
		n := min(blogPiece, len(records))
		c, err := st.BeginSave(BlogPuts(records[:n]))
		require.NoError(t, err)
		require.NoError(t, c.Wait(context.Background()))
		records = records[n:]
	}
}

// blogMaker makes values from numbers that look random, those of mulberry32.
type blogMaker struct{ state uint32 }

// next is a number from 0 to 1.
func (g *blogMaker) next() float64 {
	g.state += 0x6d2b79f5
	t := (g.state ^ g.state>>15) * (g.state | 1)
	t ^= t + (t^t>>7)*(t|61)
	return float64(t^t>>14) / (1 << 32)
}

func (g *blogMaker) below(n float64) int { return int(math.Floor(g.next() * n)) }

func (g *blogMaker) hex(digits int) string {
	text := strconv.FormatUint(uint64(g.next()*math.Pow(16, float64(digits))), 16)
	return strings.Repeat("0", digits-len(text)) + text
}

func (g *blogMaker) id() string {
	return quoted(g.hex(8) + "-" + g.hex(4) + "-4" + g.hex(3) + "-a" + g.hex(3) + "-" + g.hex(6) + g.hex(6))
}

// text begins with digits and is cut off where it is long enough.
func (g *blogMaker) text(length int) string {
	made := g.hex(6)
	for len(made) < length {
		made += " " + blogWords[g.below(float64(len(blogWords)))]
	}
	return made[:length]
}

// title begins with a word and ends with what makes it the only one.
func (g *blogMaker) title() string {
	made := g.text(blogTitle)
	return made[7:] + " " + made[:6]
}

func (g *blogMaker) post() BlogRecord {
	values := []string{g.id(), quoted(g.title()), strconv.Itoa(g.below(blogRatings)), quoted(blogStatuses[g.below(float64(len(blogStatuses)))])}
	at := blogStart.Add(time.Duration(g.below(blogSeconds)) * time.Second)
	return BlogRecord{"Post", append(values, quoted(at.Format("2006-01-02T15:04:05.000Z")))}
}

// quoted is a text without quotes in it, as JSON.
func quoted(text string) string { return `"` + text + `"` }
