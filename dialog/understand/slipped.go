package understand

import "unicode/utf8"

// leastSlipped is how many letters a word or its beginning has that may be written with a slip.
const leastSlipped = 6

// slipped finds the beginning of a word that was written with one slip, but not in its first two letters or its last.
type slipped struct {
	known map[string]bool // true for a beginning
	texts [][]rune
	heads map[uint64]int32 // the first entry under a hash
	chain []filed
}

func newSlipped() *slipped {
	return &slipped{known: map[string]bool{}, heads: make(map[uint64]int32, 1<<15)}
}

func (x *slipped) add(text string, open bool) {
	letters := utf8.RuneCountInString(text)
	if _, ok := x.known[text]; ok || letters < leastSlipped || letters > maxWord/2 {
		return
	}
	x.known[text] = open
	id := int32(len(x.texts)) //nolint:gosec // a table has fewer words than 2^31
	x.texts = append(x.texts, []rune(text))
	shorter(x.texts[id], 1, func(h uint64) {
		next, ok := x.heads[h]
		if !ok {
			next = -1
		}
		x.heads[h] = int32(len(x.chain)) //nolint:gosec // as above, by some tens
		x.chain = append(x.chain, filed{word: id, next: next})
	})
}

// find returns the longest word or beginning within one slip of a word, and whether it is a beginning; "" for none.
func (x *slipped) find(word string) (text string, open bool) {
	letters := []rune(word)
	if len(letters) < leastSlipped || len(letters) > maxWord/2 {
		return "", false
	}
	var best []rune
	for n := len(letters); n >= leastSlipped; n-- {
		head := letters[:n]
		shorter(head, 1, func(h uint64) {
			entry, ok := x.heads[h]
			for ok && entry >= 0 {
				candidate := x.texts[x.chain[entry].word]
				if len(candidate) > len(best) && framed(head, candidate) && (n == len(letters) || x.known[string(candidate)]) && distance(head, candidate) == 1 {
					best = candidate
				}
				entry = x.chain[entry].next
			}
		})
	}
	return string(best), best != nil && x.known[string(best)]
}

// framed says that two words begin with the same two letters and end with the same.
func framed(a, b []rune) bool {
	return a[0] == b[0] && a[1] == b[1] && a[len(a)-1] == b[len(b)-1]
}
