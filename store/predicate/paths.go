package predicate

import (
	"slices"

	"github.com/granarydb/granary/store/schema"
)

// Paths returns the ways along relations that the filter looks at, each from the
// filter's model to the far end, without repetition; a way of two relations comes
// after its first part. A change of a record at the end of one may change whether
// the records at its beginning match.
func (f *Filter) Paths() [][]*schema.Relation { return f.root.paths(nil, nil) }

// paths calls itself no deeper than MaxDepth.
func (n *node) paths(found [][]*schema.Relation, way []*schema.Relation) [][]*schema.Relation {
	if n.kind == related {
		way = append(slices.Clip(way), n.relation)
		known := slices.ContainsFunc(found, func(w []*schema.Relation) bool { return slices.Equal(w, way) })
		if !known {
			found = append(found, way)
		}
	}
	for _, child := range n.children {
		found = child.paths(found, way)
	}
	return found
}
