package jsontext

import "strconv"

// Writer writes JSON text piece by piece. It is for texts of many pieces, where an
// append in each place would weigh more in the page.
type Writer struct{ Text []byte }

// Add adds text as it is.
func (w *Writer) Add(text string) { w.Text = append(w.Text, text...) }

// Raw adds the JSON text of a value.
func (w *Writer) Raw(text []byte) { w.Text = append(w.Text, text...) }

// String adds a string.
func (w *Writer) String(s string) { w.Text = AppendString(w.Text, []byte(s)) }

// Int adds an integer.
func (w *Writer) Int(n int) { w.Text = strconv.AppendInt(w.Text, int64(n), 10) }

// Next adds the comma before a member or element, unless it is the first of an object
// or array that was just begun.
func (w *Writer) Next() {
	switch w.Text[len(w.Text)-1] {
	case '{', '[':
	default:
		w.Text = append(w.Text, ',')
	}
}

// Member adds the name of a member, with what stands before and behind it.
func (w *Writer) Member(name string) {
	w.Next()
	w.String(name)
	w.Add(":")
}
