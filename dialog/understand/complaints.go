package understand

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/zapis-clinic/zapis/prompts"
)

// Specialty is one to whom a complaint usually leads, and the person's own words that say so. It is no diagnosis.
type Specialty struct {
	Code   string  `json:"code"`
	Reason string  `json:"reason"`
	Weight float64 `json:"weight"` // 0 to 1
}

// The specialities that the weighing itself names.
const (
	therapist    = "therapist"
	pediatrician = "pediatrician"
	gynecologist = "gynecologist"
	urologist    = "urologist"
)

// How complaints are weighed, in tenths of log-odds.
const (
	offered   = 3    // specialities, at most
	leastHint = 14   // points without which nothing is said of a speciality
	childs    = 22   // for the paediatrician where a child is ill, beside what is said for the therapist
	soft      = 8.0  // of the softmax that makes weights of points
	beside    = 0.55 // of what is said after "ещё", "также", "иногда"
	later     = 0.88 // of what is said in each part after the first, at least half in all
	hardly    = 0.05 // of a weight that gives way to the therapist
	maxCause  = 60   // characters of a reason
)

// complaints weighs symptoms in patients' words. The table is prompts/complaints_*.txt; a clinic may put its own in its place.
type complaints struct{ lore *lore }

func newComplaints(tables ...string) *complaints {
	if len(tables) == 0 {
		tables = []string{prompts.ComplaintsRussian, prompts.ComplaintsEnglish}
	}
	return &complaints{lore: newLore(5, tables...)}
}

// tally is what was said for one speciality: the points, and the meeting that said most.
type tally struct {
	code   string
	points float64
	most   float64
	cause  found
}

// judge returns up to three specialities, the likeliest first, and the points of the first; none where nothing was complained of.
func (c *complaints) judge(s *sight, text string, p Who) ([]Specialty, float64) {
	var met []found
	c.lore.meetings(s, func(f found) bool {
		if s.denied(f) {
			return false
		}
		met = append(met, f)
		return true
	})
	if len(met) == 0 {
		return nil, 0
	}
	sums := p.fit(c.weigh(s, met))
	most := 0.0
	for _, t := range sums {
		most = max(most, t.points)
	}
	return general(choose(sums, s, text), p), most
}

// span are the person's words from the first that was met to the last.
func (c *complaints) span(s *sight, text string) string {
	from, to := len(s.words), -1
	c.lore.meetings(s, func(f found) bool {
		from, to = min(from, f.from), max(to, f.to)
		return true
	})
	if to < 0 || s.words[to].end > len(text) {
		return ""
	}
	return own(text[s.words[from].start:s.words[to].end], maxReason)
}

// weigh adds up the points; the longest match wins over its parts, and what is said first over what goes with it.
func (c *complaints) weigh(s *sight, met []found) []tally {
	slices.SortStableFunc(met, func(a, b found) int {
		return cmp.Or(cmp.Compare(c.size(b), c.size(a)), cmp.Compare(c.best(b), c.best(a)))
	})
	used := make([]bool, len(s.words))
	var sums []tally
	for _, f := range met {
		fresh := 0
		for _, w := range f.words {
			if !used[w] {
				fresh++
			}
		}
		if fresh == 0 {
			continue
		}
		share := float64(fresh) / float64(len(f.words)) * s.weightAt(f.from)
		for _, w := range f.words {
			used[w] = true
		}
		for _, g := range c.lore.patterns[f.pattern].gives {
			sums = plus(sums, g.code, share*float64(g.points), f)
		}
	}
	return sums
}

// size is how much a match binds together: families first, then words.
func (c *complaints) size(f found) int {
	return 4*len(c.lore.patterns[f.pattern].groups) + len(f.words)
}

func (c *complaints) best(f found) int {
	most := 0
	for _, g := range c.lore.patterns[f.pattern].gives {
		most = max(most, g.points)
	}
	return most
}

func plus(sums []tally, code string, points float64, f found) []tally {
	i := slices.IndexFunc(sums, func(t tally) bool { return t.code == code })
	if i < 0 {
		return append(sums, tally{code: code, points: points, most: points, cause: f})
	}
	t := &sums[i]
	t.points = max(t.points, points) + 0.35*min(t.points, points) // two words for the same are no two complaints
	if points > t.most {
		t.most, t.cause = points, f
	}
	return sums
}

// weightAt is how much a word counts by its place: the main complaint stands first, what accompanies it is named as such.
func (s *sight) weightAt(w int) float64 {
	factor := math.Max(0.5, math.Pow(later, float64(s.segment[w]-s.segment[0])))
	for i := w; i >= 0 && s.segment[i] == s.segment[w]; i-- {
		switch s.words[i].text {
		case "еще", "также", "плюс", "иногда", "сопровождается", "also", "sometimes":
			return factor * beside
		}
	}
	return factor
}

// choose makes weights of points and keeps the first three; somebody general is always among them.
func choose(sums []tally, s *sight, text string) []Specialty {
	slices.SortStableFunc(sums, func(a, b tally) int { return cmp.Compare(b.points, a.points) })
	sums = slices.DeleteFunc(sums, func(t tally) bool { return t.points < leastHint && t.code != sums[0].code })
	if len(sums) == 0 {
		return nil
	}
	total := 0.0
	for _, t := range sums {
		total += math.Exp((t.points - sums[0].points) / soft)
	}
	var out []Specialty
	for _, t := range sums[:min(len(sums), offered)] {
		share := math.Exp((t.points-sums[0].points)/soft) / total
		out = append(out, Specialty{Code: t.code, Reason: s.cause(t.cause, text), Weight: math.Round(100*share) / 100})
	}
	return out
}

// general puts a therapist among the ways where there is room, or where the last of them hardly counts; a child's are fit's.
func general(ways []Specialty, p Who) []Specialty {
	if len(ways) == 0 || p.Child || slices.ContainsFunc(ways, func(w Specialty) bool { return w.Code == therapist }) {
		return ways
	}
	last := Specialty{Code: therapist, Reason: ways[0].Reason, Weight: 0.01}
	if len(ways) < offered {
		return append(ways, last)
	}
	if ways[offered-1].Weight < hardly {
		ways[offered-1] = last
	}
	return ways
}

// cause are the person's own words from the first to the last that decided, whole words only.
func (s *sight) cause(f found, text string) string {
	if f.to >= len(s.words) || s.words[f.to].end > len(text) || s.words[f.from].start > s.words[f.to].end {
		return ""
	}
	words := strings.Fields(own(text[s.words[f.from].start:s.words[f.to].end], maxReason))
	out := ""
	for _, w := range words {
		if len([]rune(out))+len([]rune(w)) >= maxCause {
			break
		}
		out = strings.TrimSpace(out + " " + w)
	}
	return strings.Trim(out, " .,;:!?-")
}
