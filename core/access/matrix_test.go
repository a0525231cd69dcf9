package access

import (
	"slices"
	"strings"
	"testing"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
)

func standard(tb testing.TB) *Matrix {
	tb.Helper()
	m, err := Standard()
	require.NoError(tb, err)
	return m
}

func parse(tb testing.TB, text string) *Rules {
	tb.Helper()
	r, err := Parse(text)
	require.NoError(tb, err)
	return r
}

// policies are the laws and a set, before they are laid out.
func policies(tb testing.TB, text string) (laws, own []policy) {
	tb.Helper()
	laws, err := read(forbidsText)
	require.NoError(tb, err)
	own, err = read(text)
	require.NoError(tb, err)
	return laws, own
}

// Every cell, in every situation, and whatever the cell and the laws turn upon.
func TestTheDefaultPoliciesSayWhatTheMatrixSays(t *testing.T) {
	t.Parallel()
	m, r := standard(t), parse(t, DefaultText())
	for _, f := range m.Try(r) {
		t.Error(f)
	}
	cells := m.Cells()
	for _, c := range cells {
		v := r.Decide(c.Actor(uuid.New(), r), c.Ask())
		require.Equal(t, c.Expected, Expected{v.Allowed, v.View}, "%+v", c)
	}
	require.Len(t, cells, 24*len(Roles())*len(Situations())*len(core.Actions()), "every kind of every class")
	t.Logf("%d cells, %d of them allowed", len(cells), len(slices.DeleteFunc(cells, func(c Cell) bool { return !c.Expected.Allowed })))
}

// permitAll is the worst set there can be: everything to everybody. What is denied under it, the laws deny.
func permitAll() string {
	var b strings.Builder
	for _, role := range Roles() {
		b.WriteString(`@id("all-` + role + `") @view("full") permit (principal == Role::"` + role + "\", action, resource);\n")
		for _, v := range ceilings() {
			b.WriteString(`@id("all-` + role + "-" + v + `") @view("` + v + `") permit (principal == Role::"` + role + "\", action, resource);\n")
		}
	}
	return b.String()
}

// ceilings are views that some law leaves, and the narrowest.
func ceilings() []string { return []string{Category, Status, Flag, Counts} }

// everything is the matrix of such a set, without a look at the laws.
func everything(tb testing.TB) *Matrix {
	tb.Helper()
	m := standard(tb)
	for _, sheet := range m.Classes {
		for role := range sheet.Cells {
			sheet.Cells[role] = nil
			for _, v := range append(ceilings(), Full) {
				sheet.Cells[role] = append(sheet.Cells[role], Grant{May: core.Actions(), Of: []Word{"clinic"}, Sees: v})
			}
		}
	}
	return m
}

// Under a set that permits everything to everybody, what is left is what laws.yaml leaves; and without any one of the compiled-in
// forbids it is more.
func TestNoSetOfPoliciesWeakensALaw(t *testing.T) {
	t.Parallel()
	m := everything(t)
	laws, own := policies(t, permitAll())
	for _, f := range m.Try(assemble("", slices.Concat(laws, own))) {
		t.Error(f)
	}
	require.Len(t, m.laws, len(laws))
	caught := 0
	for i, l := range laws {
		require.Equal(t, m.laws[i].ID, l.id, "laws.yaml and forbids.cedar tell the same in the same order")
		if m.misses(laws, own, l) {
			caught++
		} else {
			t.Errorf("nothing tells that %s is gone", l.id)
		}
	}
	t.Logf("laws: %d of %d caught when dropped", caught, len(laws))
}

// misses says that a set without p answers otherwise at some place that p spoke to.
func (m *Matrix) misses(laws, own []policy, p policy) bool {
	without := slices.DeleteFunc(slices.Concat(laws, own), func(x policy) bool { return x.id == p.id })
	r := assemble("", without).as(0, Watch{})
	r.contexts.most = triedContexts
	for _, class := range core.Classes() {
		for _, role := range Roles() {
			for _, action := range core.Actions() {
				at := place{role, action, class}
				if s, _ := sliceAt([]policy{p}, at); len(s.strict)+len(s.ceilings) > 0 && m.speaks(p.id, at) && len(m.tryAt(r, at, 1)) > 0 {
					return true
				}
			}
		}
	}
	return false
}

// speaks is false where p is a law that has nothing to say at a place.
func (m *Matrix) speaks(id string, at place) bool {
	for _, l := range m.laws {
		if l.ID == id {
			return oneOf(l.Who, at.role, "everyone") && oneOf(l.What, string(at.class), "everything") && l.bars(at.action)
		}
	}
	return true
}

// Whatever is changed of the matrix or of the policies, the trial sees it: each cell turned round, each line of each cell taken out or
// seen otherwise or asked less for, each policy dropped.
func TestEveryMutationIsCaught(t *testing.T) {
	t.Parallel()
	_, own := policies(t, DefaultText())
	laws, _ := policies(t, "")
	r, m := parse(t, DefaultText()), standard(t)
	tally := map[string][2]int{}
	note := func(kind string, caught bool, what string) {
		n := tally[kind]
		n[1]++
		if caught {
			n[0]++
		} else {
			t.Errorf("not caught: %s %s", kind, what)
		}
		tally[kind] = n
	}
	for _, p := range own {
		note("policies", m.misses(laws, own, p), p.id)
	}
	for _, class := range core.Classes() {
		for _, role := range Roles() {
			for _, action := range core.Actions() {
				note("cells", m.flipped(r, place{role, action, class}), role+" "+string(action)+" "+string(class))
			}
			for i := range m.Classes[class].Cells[role] {
				for _, changed := range m.lines(class, role, i) {
					note("lines", changed.caught(r), role+" "+string(class)+": "+changed.what)
				}
			}
		}
	}
	for kind, n := range tally {
		t.Logf("%s: %d of %d caught", kind, n[0], n[1])
	}
}

// flipped turns a cell's action round: what it allows it denies, and the other way. A matrix that promises what a law forbids is refused.
func (m *Matrix) flipped(r *Rules, at place) bool {
	old := m.Classes[at.class].Cells[at.role]
	defer func() { m.Classes[at.class].Cells[at.role] = old }()
	var changed []Grant
	if m.mentions(at) {
		for _, g := range old {
			g.May = slices.DeleteFunc(slices.Clone(g.May), func(a core.Action) bool { return a == at.action })
			changed = append(changed, g)
		}
	} else {
		changed = append(slices.Clone(old), Grant{May: []core.Action{at.action}, Of: []Word{"clinic"}, Sees: Full})
	}
	m.Classes[at.class].Cells[at.role] = changed
	return m.lawful() != nil || len(m.tryAt(r, at, 1)) > 0
}

// variant is the matrix with one line of one cell changed.
type variant struct {
	*Matrix
	class core.Class
	role  string
	cell  []Grant
	may   []core.Action // of the line
	what  string
}

func (v variant) caught(r *Rules) bool {
	old := v.Classes[v.class].Cells[v.role]
	defer func() { v.Classes[v.class].Cells[v.role] = old }()
	v.Classes[v.class].Cells[v.role] = v.cell
	if v.lawful() != nil {
		return true
	}
	return slices.ContainsFunc(v.may, func(a core.Action) bool { return len(v.tryAt(r, place{v.role, a, v.class}, 1)) > 0 })
}

func (m *Matrix) lines(class core.Class, role string, i int) []variant {
	cell := m.Classes[class].Cells[role]
	with := func(what string, change func(*Grant)) variant {
		out := slices.Clone(cell)
		change(&out[i])
		return variant{m, class, role, out, out[i].May, what}
	}
	list := []variant{{m, class, role, slices.Delete(slices.Clone(cell), i, i+1), cell[i].May, "line out"}}
	for _, v := range Views() {
		if v != cell[i].Sees {
			list = append(list, with("sees "+v, func(g *Grant) { g.Sees = v }))
		}
	}
	for bit, name := range factNames()[:inputs] {
		if lawMeans(m.laws, role, class, cell[i], 1<<bit) {
			continue
		}
		if cell[i].of.has(1 << bit) {
			list = append(list, with("not only "+name, func(g *Grant) { g.of &^= 1 << bit }))
		}
	}
	if len(cell[i].Kinds) > 0 {
		list = append(list, with("every kind", func(g *Grant) { g.Kinds = nil }))
	}
	return list
}

// lawMeans says that a law asks for the fact already: the matrix repeats it for its reader, and nothing changes without it.
func lawMeans(laws []Law, role string, class core.Class, g Grant, fact facts) bool {
	return !slices.ContainsFunc(g.May, func(a core.Action) bool {
		return !slices.ContainsFunc(laws, func(l Law) bool {
			return oneOf(l.Who, role, "everyone") && oneOf(l.What, string(class), "everything") && l.bars(a) && l.unless == fact && l.when&^medical == 0 &&
				(l.when == 0 || class != core.Documents && isMedical(class, ""))
		})
	})
}

func TestAMatrixThatIsNotWholeIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][2]string{
		"unknown key":       {"sees: full", "seen: full"},
		"unknown action":    {"may: [read, update]", "may: [read, delete]"},
		"unknown word":      {"of: [own]", "of: [owned]"},
		"unknown view":      {"sees: masked", "sees: blurred"},
		"unknown note":      {"notes: [phone]", "notes: [telephone]"},
		"unknown kind":      {"kinds: [vitals]", "kinds: [pulse]"},
		"role missing":      {"      security: []\n", ""},
		"class missing":     {"  feedback:\n", "  feedbacks:\n"},
		"situation missing": {"    care: [signed, second]\n", ""},
		"against a law":     {"      admin: []\n", "      admin: [{may: [read], of: [branch], sees: full}]\n"},
		"two documents":     {"classes:", "classes: {}\n---\nclasses:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(DefaultMatrix(), change[0], change[1], 1)
			require.NotEqual(t, DefaultMatrix(), text)
			_, err := ReadMatrix(text)
			require.Error(t, err)
			t.Log(err)
		})
	}
}

func TestEveryLawIsTold(t *testing.T) {
	t.Parallel()
	laws, err := Laws()
	require.NoError(t, err)
	compiled, _ := policies(t, "")
	for i, l := range laws {
		require.NotEmpty(t, l.Why, l.ID)
		require.Equal(t, cedar.Forbid, compiled[i].rule.Effect(), l.ID)
		require.Equal(t, l.Above, compiled[i].view, l.ID)
	}
}
