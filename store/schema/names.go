package schema

import "strings"

// These are the words of compiled schemas.
var (
	kindNames     = []string{HasOne: "hasOne", HasMany: "hasMany", BelongsTo: "belongsTo", ManyToMany: "manyToMany"}
	onDeleteNames = []string{Cascade: "CASCADE", Restrict: "RESTRICT", SetNull: "SET_NULL"}
	keyKindNames  = []string{KeyManaged: "managed", KeyCustom: "custom"}
	syncNames     = []string{"full", "pull", "push", "off"}
)

// nameProblem says what is wrong with a name of a type, field, relation or enum
// value, or returns "".
func nameProblem(name string) string {
	if name == "" {
		return "a name is empty"
	}
	if len(name) > MaxName {
		return "the name " + shorten(name) + " is longer than " + itoa(MaxName) + " characters"
	}
	if strings.HasPrefix(name, "__") {
		return "the name " + quote(name) + " is reserved: a name may not begin with two underscores"
	}
	for i := range len(name) {
		c := name[i]
		if c != '_' && (lower(c) < 'a' || lower(c) > 'z') && (i == 0 || c < '0' || c > '9') {
			return "the name " + quote(name) + " has a character other than A-Z, a-z, 0-9 and _, or begins with a digit"
		}
	}
	return ""
}

// camel joins names: the first begins with a small letter, the others with a
// capital.
func camel(first string, others ...string) string {
	name := lowerFirst(first)
	for _, o := range others {
		name += upperFirst(o)
	}
	return name
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// plural returns the plural of an English noun by the plain rules. What ends like
// a plural is taken for one.
func plural(name string) string {
	l := strings.ToLower(name)
	for _, end := range []string{"ss", "us", "x", "z", "ch", "sh"} {
		if strings.HasSuffix(l, end) {
			return name + "es"
		}
	}
	switch {
	case strings.HasSuffix(l, "person"):
		return name[:len(name)-4] + "ople"
	case strings.HasSuffix(l, "child"):
		return name + "ren"
	case strings.HasSuffix(l, "sis"):
		return name[:len(name)-2] + "es"
	case strings.HasSuffix(l, "s"):
		return name
	}
	if n := len(l); n > 1 && l[n-1] == 'y' && !strings.ContainsRune("aeiou", rune(l[n-2])) {
		return name[:n-1] + "ies"
	}
	return name + "s"
}
