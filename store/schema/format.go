package schema

// Formatted reports whether text has the form of the scalar, and names the form.
func Formatted(s Scalar, text []byte) (ok bool, want string) {
	switch s {
	case Date:
		n := date(text)
		return n > 0 && (n == len(text) || zone(text[n:])), `a calendar date such as "2026-02-28"`
	case Time:
		n := clock(text)
		return n > 0 && (n == len(text) || zone(text[n:])), `a time such as "13:45:30.123"`
	case DateTime:
		return dateTime(text), `a date and time such as "2026-02-28T13:45:30.123Z"`
	case Email:
		return email(text), `an e-mail address such as "ada@example.com"`
	case URL:
		return url(text), `a URL such as "https://example.com/path"`
	case Phone:
		return phone(text), `a phone number such as "+44 20 7946 0000"`
	case IPAddress:
		return ipv4(text) || ipv6(text), `an IP address such as "192.0.2.1" or "2001:db8::1"`
	}
	return true, ""
}

func dateTime(s []byte) bool {
	n := date(s)
	if n == 0 || n >= len(s) || s[n] != 'T' {
		return false
	}
	s = s[n+1:]
	n = clock(s)
	return n > 0 && (n == len(s) || zone(s[n:]))
}

// date returns the length of the calendar date at the head of s, 0 if none is.
func date(s []byte) int {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return 0
	}
	year, ok1 := number(s[:4])
	month, ok2 := number(s[5:7])
	day, ok3 := number(s[8:10])
	if !ok1 || !ok2 || !ok3 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0
	}
	return 10
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// clock returns the length of hh:mm[:ss[.fraction]] at the head of s, 0 if none is.
func clock(s []byte) int {
	if len(s) < 5 || s[2] != ':' {
		return 0
	}
	hour, ok1 := number(s[:2])
	minute, ok2 := number(s[3:5])
	if !ok1 || !ok2 || hour > 23 || minute > 59 {
		return 0
	}
	if len(s) < 8 || s[5] != ':' {
		return 5
	}
	if second, ok := number(s[6:8]); !ok || second > 59 {
		return 0
	}
	if len(s) < 9 || s[8] != '.' {
		return 8
	}
	n := 9
	for n < len(s) && digit(s[n]) {
		n++
	}
	if n == 9 || n > 18 {
		return 0
	}
	return n
}

// zone reports whether s is Z or an offset, ±hh:mm[:ss].
func zone(s []byte) bool {
	if len(s) == 1 {
		return s[0] == 'Z'
	}
	if len(s) != 6 && len(s) != 9 || s[0] != '+' && s[0] != '-' {
		return false
	}
	return clock(s[1:]) == len(s)-1
}

func email(s []byte) bool {
	at := -1
	for i, c := range s {
		if c == '@' {
			if at >= 0 {
				return false
			}
			at = i
		} else if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	if at < 1 || at > 64 || len(s) > 320 {
		return false
	}
	for _, c := range s[:at] {
		if !letter(c) && !digit(c) && !oneOf(c, ".!#$%&'*+/=?^_`{|}~-") {
			return false
		}
	}
	return hostname(s[at+1:])
}

// hostname reports whether s is labels of letters, digits and inner hyphens.
func hostname(s []byte) bool {
	label := 0
	for i, c := range s {
		switch {
		case letter(c) || digit(c):
			label++
		case c == '-' && label > 0 && i+1 < len(s) && s[i+1] != '.':
			label++
		case c == '.' && label > 0:
			label = 0
			continue
		default:
			return false
		}
		if label > 63 {
			return false
		}
	}
	return label > 0
}

// url reports whether s is an absolute URL: a scheme, and after "//" a host.
func url(s []byte) bool {
	n := 0
	for n < len(s) && (letter(s[n]) || n > 0 && (digit(s[n]) || oneOf(s[n], "+-."))) {
		n++
	}
	if n == 0 || n+1 >= len(s) || s[n] != ':' {
		return false
	}
	rest := s[n+1:]
	for _, c := range rest {
		if c <= ' ' || oneOf(c, "<>\"") {
			return false
		}
	}
	if len(rest) < 2 || rest[0] != '/' || rest[1] != '/' {
		return true
	}
	rest = rest[2:]
	return len(rest) > 0 && !oneOf(rest[0], "/?#:@") || string(s[:n]) == "file"
}

// phone reports whether s is digits, at least two, with an optional plus before
// and blanks or hyphens between them.
func phone(s []byte) bool {
	if len(s) > 0 && s[0] == '+' {
		s = s[1:]
	}
	n := 0
	for i, c := range s {
		switch {
		case digit(c):
			n++
		case (c == ' ' || c == '-') && i > 0 && i+1 < len(s):
		default:
			return false
		}
	}
	return n >= 2 && n <= 32
}

func ipv4(s []byte) bool {
	part, parts := 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != '.' {
			part++
			continue
		}
		n, ok := number(s[i-part : i])
		if !ok || part == 0 || part > 3 || n > 255 || part > 1 && s[i-part] == '0' {
			return false
		}
		part = 0
		parts++
	}
	return parts == 4
}

func ipv6(s []byte) bool {
	groups, elided := 0, false
	for len(s) > 0 {
		if len(s) >= 2 && s[0] == ':' && s[1] == ':' {
			if elided {
				return false
			}
			elided = true
			if s = s[2:]; len(s) > 0 && s[0] == ':' {
				return false
			}
			continue
		}
		if s[0] == ':' {
			if groups == 0 || len(s) < 2 || s[1] == ':' {
				return false
			}
			s = s[1:]
		}
		n := 0
		for n < len(s) && hexDigit(s[n]) {
			n++
		}
		if n < len(s) && s[n] == '.' {
			groups += 2
			return ipv4(s) && (groups == 8 && !elided || groups < 8 && elided)
		}
		if n == 0 || n > 4 || n < len(s) && s[n] != ':' {
			return false
		}
		groups++
		if s = s[n:]; len(s) == 1 {
			return false // a single colon at the end
		}
	}
	return groups == 8 && !elided || groups < 8 && elided
}

func number(s []byte) (n int, ok bool) {
	for _, c := range s {
		if !digit(c) {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(s) > 0
}

func digit(c byte) bool    { return c >= '0' && c <= '9' }
func letter(c byte) bool   { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func hexDigit(c byte) bool { return digit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func oneOf(c byte, set string) bool {
	for i := 0; i < len(set); i++ {
		if set[i] == c {
			return true
		}
	}
	return false
}
