package understand

import "strings"

// asWritten gives what a token was before it was repaired, and whether it was a common word as it stood; text is the one that the
// tokens' places refer to.
func (r *Reader) asWritten(text string) func(*token) (string, bool) {
	return func(t *token) (string, bool) {
		was := t.text
		if t.start >= 0 && t.end <= len(text) && t.start < t.end && t.end-t.start <= 2*maxWord { // longer ones carry marks piled up on letters
			if s := strings.ReplaceAll(strings.ToLower(text[t.start:t.end]), "ё", "е"); len(s) > 0 && !mixed(s) {
				was = s
			}
		}
		_, named := r.lexicon.look(was)
		return was, named || r.rules.knows(was)
	}
}

// mixed says that a word has Latin and Russian letters: then it was folded for a reason.
func mixed(word string) bool {
	latin, other := false, false
	for _, r := range word {
		latin = latin || r >= 'a' && r <= 'z'
		other = other || r >= 'а'
	}
	return latin && other
}
