//go:build !js || sdl

package schema

// draft is a schema in which everything refers to everything else by name: what
// SDL was understood to say. build makes the graph of it, and checks once more
// that it holds together.
type draft struct {
	enums  []*Enum
	types  []*draftType
	models []*draftModel
}

type draftType struct {
	name   string
	fields []*draftField
}

type draftModel struct {
	name      string
	plural    string
	keyKind   KeyKind
	key       []string
	join      bool
	former    string
	sync      string
	createdAt string // "" when the store keeps none
	updatedAt string
	fields    []*draftField
	relations []*draftRelation
	indexes   []draftIndex
}

type draftField struct {
	name     string
	typ      string
	required bool
	list     bool
	element  bool
	readOnly bool
	def      []byte // JSON text; nil when there is none
	relation string
	former   string
}

type draftRelation struct {
	name         string
	kind         RelationKind
	model        string
	fields       []string
	targetFields []string
	required     bool
	onDelete     OnDelete
	through      string // many-to-many only
}

type draftIndex struct {
	name   string
	fields []string
}
