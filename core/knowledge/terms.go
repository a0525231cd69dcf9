package knowledge

import (
	_ "embed" // the tables
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed synonyms_ru.txt
var synonymsRussian string

//go:embed synonyms_en.txt
var synonymsEnglish string

// wordsVersion changes with what terms does, beside its tables: passages are prepared anew then.
const wordsVersion = "1"

// Speech turns a text into the words that it is looked for by: in small letters, without what every question has, and with one word for
// what people say in many ways ("не есть", "голодным" → "натощак"). Passages and questions go through the same one.
type Speech struct {
	silent  map[string]bool // words that tell nothing
	hushed  []string        // their beginnings
	phrases map[string][]phrase
	open    []phrase // that begin with a beginning of a word
	version string
}

// phrase is words that stand for others. A word that ends in * is a beginning.
type phrase struct {
	words []string
	means []string
}

// Term is a word that a text is looked for by. A weak one tells little: alone it finds nothing.
type Term struct {
	Word string
	Weak bool
}

// Speeches are those of the languages, by their code.
type Speeches map[string]*Speech

// NewSpeeches reads the tables.
func NewSpeeches() Speeches {
	return Speeches{russian: newSpeech(synonymsRussian), english: newSpeech(synonymsEnglish)}
}

// newSpeech reads lines "meaning: phrase; phrase"; the meaning "-" is of words that tell nothing.
func newSpeech(table string) *Speech {
	s := &Speech{silent: map[string]bool{}, phrases: map[string][]phrase{}, version: wordsVersion + "." + digest(table)}
	for line := range strings.Lines(table) {
		head, body, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(head, "#") {
			continue
		}
		for text := range strings.SplitSeq(body, ";") {
			words := strings.Fields(text)
			switch {
			case len(words) == 0:
			case head == "-" && strings.HasSuffix(words[0], "*"):
				s.hushed = append(s.hushed, strings.TrimSuffix(words[0], "*"))
			case head == "-" && len(words) == 1:
				s.silent[words[0]] = true
			default:
				s.add(phrase{words: words, means: strings.Fields(strings.TrimPrefix(head, "-"))})
			}
		}
	}
	for _, list := range s.phrases {
		longestFirst(list)
	}
	longestFirst(s.open)
	return s
}

func longestFirst(list []phrase) {
	slices.SortStableFunc(list, func(a, b phrase) int { return len(b.words) - len(a.words) })
}

func (s *Speech) add(p phrase) {
	if first := p.words[0]; !strings.HasSuffix(first, "*") {
		s.phrases[first] = append(s.phrases[first], p)
		return
	}
	s.open = append(s.open, p)
}

// Of is the speech of a language; Russian for any other.
func (s Speeches) Of(lang string) *Speech {
	if one, ok := s[lang]; ok {
		return one
	}
	return s[russian]
}

// maxWords bounds how many words of a question are looked for: what comes after them is a story.
const maxWords = 40

// Terms are the words of a text that say what it is about, in their order, each once.
func (s *Speech) Terms(text string) []Term {
	tokens := tokens(text)
	var out []Term
	seen := map[string]bool{}
	keep := func(words ...string) {
		for _, w := range words {
			w, weak := strings.CutPrefix(w, "~")
			if !seen[w] {
				seen[w] = true
				out = append(out, Term{w, weak})
			}
		}
	}
	for i := 0; i < len(tokens); {
		if p, ok := s.at(tokens[i:]); ok {
			keep(p.means...)
			i += len(p.words)
			continue
		}
		if w := tokens[i]; !s.quiet(w) {
			keep(w)
		}
		i++
	}
	return out
}

// at is the longest phrase that the words begin with.
func (s *Speech) at(words []string) (phrase, bool) {
	var best phrase
	for _, list := range [][]phrase{s.phrases[words[0]], s.open} {
		for _, p := range list {
			if len(p.words) > len(best.words) && p.begins(words) {
				best = p
			}
		}
	}
	return best, len(best.words) > 0
}

func (p phrase) begins(words []string) bool {
	if len(words) < len(p.words) {
		return false
	}
	for i, want := range p.words {
		stem, open := strings.CutSuffix(want, "*")
		if (open && !strings.HasPrefix(words[i], stem)) || (!open && words[i] != want) {
			return false
		}
	}
	return true
}

// quiet says that a word tells nothing. A letter alone, or a small number, does not either.
func (s *Speech) quiet(word string) bool {
	if n := utf8.RuneCountInString(word); n < 2 || s.silent[word] || (n == 2 && strings.Trim(word, "0123456789") == "") {
		return true
	}
	return slices.ContainsFunc(s.hushed, func(stem string) bool { return strings.HasPrefix(word, stem) })
}

// tokens are a text's words and numbers in small letters.
func tokens(text string) []string {
	text = strings.ReplaceAll(strings.ToLower(text), "ё", "е")
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// Language is what a text is written in: Russian where it has a Cyrillic letter, English where it has only Latin ones, else the given one.
func Language(text, otherwise string) string {
	lang := otherwise
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Cyrillic, r):
			return russian
		case unicode.Is(unicode.Latin, r):
			lang = english
		}
	}
	return lang
}
