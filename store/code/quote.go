package code

import "unicode/utf8"

// Quote puts s in quotes, fit for a message: a byte that is no text is shown as \xNN.
// strconv.Quote weighs 5 kB more in the page.
func Quote(s string) string {
	const digits = "0123456789abcdef"
	out := []byte{'"'}
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r < ' ' || r == 0x7f || r == utf8.RuneError && n == 1:
			out = append(out, '\\', 'x', digits[s[0]>>4], digits[s[0]&15])
		case r == '"' || r == '\\':
			out = append(out, '\\', s[0])
		default:
			out = append(out, s[:n]...)
		}
		s = s[n:]
	}
	return string(append(out, '"'))
}
