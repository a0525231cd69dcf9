package understand

// A word of five letters may be written with one slip, one of nine with two; of the likely slips, that a keyboard or an ear makes,
// it may have more.
const (
	oneSlip    = 5
	twoSlips   = 9
	maxLetters = 24 // of a word that can be repaired
)

// spelt is a word in codes of letters; it lives on the stack.
type spelt struct {
	code [maxLetters]byte
	n    int
}

// spell writes a word in codes; ok is false where it is too long or has letters that are in no known word.
func spell(word string) (s spelt, ok bool) {
	for _, r := range word {
		c := letterOf(r)
		if c == 0 || s.n == maxLetters {
			return s, false
		}
		s.code[s.n] = c
		s.n++
	}
	return s, true
}

// letterOf is the code of a letter: Russian ones from 1, Latin ones from 33; 0 for any other.
func letterOf(r rune) byte {
	switch {
	case r >= 'а' && r <= 'я':
		return byte(r-'а') + 1
	case r >= 'a' && r <= 'z':
		return byte(r-'a') + 33
	}
	return 0
}

// sound is a word as it is heard: unstressed vowels and voiced consonants alike, no signs, no doubled letters, тс and ться as ц.
func (s *spelt) sound(like *[64]byte) spelt {
	var out spelt
	for i := range s.n {
		c := like[s.code[i]]
		if c == like[letterOf('я')] && out.n > 0 && out.code[out.n-1] == letterOf('ц') { // ться as ца
			c = like[letterOf('а')]
		}
		if c == 0 || out.n > 0 && out.code[out.n-1] == c {
			continue
		}
		if c == like[letterOf('с')] && out.n > 0 && out.code[out.n-1] == like[letterOf('т')] {
			out.code[out.n-1] = letterOf('ц')
			continue
		}
		out.code[out.n] = c
		out.n++
	}
	return out
}

// typos finds the known word that a misspelt one was meant to be. Every known word is filed under the hash of its sound and of that with
// a letter or two left out, and so is looked for: the search is as long as the word, not as the dictionary, and slips of the ear cost nothing.
type typos struct {
	likely *confusions
	words  []string
	spelt  []spelt
	known  map[string]int32
	heads  map[uint64]int32 // the first entry under a hash
	chain  []filed
}

// filed is one word under one hash; next is the entry after it, or -1.
type filed struct{ word, next int32 }

func newTypos(likely *confusions) *typos {
	return &typos{likely: likely, known: map[string]int32{}, heads: make(map[uint64]int32, 1<<10)}
}

// add files a word that may be met with as many slips as its length allows, at most the given number.
func (t *typos) add(word string, most int) {
	s, ok := spell(word)
	if _, known := t.known[word]; known || !ok || s.n < oneSlip {
		return
	}
	id := int32(len(t.words)) //nolint:gosec // a clinic has fewer words than 2^31
	t.known[word] = id
	t.words, t.spelt = append(t.words, word), append(t.spelt, s)
	sound := s.sound(&t.likely.sound)
	fewer(&sound, min(slips(s.n), most), func(hash uint64) {
		head, ok := t.heads[hash]
		if !ok {
			head = -1
		}
		if ok && t.chain[head].word == id { // "нн": either may go
			return
		}
		t.heads[hash] = int32(len(t.chain)) //nolint:gosec // as above, by some tens
		t.chain = append(t.chain, filed{word: id, next: head})
	})
}

// candidate is a known word and what the slips to it cost; rival is the cost of the next best.
type candidate struct {
	word  string
	other string // the next best
	cost  int
	rival int
}

// weighing is how much dearer it is to weigh a candidate than to look for one.
const weighing = 4

// near returns the nearest known words; cost is unlikely where none is near enough. What it does is taken off the work that a message may cost.
func (t *typos) near(s *spelt, work *int) candidate {
	best := candidate{cost: unlikely, rival: unlikely}
	if s.n < oneSlip {
		return best
	}
	first, second := int32(-1), int32(-1)
	sound := s.sound(&t.likely.sound)
	fewer(&sound, slips(s.n), func(hash uint64) {
		entry, ok := t.heads[hash]
		*work--
		for ; ok && entry >= 0 && *work > 0; *work -= weighing {
			id := t.chain[entry].word
			entry = t.chain[entry].next
			if id == first || id == second {
				continue
			}
			switch c := t.likely.cost(s, &t.spelt[id]); {
			case c < best.cost || c == best.cost && c < unlikely && id < first:
				second, best.rival = first, best.cost
				first, best.cost = id, c
			case c < best.rival:
				second, best.rival = id, c
			}
		}
	})
	if first >= 0 {
		best.word = t.words[first]
	}
	if second >= 0 {
		best.other = t.words[second]
	}
	return best
}

func slips(letters int) int {
	switch {
	case letters >= twoSlips:
		return 2
	case letters >= oneSlip:
		return 1
	}
	return 0
}

// fewer calls found for the hash of a word and of it with up to n letters, two at most, left out.
func fewer(s *spelt, n int, found func(uint64)) {
	found(hashOf(s, -1, -1))
	if n == 0 {
		return
	}
	for i := range s.n {
		found(hashOf(s, i, -1))
		for j := i + 1; n > 1 && j < s.n; j++ {
			found(hashOf(s, i, j))
		}
	}
}

// hashOf is FNV-1a over the letters but those at skip and also.
func hashOf(s *spelt, skip, also int) uint64 {
	h := uint64(14695981039346656037)
	for i := range s.n {
		if i != skip && i != also {
			h = (h ^ uint64(s.code[i])) * 1099511628211
		}
	}
	return h
}
