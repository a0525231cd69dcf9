package understand

import (
	"math"
	"slices"
)

// feature is one trait of a message: which, and how much it says.
type feature struct {
	at     uint32 // below buckets
	weight float32
}

// buckets is how many traits are told apart; rarer ones share a bucket, which does no harm.
const buckets = 1 << 15

// How much each family of traits says, tried by folds: words and what they are about most; their parts carry over to forms and
// slips never met; a rule is evidence like any other.
const (
	saysWord     = 1.0
	saysForm     = 0.3
	saysPair     = 0.8
	saysSkip     = 0.27
	saysPiece    = 0.35
	saysSense    = 0.52
	saysRule     = 0.67
	saysShape    = 0.3
	saysIdea     = 0.9
	saysRefused  = 0.2
	saysTogether = 0.9
)

// The families; each hashes apart.
const (
	ofWord     = 'w'
	ofForm     = 'x'
	ofPiece    = 'c'
	ofKind     = 'k'
	ofFact     = 'f'
	ofRule     = 'r'
	ofFlow     = 'R'
	ofShape    = 'n'
	ofMark     = 'q'
	ofIdea     = 'i'
	ofRefused  = 'N'
	ofTogether = 'p'
)

const (
	maxTraitWords = 60 // people say what they want early
	maxTogether   = 14 // ideas of one message that are paired
	longestPiece  = 4
)

const (
	fnvStart = uint64(14695981039346656037)
	fnvPrime = uint64(1099511628211)
)

func salted(family byte) uint64 { return (fnvStart ^ uint64(family)) * fnvPrime }

func mix(h uint64, text string) uint64 {
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * fnvPrime
	}
	return h
}

func numbered(family byte, n uint64) uint64 { return salted(family) + (n+1)*fnvPrime }

// traits collects the features of one message.
type traits struct{ list []feature }

func (f *traits) add(h uint64, weight float32) {
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 32
	f.list = append(f.list, feature{at: uint32(h & (buckets - 1)), weight: weight})
}

// features are what the examples are compared by. fired are the rules that hold.
func (t *teacher) features(tokens []token, facts map[string]bool, fired []int) []feature {
	f := &traits{list: make([]feature, 0, 256)}
	words := make([]*token, 0, maxTraitWords)
	for i := range tokens {
		switch {
		case tokens[i].mark && tokens[i].text == "?":
			f.add(mix(salted(ofMark), "?"), saysShape)
		case !tokens[i].mark && len(words) < maxTraitWords:
			words = append(words, &tokens[i])
		}
	}
	t.words(f, words)
	t.ideas(f, words)
	for fact := range t.rules.facts {
		if facts[fact] {
			f.add(mix(salted(ofFact), fact), saysSense)
		}
	}
	for _, rule := range fired {
		f.add(numbered(ofRule, uint64(rule)), saysRule) //nolint:gosec // an index
		f.add(mix(salted(ofFlow), t.rules.list[rule].flow), saysRule)
	}
	f.add(numbered(ofShape, lengthClass(len(words))), saysShape)
	return f.normal()
}

func lengthClass(words int) uint64 {
	for class, most := range []int{1, 3, 7, 14} {
		if words <= most {
			return uint64(class)
		}
	}
	return 4
}

// words adds the words, their neighbours and their parts.
func (t *teacher) words(f *traits, words []*token) {
	edge := mix(salted(ofWord), "^")
	last, before := edge, edge
	for i, word := range words {
		w := t.word(word)
		f.add(w, saysWord)
		f.add(last*31+w, saysPair)
		if i > 0 {
			f.add(before*37+w*3, saysSkip)
		}
		before, last = last, w
		pieces(f, word)
		switch kind := word.sense.kind; kind {
		case "", kindPlain, kindInside:
		default:
			f.add(mix(salted(ofKind), kind), saysSense)
		}
	}
	f.add(last*31+mix(salted(ofWord), "$"), saysPair)
}

// word is a word without its ending; numbers, days and the names of doctors are alike.
func (t *teacher) word(word *token) uint64 {
	h := salted(ofWord)
	switch kind := word.sense.kind; {
	case word.digits:
		return mix(h, "#")
	case kind == kindSpecialty || kind == kindWeekday || kind == kindMonth:
		return mix(h, kind)
	case len(t.doctors.forms[word.text]) > 0:
		return mix(h, slotDoctor)
	}
	return mix(h, stem(word.text))
}

// pieces are the form as it stands and its parts of three and four letters, the edges marked.
func pieces(f *traits, word *token) {
	if word.digits {
		return
	}
	f.add(mix(salted(ofForm), word.text), saysForm)
	letters := append(make([]rune, 0, maxWord+2), '^')
	for _, r := range word.text {
		if len(letters) <= maxWord {
			letters = append(letters, r)
		}
	}
	letters = append(letters, '$')
	for i := range letters {
		h := salted(ofPiece)
		for size := 1; size <= longestPiece && i+size <= len(letters); size++ {
			h = (h ^ uint64(letters[i+size-1])) * fnvPrime //nolint:gosec // a rune of a text is never negative
			if size >= 3 {
				f.add(h+uint64(size), saysPiece)
			}
		}
	}
}

// ideas are the concepts met, refused ones apart, and which come together.
func (t *teacher) ideas(f *traits, words []*token) {
	var met [256]bool
	list := make([]uint8, 0, 32)
	refused := -3
	for i, word := range words {
		if t.concepts.refuse(word.text) {
			refused = i
		}
		t.concepts.of(words, i, func(id uint8) {
			if i-refused <= 2 && i != refused {
				f.add(numbered(ofRefused, uint64(id)), saysRefused)
			}
			if !met[id] {
				met[id] = true
				list = append(list, id)
			}
		})
	}
	slices.Sort(list)
	for i, a := range list {
		f.add(numbered(ofIdea, uint64(a)), saysIdea)
		for _, b := range list[min(i+1, maxTogether, len(list)):min(len(list), maxTogether)] {
			f.add(numbered(ofTogether, uint64(a)<<8|uint64(b)), saysTogether)
		}
	}
}

// normal joins equal features and scales all to length one, so that a long message says no more than a short one.
func (f *traits) normal() []feature {
	slices.SortFunc(f.list, func(a, b feature) int { return int(a.at) - int(b.at) })
	out := f.list[:0]
	for _, x := range f.list {
		if n := len(out); n > 0 && out[n-1].at == x.at {
			out[n-1].weight = max(out[n-1].weight, x.weight)
			continue
		}
		out = append(out, x)
	}
	unit(out)
	return out
}

// unit brings features to length one.
func unit(features []feature) {
	sum := 0.0
	for _, x := range features {
		sum += float64(x.weight) * float64(x.weight)
	}
	scale := float32(1 / math.Sqrt(max(sum, 1e-9)))
	for i := range features {
		features[i].weight *= scale
	}
}
