package schema

// maxSlips bounds the distance of names of which one may be meant as the other.
const maxSlips = 4

// Nearest returns the candidate that name is most likely a slip of, for "did you
// mean"; "" when none is near. The first of equally near ones wins. It costs
// O(len(candidates)) comparisons of short strings; overlong names get no answer.
func Nearest(name string, candidates []string) string {
	if name == "" || len(name) > maxSuggested {
		return ""
	}
	best, bestDistance := "", min(1+len(name)/3, maxSlips)+1 // one more than is accepted
	for _, candidate := range candidates {
		if candidate == "" || len(candidate) > maxSuggested || candidate == name {
			continue
		}
		limit := bestDistance - 1
		d := distance(name, candidate, limit)
		if d > limit && limit >= 2 && startsLike(name, candidate) {
			d = 2 // "Bool" for "Boolean", "Integer" for "Int"
		}
		if d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// DidYouMean returns ": did you mean X?" for the end of a message about an unknown
// name, or nothing when no candidate is near.
func DidYouMean(name string, candidates []string) string {
	if near := Nearest(name, candidates); near != "" {
		return ": did you mean " + near + "?"
	}
	return ""
}

// distance returns how many letters must be put in, left out, exchanged or
// swapped with a neighbour to make b of a, ignoring case; more than limit once
// it is sure to be.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	// Only cells within limit of the diagonal can count; the others stay beyond it.
	var rows [3][maxSuggested + 2]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 2 {
		last[j], before[j] = j, limit+1
	}
	for i := 1; i <= len(a); i++ {
		from, to := max(1, i-limit), min(len(b), i+limit)
		row[from-1], row[to+1] = limit+1, limit+1
		if from == 1 {
			row[0] = i
		}
		least := row[from-1]
		for j := from; j <= to; j++ {
			x, y := lower(a[i-1]), lower(b[j-1])
			d := last[j-1]
			if x != y {
				d++
			}
			d = min(d, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && x == lower(b[j-2]) && y == lower(a[i-2]) {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
			least = min(least, d)
		}
		if least > limit {
			return least
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// startsLike reports whether the shorter of two names, of three letters at least,
// is the beginning of the longer, ignoring case.
func startsLike(a, b string) bool {
	n := min(len(a), len(b))
	if n < 3 {
		return false
	}
	for i := range n {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
