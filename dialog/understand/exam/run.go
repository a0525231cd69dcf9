package exam

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/zapis-clinic/zapis/dialog/understand"
)

// Reader is whoever understands: the rules and examples, or a model behind them.
type Reader func(ctx context.Context, text string, s understand.Situation) (understand.Meaning, error)

// Conditions are what a run takes for granted.
type Conditions struct {
	Now   time.Time // of cases that do not say when
	Clock func() time.Time
}

// Share counts outcomes.
type Share struct {
	Class     string `json:"class"`
	Cases     int    `json:"cases"`
	Right     int    `json:"right"`
	Wrong     int    `json:"wrong"`
	Abstained int    `json:"abstained"`
}

// Confusion is one thing taken for another.
type Confusion struct {
	Class string `json:"class"`
	Got   string `json:"got"`
	Cases int    `json:"cases"`
}

// Result is how a set went.
type Result struct {
	Set        string        `json:"set"`
	Total      Share         `json:"total"`
	Among      int           `json:"among_three,omitempty"` // complaints: right among the first three
	Classes    []Share       `json:"classes"`
	Confusions []Confusion   `json:"confusions"`
	Missed     []Missed      `json:"missed,omitempty"`
	Median     time.Duration `json:"p50_ns"`
	Slowest    time.Duration `json:"p99_ns"` // of a hundred, all but the slowest
	Allocs     int           `json:"allocs"` // a phrase
}

// Missed is a case that did not go right.
type Missed struct {
	Text    string  `json:"text"`
	Class   string  `json:"class"`
	Got     string  `json:"got"`
	Outcome Outcome `json:"outcome"`
}

// Run puts every case to the reader.
func Run(ctx context.Context, set Set, read Reader, in Conditions) (Result, error) {
	result := Result{Set: set.Name, Total: Share{Class: "all"}}
	classes := map[string]*Share{}
	confusions := map[[2]string]int{}
	took := make([]time.Duration, 0, len(set.Cases))
	before := mallocs()
	for i := range set.Cases {
		c := &set.Cases[i]
		began := in.Clock()
		m, err := read(ctx, c.Text, c.situation(in.Now))
		if err != nil {
			return result, fmt.Errorf("read a case of %s: %w", set.Name, err)
		}
		took = append(took, in.Clock().Sub(began))
		j := judge(c, m)
		if classes[j.class] == nil {
			classes[j.class] = &Share{Class: j.class}
		}
		classes[j.class].count(j.outcome)
		result.Total.count(j.outcome)
		if j.outcome == Right || j.among {
			result.Among++
		}
		if j.outcome != Right {
			confusions[[2]string{j.class, j.got}]++
			result.Missed = append(result.Missed, Missed{Text: c.Text, Class: j.class, Got: j.got, Outcome: j.outcome})
		}
	}
	if n := len(set.Cases); n > 0 {
		result.Allocs = int((mallocs() - before) / uint64(n)) //nolint:gosec // a count of allocations
	}
	if len(set.Cases) == 0 || set.Cases[0].Kind() != Complaint {
		result.Among = 0
	}
	result.sum(classes, confusions, took)
	return result, nil
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

// situation is where in a dialogue the case is said.
func (c *Case) situation(now time.Time) understand.Situation {
	s := understand.Situation{Now: c.Now, Lang: "ru", Asked: c.Asked}
	if s.Now.IsZero() {
		s.Now = now
	}
	if c.Kind() == Turn && len(c.Flows) > 0 {
		s.Flow = c.Flows[0]
	}
	return s
}

func (s *Share) count(o Outcome) {
	s.Cases++
	switch o {
	case Right:
		s.Right++
	case Wrong:
		s.Wrong++
	case Abstained:
		s.Abstained++
	}
}

func (r *Result) sum(classes map[string]*Share, confusions map[[2]string]int, took []time.Duration) {
	for _, s := range classes {
		r.Classes = append(r.Classes, *s)
	}
	slices.SortFunc(r.Classes, func(a, b Share) int { return compare(b.Cases, a.Cases, a.Class, b.Class) })
	for pair, n := range confusions {
		r.Confusions = append(r.Confusions, Confusion{Class: pair[0], Got: pair[1], Cases: n})
	}
	slices.SortFunc(r.Confusions, func(a, b Confusion) int { return compare(b.Cases, a.Cases, a.Class+a.Got, b.Class+b.Got) })
	slices.Sort(took)
	if n := len(took); n > 0 {
		r.Median, r.Slowest = took[n/2], took[n*99/100]
	}
}

func compare(a, b int, first, second string) int {
	switch {
	case a != b:
		return a - b
	case first < second:
		return -1
	case first > second:
		return 1
	}
	return 0
}
