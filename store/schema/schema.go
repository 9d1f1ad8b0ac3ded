// Package schema turns GraphQL SDL into the model graph that the engine runs on:
// models with their stored fields, primary keys, relations and indexes.
//
// Parse reads SDL (it is left out of js builds without the tag "sdl"), Compile
// writes the graph as JSON, and Load reads that JSON back without any parser of
// GraphQL. A Schema is immutable once it was made.
package schema

// Schema is the model graph.
type Schema struct {
	Models      []*Model      // in order of declaration, generated join models after them
	Enums       []*Enum       // in order of declaration
	Types       []*CustomType // object types without @model, in order of declaration
	Fingerprint string        // 16 hexadecimal digits; equal graphs have equal fingerprints

	models   map[string]*Model
	compiled []byte
}

// Compiled returns the schema as JSON text, from which Load makes an equal one.
// Equal schemas give equal bytes, which may not be changed.
func (s *Schema) Compiled() []byte { return s.compiled }

// Model returns the model of that name, or nil.
func (s *Schema) Model(name string) *Model { return s.models[name] }

// Holder returns the model that holds records stored under that name, which is its
// own or the one that it had before; nil if there is none.
func (s *Schema) Holder(name string) *Model {
	if m := s.models[name]; m != nil {
		return m
	}
	for _, m := range s.Models {
		if m.Former == name {
			return m
		}
	}
	return nil
}

// Model is one type that records are stored of.
type Model struct {
	Name      string
	Plural    string
	Index     int         // position in Schema.Models
	Fields    []*Field    // stored fields, in the order of a row: declared, generated foreign keys, timestamps
	Key       []int       // positions in Fields of the primary key, hash key first
	KeyKind   KeyKind     // who supplies the key
	Relations []*Relation // in order of declaration
	Indexes   []*Index    // declared with @index, in order of declaration
	CreatedAt int         // position in Fields of the time of creation that the store keeps, or -1
	UpdatedAt int         // position in Fields of the time of the last change that the store keeps, or -1
	Join      bool        // generated for a @manyToMany
	Former    string      // the name that it had in earlier versions, "" for the same: @renamedFrom
	Sync      string      // which way its records go when the store syncs: "pull", "push" or "off", "" for both

	fields    map[string]*Field
	relations map[string]*Relation
}

// Field returns the stored field of that name, or nil.
func (m *Model) Field(name string) *Field { return m.fields[name] }

// Relation returns the relation of that name, or nil.
func (m *Model) Relation(name string) *Relation { return m.relations[name] }

// Keeps reports whether field i is a time that the store keeps. It is read-only
// unless the author declared it; then it may be given, and the store sets it when
// it is not.
func (m *Model) Keeps(i int) bool { return i == m.CreatedAt || i == m.UpdatedAt }

// KeyKind says who supplies a primary key.
type KeyKind uint8

const (
	KeyManaged KeyKind = iota // no @primaryKey, or one whose first field is id: id is generated when absent
	KeyCustom                 // every key field is the caller's to give
)

// Field is one stored value of a record.
type Field struct {
	Name     string
	Index    int // position in Model.Fields or CustomType.Fields
	Type     Type
	Default  []byte // JSON text put in when a new record leaves the field out; nil when there is none
	ReadOnly bool   // set by the store alone
	Relation string // for a generated or listed foreign key: the relation that it serves, else ""
	Former   string // the name that it had in earlier versions, "" for the same: @renamedFrom
}

// Type is the type of a field.
type Type struct {
	Scalar   Scalar
	Enum     *Enum       // set when Scalar is Enumeration
	Custom   *CustomType // set when Scalar is Object
	Required bool        // the value (for a list: the list) may not be null
	List     bool
	Element  bool // for a list: its elements may not be null
}

// Scalar is the kind of a single value.
type Scalar uint8

const (
	ID Scalar = iota
	String
	Int   // 32-bit signed
	Float // finite IEEE 754 double
	Boolean
	Date      // AWSDate: YYYY-MM-DD with optional offset
	Time      // AWSTime: hh:mm[:ss[.sss]] with optional offset
	DateTime  // AWSDateTime: date T time, offset
	Timestamp // AWSTimestamp: seconds since 1970 as an integer, may be negative
	Email     // AWSEmail
	JSON      // AWSJSON: any JSON value
	URL       // AWSURL
	Phone     // AWSPhone
	IPAddress // AWSIPAddress
	Enumeration
	Object // a custom type
)

// Enum is a set of names.
type Enum struct {
	Name   string
	Values []string
}

// CustomType is an object type without @model; it is stored inside the record.
type CustomType struct {
	Name   string
	Fields []*Field

	fields map[string]*Field
}

// Field returns the field of that name, or nil.
func (t *CustomType) Field(name string) *Field { return t.fields[name] }

// RelationKind is how two models are connected.
type RelationKind uint8

const (
	HasOne RelationKind = iota
	HasMany
	BelongsTo
	ManyToMany
)

// Relation connects a model to another. The records that belong together are
// those with equal values in Fields (of the owner) and TargetFields (of Target),
// pairwise in order. No part of a connection may be null.
type Relation struct {
	Name         string
	Index        int // position in Model.Relations
	Kind         RelationKind
	Owner        *Model
	Target       *Model // for ManyToMany: the join model
	Fields       []int  // positions in Owner.Fields
	TargetFields []int  // positions in Target.Fields
	Required     bool
	OnDelete     OnDelete // what becomes of the target's records when the owner's is deleted

	// ManyToMany only. Through is the belongs-to of the join model (Target) that
	// leads to the far side; Far is the model that it leads to.
	Through *Relation
	Far     *Model
}

// OnDelete is what happens to related records when the owner is deleted. It has
// a meaning for HasOne, HasMany and ManyToMany (where it concerns join records).
type OnDelete uint8

const (
	Cascade OnDelete = iota
	Restrict
	SetNull
)

// Index is a declared secondary index.
type Index struct {
	Name   string
	Fields []int // positions in Model.Fields, hash field first
}

// Fault is one thing that is wrong with a schema.
type Fault struct {
	Line    int    `json:"line"`   // from 1
	Column  int    `json:"column"` // from 1
	Message string `json:"message"`
}
