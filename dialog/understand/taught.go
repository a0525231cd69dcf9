package understand

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/zapis-clinic/zapis/prompts"
)

// teacher turns messages into features: the language, without the clinic's own names.
type teacher struct {
	rules    *rules
	concepts *concepts
	doctors  *doctors
}

// Taught is what was learned from examples. It never changes and serves the readers of every clinic.
type Taught struct {
	model    *model
	language *language
	roots    map[string]bool // of the words that the examples have
}

// Learn learns from phrases by flow, in about half a second of processor; the same phrases always teach the same.
func Learn(examples map[string][]string) (*Taught, error) {
	flows := slices.Sorted(maps.Keys(examples))
	if len(flows) < 2 || len(flows) > lanes {
		return nil, fmt.Errorf("examples of %d flows: at least 2 and at most %d can be told apart", len(flows), lanes)
	}
	l := newLanguage()
	reader := l.reader(Vocabulary{
		Doctors:  []Doctor{{ID: "1", Surname: "Иванова", Gender: "female"}, {ID: "2", Surname: "Петров", Gender: "male"}}, // whom the examples speak of
		Branches: []Branch{{ID: "1", Name: "Москва", City: "Москва"}, {ID: "2", Name: "Калининград", City: "Калининград"}},
	})
	var lessons []lesson
	var texts []string
	for i, flow := range flows {
		for _, text := range examples[flow] {
			lessons = append(lessons, lesson{flow: i})
			texts = append(texts, text)
		}
	}
	const halves = 2
	var both sync.WaitGroup
	for half := range halves {
		both.Go(func() {
			for i := half; i < len(texts); i += halves {
				lessons[i].features = reader.traits(texts[i])
			}
		})
	}
	both.Wait()
	roots := map[string]bool{}
	for _, text := range texts {
		for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
			roots[root(strings.ReplaceAll(word, "ё", "е"))] = true
		}
	}
	return &Taught{model: learn(flows, lessons), roots: roots, language: l}, nil
}

// builtIn is what the program's own examples teach, learned beforehand; nil where they teach nothing, which a test forbids.
//
//nolint:gochecknoglobals // read once a process and never changed; a reader for each version of the clinic's data shares it
var builtIn = sync.OnceValue(func() *Taught {
	examples, err := prompts.Intents(prompts.Places("")...)
	if err != nil {
		return nil
	}
	taught, err := remember(learnedBytes, examples)
	if taught == nil || err != nil {
		taught, err = Learn(examples)
	}
	if err != nil {
		return nil
	}
	return taught
})

// Reader is New with what was learned from other examples than the program's own.
func (t *Taught) Reader(v Vocabulary) *Reader {
	if t == nil {
		return newLanguage().reader(v)
	}
	r := t.language.reader(v)
	r.taught = t
	return r
}

// traits are the features of an example.
func (r *Reader) traits(text string) []feature {
	h := &heard{raw: text, facts: map[string]bool{}}
	h.text, h.tokens = r.tokens(text)
	h.times = readTimes(h.tokens, h.s, r.holidays)
	r.slots(h)
	return r.features(h)
}

// features are what the model is asked by.
func (r *Reader) features(h *heard) []feature {
	return r.teacher.features(h.tokens, h.facts, r.rules.fired(h.tokens, h.facts))
}

// opinion is what the examples say of a message: the two likeliest flows, each with its share of one.
type opinion struct {
	flow, second  string
	share, runner float64
	dread         float64 // the share of what is dangerous
}

// ask compares a message with the examples.
func (r *Reader) ask(h *heard) opinion {
	if r.taught == nil || len(h.tokens) == 0 {
		return opinion{}
	}
	m := r.taught.model
	var p [lanes]float32
	features := r.features(h)
	m.scale(features)
	m.score(features, &p)
	shares(p[:len(m.flows)], warmth)
	var o opinion
	for i, flow := range m.flows {
		share := float64(p[i])
		if flow == flowEmergency {
			o.dread = share
		}
		switch {
		case share > o.share:
			o.flow, o.share, o.second, o.runner = flow, share, o.flow, o.share
		case share > o.runner:
			o.second, o.runner = flow, share
		}
	}
	return o
}
