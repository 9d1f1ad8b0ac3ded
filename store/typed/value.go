package typed

import (
	"reflect"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/jsontext"
)

// nameTag is the tag of a struct's field that holds its name in the schema, and
// listTag the one of a list that is never null.
const (
	nameTag = "json"
	listTag = "granary"
)

// Get returns the value of a field as a V; the zero value for a nil record.
func Get[V any](r *store.Record, field string) V {
	var v V
	if r == nil {
		return v
	}
	decode(reflect.ValueOf(&v).Elem(), r.Get(field))
	return v
}

// decode puts what store.Record.Get returns into a value of the type that was
// generated for it. It goes as deep as custom types are nested in a record, which
// the store bounds.
func decode(into reflect.Value, v any) {
	if v == nil {
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		decode(into.Elem(), v)
	case reflect.Interface:
		into.Set(reflect.ValueOf(v))
	case reflect.String:
		s, _ := v.(string)
		into.SetString(s)
	case reflect.Int, reflect.Int64:
		n, _ := v.(float64)
		into.SetInt(int64(n))
	case reflect.Float64:
		n, _ := v.(float64)
		into.SetFloat(n)
	case reflect.Bool:
		b, _ := v.(bool)
		into.SetBool(b)
	case reflect.Slice:
		list, _ := v.([]any)
		into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
		for i, e := range list {
			decode(into.Index(i), e)
		}
	case reflect.Struct:
		members, _ := v.(map[string]any)
		for i := range into.NumField() {
			decode(into.Field(i), members[into.Type().Field(i).Tag.Get(nameTag)])
		}
	}
}

// encode turns a generated value into one that the store takes. What is nested too
// deep, as a value that holds itself is, becomes something else that is nested too
// deep, so that the store refuses it as it refuses all such values.
func encode(v reflect.Value, depth int) any {
	if !v.IsValid() || depth > jsontext.MaxDepth+1 {
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		if v.Kind() == reflect.Pointer {
			depth++ // a pointer may lead to itself
		}
		return encode(v.Elem(), depth)
	case reflect.String:
		return v.String()
	case reflect.Slice:
		if v.IsNil() {
			return nil
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Bytes()
		}
		return encodeList(v, depth)
	case reflect.Array:
		return encodeList(v, depth)
	case reflect.Map:
		return encodeMap(v, depth)
	case reflect.Struct:
		return encodeStruct(v, depth)
	}
	return v.Interface()
}

func encodeList(v reflect.Value, depth int) any {
	list := make([]any, v.Len())
	for i := range list {
		list[i] = encode(v.Index(i), depth+1)
	}
	return list
}

func encodeMap(v reflect.Value, depth int) any {
	if v.IsNil() || v.Type().Key().Kind() != reflect.String {
		return v.Interface() // for the store to judge
	}
	members := make(map[string]any, v.Len())
	for entries := v.MapRange(); entries.Next(); {
		members[entries.Key().String()] = encode(entries.Value(), depth+1)
	}
	return members
}

// encodeStruct encodes a custom type. A list that is never null is empty when it
// is nil.
func encodeStruct(v reflect.Value, depth int) any {
	members := make(map[string]any, v.NumField())
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := f.Tag.Get(nameTag)
		if name == "" || !f.IsExported() {
			return v.Interface() // no generated type: for the store to judge
		}
		value := encode(v.Field(i), depth+1)
		if value == nil && f.Tag.Get(listTag) != "" {
			value = []any{}
		}
		members[name] = value
	}
	return members
}

// plain is encode for a value on its own.
func plain(v any) any { return encode(reflect.ValueOf(v), 0) }
