// Package mergesort sorts. The standard library does too, but each use of its
// generic sort with another type links some 25 kB of code into the page, this one
// two.
package mergesort

// Sort sorts list by less, keeping the order of equals. It needs as much memory
// again, and runs already in order cost one comparison each.
func Sort[T any](list []T, less func(a, b T) bool) {
	var buffer []T
	for width := 1; width < len(list); width *= 2 {
		for start := 0; start+width < len(list); start += 2 * width {
			middle, end := start+width, min(start+2*width, len(list))
			if !less(list[middle], list[middle-1]) {
				continue
			}
			if buffer == nil {
				buffer = make([]T, len(list))
			}
			left := buffer[:copy(buffer, list[start:middle])]
			right, out := list[middle:end], list[start:end]
			for n := range out {
				if len(left) == 0 {
					break
				}
				if len(right) > 0 && less(right[0], left[0]) {
					out[n], right = right[0], right[1:]
				} else {
					out[n], left = left[0], left[1:]
				}
			}
		}
	}
}
