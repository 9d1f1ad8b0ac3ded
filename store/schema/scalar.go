package schema

// scalarNames are the names of the built-in types in SDL and in compiled schemas.
var scalarNames = [...]string{
	ID:        "ID",
	String:    "String",
	Int:       "Int",
	Float:     "Float",
	Boolean:   "Boolean",
	Date:      "AWSDate",
	Time:      "AWSTime",
	DateTime:  "AWSDateTime",
	Timestamp: "AWSTimestamp",
	Email:     "AWSEmail",
	JSON:      "AWSJSON",
	URL:       "AWSURL",
	Phone:     "AWSPhone",
	IPAddress: "AWSIPAddress",
}

// String returns the name that the scalar has in SDL: "Int", "AWSDateTime", …;
// "enum" and "type" for Enumeration and Object, whose names are their own.
func (s Scalar) String() string {
	switch {
	case int(s) < len(scalarNames):
		return scalarNames[s]
	case s == Enumeration:
		return "enum"
	}
	return "type"
}

// String returns the type as SDL writes it: "[Int!]!".
func (t Type) String() string {
	name := t.name()
	if t.List {
		if t.Element {
			name += "!"
		}
		name = "[" + name + "]"
	}
	if t.Required {
		name += "!"
	}
	return name
}

// name returns the name of a single value's type.
func (t Type) name() string {
	switch {
	case t.Enum != nil:
		return t.Enum.Name
	case t.Custom != nil:
		return t.Custom.Name
	}
	return t.Scalar.String()
}

// scalarNamed returns the built-in type of that name.
func scalarNamed(name string) (Scalar, bool) {
	for i, n := range scalarNames {
		if n == name {
			return Scalar(i), true
		}
	}
	return 0, false
}

// keyable reports whether values of the type can stand in a key or an index:
// single values that have an order.
func (t Type) keyable() bool { return !t.List && t.Scalar != JSON && t.Scalar != Object }

// matches reports whether values of two types of key fields can be equal. ID and
// String are both text.
func (t Type) matches(o Type) bool {
	return t.keyable() && o.keyable() && t.Enum == o.Enum &&
		(t.Scalar == o.Scalar || t.text() && o.text())
}

func (t Type) text() bool { return t.Scalar == ID || t.Scalar == String }
