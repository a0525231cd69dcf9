package access

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
)

// Situations lists in what situations every cell is tried; matrix.yaml says what holds in each for each role.
func Situations() []string { return []string{"own", "care", "other", "restricted"} }

// Cell is one question of the matrix with its answer, as plain data: what an entry of the program must do is generated from it.
type Cell struct {
	Class     core.Class
	Role      string
	Situation string
	Action    core.Action
	Facts     core.Facts // Kind is one of the class's kinds
	Contract  string     // of an integration: its contract, as Actor.Role has it
	Expected  Expected
}

// Expected is what the answer must be. View is "" where nothing is allowed.
type Expected struct {
	Allowed bool
	View    string
}

// Ask is the cell's question.
func (c Cell) Ask() core.Ask { return core.Ask{Action: c.Action, Class: c.Class, Facts: c.Facts} }

// Actor is somebody of the cell's role.
func (c Cell) Actor(id uuid.UUID, rules core.Rules) core.Actor {
	return actorOf(c.Role, c.Contract, id, rules)
}

func actorOf(role, terms string, id uuid.UUID, rules core.Rules) core.Actor {
	who := core.Actor{Kind: core.Staff, ID: id, Role: role, Rules: rules}
	switch role {
	case patient:
		who.Kind, who.Role = core.Patient, ""
	case service:
		who.Kind, who.Role = core.Service, terms
	}
	return who
}

// Cells lists every cell of the standard matrix in every situation, with every action and kind: some seven thousand.
func Cells() ([]Cell, error) {
	m, err := Standard()
	if err != nil {
		return nil, err
	}
	return m.Cells(), nil
}

// Cells lists every cell of the matrix in every situation, with every action and kind.
func (m *Matrix) Cells() []Cell {
	var out []Cell
	for _, class := range core.Classes() {
		for _, role := range Roles() {
			for _, s := range Situations() {
				for _, action := range core.Actions() {
					for _, kind := range m.Classes[class].Kinds {
						out = append(out, m.cell(question{role: role, action: action, class: class, kind: kind, facts: m.situation(role, s)}, s))
					}
				}
			}
		}
	}
	return out
}

func (m *Matrix) situation(role, name string) facts {
	f, _ := factsOf(m.Situations[role][name]) // read when the matrix was
	return f
}

func (m *Matrix) cell(q question, situation string) Cell {
	q = q.whole()
	return Cell{
		Class: q.class, Role: q.role, Situation: situation, Action: q.action, Facts: q.facts.plain(q.kind), Contract: q.terms(),
		Expected: m.expect(q),
	}
}

// question is one that may be put to the matrix and to a set of policies.
type question struct {
	role   string
	action core.Action
	class  core.Class
	kind   string
	facts  facts
}

// whole adds the fact that follows, and takes away what cannot be: only an integration has a contract.
func (q question) whole() question {
	q.facts &^= medical
	if isMedical(q.class, q.kind) {
		q.facts |= medical
	}
	if q.role != service {
		q.facts &^= contract
	}
	return q
}

// terms is a contract that makes the question's fact true, or not.
func (q question) terms() string {
	switch {
	case q.role != service:
		return ""
	case !q.facts.has(contract):
		return "nothing"
	case q.kind != "":
		return string(q.class) + ":" + q.kind
	default:
		return string(q.class)
	}
}

// put asks rules.
func (q question) put(r core.Rules) core.Verdict {
	who := actorOf(q.role, q.terms(), uuid.Nil, nil)
	if q.facts.has(agent) {
		who.Agent = []string{string(q.action) + " " + string(q.class)}
	}
	return r.Decide(who, core.Ask{Action: q.action, Class: q.class, Facts: q.facts.plain(q.kind)})
}

// unheard is a kind that no class has.
const unheard = "unheard-of"

// probes are the questions that try one cell and action: its situations, and what each line of the cell and each law asks for, each with
// every single fact turned round, for every kind and for one that nobody knows. Of the facts only those count that the cell, a law or,
// as told by of, a policy turns upon.
func (m *Matrix) probes(at place, of facts) []question {
	bases, counts := m.bases(at)
	counts = (counts | of) & (1<<inputs - 1)
	seen := map[facts]bool{}
	for _, base := range bases {
		base &= counts
		seen[base] = true
		for bit := range inputs {
			if counts.has(1 << bit) {
				seen[base^(1<<bit)] = true
			}
		}
	}
	done := map[question]bool{}
	var out []question
	for _, f := range slices.SortedFunc(maps.Keys(seen), simplest) {
		for _, kind := range append(slices.Clone(m.Classes[at.class].Kinds), unheard) {
			q := question{role: at.role, action: at.action, class: at.class, kind: kind, facts: f}.whole()
			if !done[q] {
				done[q] = true
				out = append(out, q)
			}
		}
	}
	return out
}

// simplest first: what is found with the fewest facts explains itself.
func simplest(a, b facts) int {
	return cmp.Or(cmp.Compare(bits.OnesCount32(uint32(a)), bits.OnesCount32(uint32(b))), cmp.Compare(a, b))
}

// bases are the facts around which probes look, and those that the cell and the laws turn upon.
func (m *Matrix) bases(at place) (out []facts, counts facts) {
	out = []facts{0}
	for _, s := range Situations() {
		out = append(out, m.situation(at.role, s))
	}
	lines := []facts{}
	for _, g := range m.Classes[at.class].Cells[at.role] {
		lines = append(lines, g.of)
		counts |= g.of
	}
	out = append(out, lines...)
	everything := facts(1<<inputs - 1)
	for _, l := range m.laws {
		if !oneOf(l.Who, at.role, "everyone") || !oneOf(l.What, string(at.class), "everything") || !l.bars(at.action) {
			continue
		}
		counts |= l.when | l.unless
		out = append(out, l.when)
		for _, line := range append(lines, everything&^(agent|glass|restricted|self|author)) {
			out = append(out, line|l.when, (line|l.when)&^l.unless)
		}
	}
	return out, counts
}
