package understand

import (
	_ "embed" // the rule tables
	"strconv"
	"strings"
)

//go:embed flows_ru.txt
var flowsRussian string

//go:embed flows_en.txt
var flowsEnglish string

// rules tell a flow by the words of the message. Their format stands at the head of flows_ru.txt.
type rules struct {
	whole   map[string]string // a whole message to its flow or control
	spoken  map[string]bool   // the words of those messages
	fillers map[string]bool
	list    []rule
	words   map[string]int // term of a word in full
	stems   map[string]int // term of a beginning
	facts   map[string]int // term of @kind
	chains  map[int][]chain
	terms   int
	bad     []string // lines that could not be read; a test holds this empty
}

type rule struct {
	flow   string
	weight int
	groups []group
}

// group is x|y|z, of which one must occur; or with not, none.
type group struct {
	terms []int
	not   bool
}

// chain is a_b_c: words that follow each other. It is filed under the term of its first word.
type chain struct {
	rest []int
	term int
}

func newRules() *rules {
	r := &rules{
		whole: map[string]string{}, spoken: map[string]bool{}, fillers: map[string]bool{}, chains: map[int][]chain{},
		words: map[string]int{}, stems: map[string]int{}, facts: map[string]int{},
	}
	r.load(flowsRussian)
	r.load(flowsEnglish)
	return r
}

func (r *rules) load(table string) {
	for line := range strings.Lines(table) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		head, body, ok := strings.Cut(line, ":")
		flow, weight, named := strings.Cut(head, " ")
		switch n, err := strconv.Atoi(weight); {
		case !ok || !named:
			r.bad = append(r.bad, line)
		case weight == "=":
			r.messages(flow, body)
		case err != nil:
			r.bad = append(r.bad, line)
		default:
			r.list = append(r.list, rule{flow: flow, weight: n, groups: r.groups(body)})
		}
	}
}

// messages reads "text; text; text".
func (r *rules) messages(flow, body string) {
	for text := range strings.SplitSeq(body, ";") {
		text = strings.TrimSpace(text)
		if flow == "filler" {
			r.fillers[text] = true
			continue
		}
		kept := strings.Fields(text)
		for _, word := range kept {
			r.spoken[word] = true
		}
		key := r.key(kept)
		if key == "" {
			key = strings.Join(kept, " ")
		}
		if _, known := r.whole[key]; !known {
			r.whole[key] = flow
		}
	}
}

// key is a message without its fillers.
func (r *rules) key(words []string) string {
	var kept []string
	for _, w := range words {
		if !r.fillers[w] {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

func (r *rules) groups(body string) []group {
	var groups []group
	for field := range strings.FieldsSeq(body) {
		g := group{not: strings.HasPrefix(field, "!")}
		for alternative := range strings.SplitSeq(strings.TrimPrefix(field, "!"), "|") {
			g.terms = append(g.terms, r.term(alternative))
		}
		groups = append(groups, g)
	}
	return groups
}

// term is the number of one alternative of a rule.
func (r *rules) term(text string) int {
	if words := strings.Split(text, "_"); len(words) > 1 {
		c := chain{term: r.next()}
		for _, w := range words[1:] {
			c.rest = append(c.rest, r.term(w))
		}
		first := r.term(words[0])
		r.chains[first] = append(r.chains[first], c)
		return c.term
	}
	table, name := r.words, text
	if stem, open := strings.CutSuffix(text, "*"); open {
		table, name = r.stems, stem
	} else if kind, fact := strings.CutPrefix(text, "@"); fact {
		table, name = r.facts, kind
	}
	id, known := table[name]
	if !known {
		id = r.next()
		table[name] = id
	}
	return id
}

func (r *rules) next() int {
	r.terms++
	return r.terms - 1
}

// knows says that a word occurs in some rule.
func (r *rules) knows(word string) bool {
	if _, ok := r.words[word]; ok || r.fillers[word] || r.spoken[word] {
		return true
	}
	found := false
	prefixes(word, func(prefix string) {
		if _, ok := r.stems[prefix]; ok {
			found = true
		}
	})
	return found
}

// mark writes into each token which single-word terms it fulfils.
func (r *rules) mark(tokens []token) {
	for i := range tokens {
		t := &tokens[i]
		if t.mark {
			continue
		}
		if id, ok := r.words[t.text]; ok {
			t.atoms = append(t.atoms, id)
		}
		prefixes(t.text, func(prefix string) {
			if id, ok := r.stems[prefix]; ok {
				t.atoms = append(t.atoms, id)
			}
		})
	}
}

// message finds the flow or control that the whole message is.
func (r *rules) message(tokens []token) string {
	var words []string
	for _, t := range tokens {
		if !t.mark {
			words = append(words, t.text)
		}
		if len(words) > 12 {
			return ""
		}
	}
	if flow, ok := r.whole[strings.Join(words, " ")]; ok {
		return flow
	}
	return r.whole[r.key(words)]
}

// judge finds the weightiest rule that the tokens and the facts fulfil; facts are kinds without the @.
func (r *rules) judge(tokens []token, facts map[string]bool) (flow string, weight int) {
	present := r.present(tokens, facts)
	for _, rule := range r.list {
		if rule.weight > weight && rule.holds(present) {
			flow, weight = rule.flow, rule.weight
		}
	}
	return flow, weight
}

// fired are the rules that hold.
func (r *rules) fired(tokens []token, facts map[string]bool) []int {
	present := r.present(tokens, facts)
	var fired []int
	for i, rule := range r.list {
		if rule.holds(present) {
			fired = append(fired, i)
		}
	}
	return fired
}

func (r *rules) present(tokens []token, facts map[string]bool) []bool {
	present := make([]bool, r.terms)
	for fact, id := range r.facts {
		present[id] = facts[fact]
	}
	words := make([]*token, 0, len(tokens))
	for i := range tokens {
		if !tokens[i].mark {
			words = append(words, &tokens[i])
		}
	}
	for i, t := range words {
		for _, id := range t.atoms {
			present[id] = true
			for _, c := range r.chains[id] {
				if c.continues(words[i+1:]) {
					present[c.term] = true
				}
			}
		}
	}
	return present
}

func (c chain) continues(words []*token) bool {
	if len(words) < len(c.rest) {
		return false
	}
	for i, want := range c.rest {
		found := false
		for _, id := range words[i].atoms {
			found = found || id == want
		}
		if !found {
			return false
		}
	}
	return true
}

func (r rule) holds(present []bool) bool {
	for _, g := range r.groups {
		some := false
		for _, id := range g.terms {
			some = some || present[id]
		}
		if some == g.not {
			return false
		}
	}
	return true
}

// clauses finds the control that each part of a message between marks is, thanks and greetings beside it allowed.
func (r *rules) clauses(tokens []token) string {
	found, start := "", 0
	for i := 0; i <= len(tokens); i++ {
		if i < len(tokens) && !tokens[i].mark {
			continue
		}
		if i > start {
			said := r.message(tokens[start:i])
			switch {
			case said == "":
				return ""
			case found == "" || found == flowGreeting || found == flowThanks:
				found = said
			case said != found && said != flowGreeting && said != flowThanks:
				return ""
			}
		}
		start = i + 1
	}
	return found
}
