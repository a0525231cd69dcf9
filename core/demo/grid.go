package demo

import "math/rand/v2"

// grid is one doctor's day in cells of ten minutes.
type grid struct {
	free [24 * hour / cell]bool
}

func newGrid(hours []window) *grid {
	g := &grid{}
	for _, w := range hours {
		for m := w.from; m < w.to; m += cell {
			g.free[m/cell] = true
		}
	}
	return g
}

// hourShare is how much each hour from eight on is wanted.
func hourShare() []int { return []int{6, 9, 11, 10, 8, 5, 7, 8, 10, 15, 16, 14, 8} }

// find looks for a free beginning: a few throws at the hours people want, then whatever is left. Minutes of the day; not ok where no
// window is long enough.
func (g *grid) find(r *rand.Rand, minutes int) (int, bool) {
	for range 6 {
		from := (8+pick(r, hourShare()))*hour + r.IntN(hour/cell)*cell
		if g.fits(from, minutes) {
			return from, true
		}
	}
	first := r.IntN(len(g.free))
	for i := range g.free {
		if from := (first + i) % len(g.free) * cell; g.fits(from, minutes) {
			return from, true
		}
	}
	return 0, false
}

func (g *grid) fits(from, minutes int) bool {
	for m := from; m < from+minutes; m += cell {
		if m/cell >= len(g.free) || !g.free[m/cell] {
			return false
		}
	}
	return true
}

func (g *grid) take(from, minutes int) {
	for m := from; m < from+minutes; m += cell {
		g.free[m/cell] = false
	}
}
