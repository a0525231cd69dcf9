package understand

import "unicode/utf8"

// A word of five letters may be written with one slip (a letter more, less, other, or two swapped), one of nine with two.
const (
	oneSlip  = 5
	twoSlips = 9
)

// typos finds the known word that a misspelt one was meant to be. Every known word is filed under the hash of itself and of
// itself with a letter or two left out, and so is looked for, which makes the search as long as the word, not as the dictionary.
type typos struct {
	words []string
	known map[string]int
	heads map[uint64]int32 // the first entry under a hash
	chain []filed
}

// filed is one word under one hash; next is the entry after it, or -1.
type filed struct{ word, next int32 }

func newTypos() *typos {
	return &typos{known: map[string]int{}, heads: make(map[uint64]int32, 1<<15)}
}

// add files a word that may be met with as many slips as its length allows, at most the given number.
func (t *typos) add(word string, most int) {
	letters := utf8.RuneCountInString(word)
	if _, ok := t.known[word]; ok || letters < oneSlip || letters > maxWord/2 {
		return
	}
	id := int32(len(t.words)) //nolint:gosec // a clinic has fewer words than 2^31
	t.known[word] = len(t.words)
	t.words = append(t.words, word)
	shorter([]rune(word), min(slips(letters), most), func(hash uint64) {
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

// fix returns the nearest known word, or "" where none is near enough.
func (t *typos) fix(word string) string {
	letters := []rune(word)
	if len(letters) < oneSlip || len(letters) > maxWord/2 {
		return ""
	}
	best, cost := int32(-1), 1000
	shorter(letters, slips(len(letters)), func(hash uint64) {
		entry, ok := t.heads[hash]
		for ok && entry >= 0 {
			id := t.chain[entry].word
			if c := unlike(letters, []rune(t.words[id])); c < cost || c == cost && id < best {
				best, cost = id, c
			}
			entry = t.chain[entry].next
		}
	})
	if best < 0 {
		return ""
	}
	return t.words[best]
}

// unlike is how unlike two words are: slips first, then another first letter, another length; 1000 where they are too unlike.
func unlike(word, candidate []rune) int {
	d := distance(word, candidate)
	if d > slips(min(len(word), len(candidate))) {
		return 1000
	}
	c := d * 10
	if word[0] != candidate[0] {
		if len(word) <= oneSlip {
			return 1000
		}
		c += 5
	}
	if len(word) != len(candidate) {
		c++
	}
	return c
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

// shorter calls found for the hash of a word and of it with up to n letters, two at most, left out.
func shorter(word []rune, n int, found func(uint64)) {
	found(hash(word, -1, -1))
	if n == 0 {
		return
	}
	for i := range word {
		found(hash(word, i, -1))
		for j := i + 1; n > 1 && j < len(word); j++ {
			found(hash(word, i, j))
		}
	}
}

// hash is FNV-1a over the letters but those at skip and also.
func hash(word []rune, skip, also int) uint64 {
	h := uint64(14695981039346656037)
	for i, r := range word {
		if i != skip && i != also {
			h = (h ^ uint64(r)) * 1099511628211 //nolint:gosec // a rune of a text is never negative
		}
	}
	return h
}

// distance is Damerau's, a swap of neighbours counting one; 3 stands for more than two.
func distance(a, b []rune) int {
	if d := len(a) - len(b); d > 2 || d < -2 || len(b) > maxWord {
		return 3
	}
	var rows [3][maxWord + 1]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
