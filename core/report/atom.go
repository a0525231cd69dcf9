package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
)

// least is of how many people at least a count is that is told to those who see no rows (docs/security.md).
const least = 10

// atom is the smallest group that is counted. For those who see counts only every figure is a sum of whole atoms, and each of them is of
// ten people or more: no sum or difference of figures can be of fewer.
type atom struct {
	month                time.Time
	branch, doctor, room uuid.UUID
	code                 string
	fewest               int64 // of how many people the smallest of its counts is that is not zero
	pooled               bool
	n                    []int64
}

// pool puts what is too small together, month by month, along with the smallest of the rest without which a count of the pool could be
// of fewer than ten people. Where even all together are too few, nothing is left of the month, and short is true.
func pool(atoms []atom) (out []atom, short bool) {
	months := map[time.Time][]atom{}
	for _, a := range atoms {
		months[a.month] = append(months[a.month], a)
	}
	for _, list := range months {
		kept, enough := poolMonth(list)
		out = append(out, kept...)
		short = short || !enough
	}
	return out, short
}

func poolMonth(list []atom) ([]atom, bool) {
	slices.SortFunc(list, func(a, b atom) int {
		return cmp.Or(cmp.Compare(a.n[0], b.n[0]), slices.Compare(a.doctor[:], b.doctor[:]), slices.Compare(a.branch[:], b.branch[:]), cmp.Compare(a.code, b.code), slices.Compare(a.room[:], b.room[:]))
	})
	var small, large []atom
	for _, a := range list {
		if a.fewest < least {
			small = append(small, a)
		} else {
			large = append(large, a)
		}
	}
	if len(small) == 0 {
		return large, true
	}
	var safe []atom // of the pool, each with ten people or more in every count it has
	for len(large) > 0 && !covered(small, safe) {
		safe, large = append(safe, large[0]), large[1:]
	}
	if !covered(small, safe) {
		return nil, false
	}
	for _, a := range append(small, safe...) {
		a.pooled = true
		large = append(large, a)
	}
	return large, true
}

// covered says that each count of the small atoms is also one of a safe atom.
func covered(small, safe []atom) bool {
	for i := range small[0].n {
		has := func(a atom) bool { return a.n[i] != 0 }
		if slices.ContainsFunc(small, has) && !slices.ContainsFunc(safe, has) {
			return false
		}
	}
	return true
}

// sum adds up atoms.
func sum(width int, atoms []atom) []int64 {
	out := make([]int64, width)
	for _, a := range atoms {
		for i, n := range a.n {
			out[i] += n
		}
	}
	return out
}

// sheet is how a table is made of atoms: which row each belongs to, and the figures of a row's sums.
type sheet struct {
	side    Side
	columns []Column
	main    int
	width   int // of the sums
	row     func(a atom) Row
	figures func(n []int64) []Figure
}

// rowKey is what makes two atoms of one row.
type rowKey struct {
	branch, doctor, room uuid.UUID
	code                 string
}

// table makes the table. A row of which a part is in the pool is told with the pool; whole is false where the pool is not a part of what
// was asked for, for it is of everybody.
func (s sheet) table(atoms []atom, whole bool) Table {
	groups, order := map[rowKey][]atom{}, []rowKey(nil)
	for _, a := range atoms {
		r := s.row(a)
		key := rowKey{r.Branch, r.Doctor, r.Room, r.Code}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], a)
	}
	t := Table{Side: s.side, Columns: s.columns, Main: s.main}
	var pooled, all []atom
	for _, key := range order {
		list := groups[key]
		row := Row{Branch: key.branch, Doctor: key.doctor, Room: key.room, Code: key.code}
		if slices.ContainsFunc(list, func(a atom) bool { return a.pooled }) {
			pooled = append(pooled, list...)
			row.Figures = s.few()
		} else {
			all = append(all, list...)
			row.Figures = s.figures(sum(s.width, list))
		}
		t.Rows = append(t.Rows, row)
	}
	if len(pooled) > 0 && whole {
		all = append(all, pooled...)
		t.Rows = append(t.Rows, Row{Pool: true, Figures: s.figures(sum(s.width, pooled))})
	}
	t.Total.Figures = s.figures(sum(s.width, all))
	return t
}

// few are the figures of a row that is not told.
func (s sheet) few() []Figure {
	out := make([]Figure, len(s.columns))
	for i := range out {
		out[i].Few = true
	}
	return out
}
