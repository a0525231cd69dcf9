package understand

import "unicode/utf8"

// A word of five letters may be written with one slip (a letter more, less, other, or two swapped), one of nine with two.
const (
	oneSlip  = 5
	twoSlips = 9
)

// typos finds the known word that a misspelt one was meant to be. Every known word is filed under itself with a letter or
// two left out, and so is looked for, which makes the search as long as the word, not as the dictionary.
type typos struct {
	words []string
	known map[string]int
	filed map[string][]int32
}

func newTypos() *typos {
	return &typos{known: map[string]int{}, filed: map[string][]int32{}}
}

func (t *typos) add(word string) {
	letters := utf8.RuneCountInString(word)
	if _, ok := t.known[word]; ok || letters < oneSlip || letters > maxWord {
		return
	}
	id := len(t.words)
	t.known[word] = id
	t.words = append(t.words, word)
	shorter(word, slips(letters), func(key string) {
		for _, other := range t.filed[key] {
			if int(other) == id {
				return
			}
		}
		t.filed[key] = append(t.filed[key], int32(id)) //nolint:gosec // a clinic has fewer words than 2^31
	})
}

// fix returns the nearest known word, or "" where none is near enough.
func (t *typos) fix(word string) string {
	letters := utf8.RuneCountInString(word)
	if letters < oneSlip || letters > maxWord/2 {
		return ""
	}
	best, cost := "", 1000
	first, _ := utf8.DecodeRuneInString(word)
	shorter(word, slips(letters), func(key string) {
		for _, id := range t.filed[key] {
			candidate := t.words[id]
			size := utf8.RuneCountInString(candidate)
			d := distance([]rune(word), []rune(candidate))
			if d > slips(min(size, letters)) {
				continue
			}
			c := d * 10
			if head, _ := utf8.DecodeRuneInString(candidate); head != first {
				if letters <= oneSlip {
					continue
				}
				c += 5
			}
			if size != letters {
				c++
			}
			if c < cost || c == cost && t.known[candidate] < t.known[best] {
				best, cost = candidate, c
			}
		}
	})
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

// shorter calls found for the word and for it with up to n letters left out.
func shorter(word string, n int, found func(string)) {
	found(word)
	if n == 0 {
		return
	}
	for i, r := range word {
		shorter2(word[:i], word[i+utf8.RuneLen(r):], n-1, found)
	}
}

// shorter2 goes on with letters after the gap only, so that no pair is tried twice.
func shorter2(head, tail string, n int, found func(string)) {
	found(head + tail)
	if n == 0 {
		return
	}
	for i, r := range tail {
		found(head + tail[:i] + tail[i+utf8.RuneLen(r):])
	}
}

// distance is Damerau's, a swap of neighbours counting one.
func distance(a, b []rune) int {
	if d := len(a) - len(b); d > 2 || d < -2 {
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
