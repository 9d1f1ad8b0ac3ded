package table

// slots is an open-addressing hash set of 32-bit ids, without pointers. A slot is
// the hash in the upper half and the id plus one in the lower; 0 is empty.
type slots struct {
	slot []uint64
	used int
}

// find returns the id with that hash for which same holds.
func (s *slots) find(hash uint32, same func(id uint32) bool) (uint32, bool) {
	if len(s.slot) == 0 {
		return 0, false
	}
	mask := uint32(len(s.slot) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		v := s.slot[i]
		if v == 0 {
			return 0, false
		}
		if uint32(v>>32) == hash && same(uint32(v)-1) {
			return uint32(v) - 1, true
		}
	}
}

// insert adds an id that is not there.
func (s *slots) insert(hash, id uint32) {
	if 4*(s.used+1) > 3*len(s.slot) {
		s.grow()
	}
	s.place(uint64(hash)<<32 | uint64(id+1))
	s.used++
}

// remove takes out an id that is there and closes the gap behind it.
func (s *slots) remove(hash, id uint32) {
	mask := uint32(len(s.slot) - 1)
	i := hash & mask
	for s.slot[i] != uint64(hash)<<32|uint64(id+1) {
		i = (i + 1) & mask
	}
	s.used--
	for j := (i + 1) & mask; s.slot[j] != 0; j = (j + 1) & mask {
		home := uint32(s.slot[j]>>32) & mask
		if (j-home)&mask >= (j-i)&mask {
			s.slot[i] = s.slot[j]
			i = j
		}
	}
	s.slot[i] = 0
}

// reserve makes room for n ids in an empty set.
func (s *slots) reserve(n int) {
	size := 8
	for 3*size < 4*(n+1) {
		size *= 2
	}
	s.slot = make([]uint64, size)
}

func (s *slots) grow() {
	old := s.slot
	s.slot = make([]uint64, max(8, 2*len(old)))
	for _, v := range old {
		if v != 0 {
			s.place(v)
		}
	}
}

func (s *slots) place(v uint64) {
	mask := uint32(len(s.slot) - 1)
	i := uint32(v>>32) & mask
	for s.slot[i] != 0 {
		i = (i + 1) & mask
	}
	s.slot[i] = v
}
