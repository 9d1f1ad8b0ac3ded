package generate

import "github.com/granarydb/granary/store/schema"

// compiledLines returns the compiled schema in parts that give it when they are put
// behind one another: one for each enum, type, field, relation and index, so that
// a difference between two versions can be read.
func compiledLines(s *schema.Schema) []string {
	text := s.Compile()
	var lines []string
	start, depth, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
			continue
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		if c := text[i]; quoted || c != ',' && c != '[' || i+1 == len(text) {
			continue
		}
		if next := text[i+1]; depth == 1 || (depth == 2 || depth == 4) && next == '{' {
			lines = append(lines, string(text[start:i+1]))
			start = i + 1
		}
	}
	return append(lines, string(text[start:]))
}
