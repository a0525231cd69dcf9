package understand_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

// The shares that the grammar of times reaches; a change that loses some must say why.
const (
	datesFloor = 0.95
	wrongMost  = 0.03
)

// dateCase is one line of a set of phrases about time. Dates are days, first and last included; hours are half-open.
type dateCase struct {
	Text   string    `json:"text"`
	Now    time.Time `json:"now"`
	Expect expected  `json:"expect"`
}

type expected struct {
	None          bool         `json:"none"`
	Dates         []string     `json:"dates"`
	AcceptDates   []string     `json:"accept_dates"`
	DateFrom      string       `json:"date_from"`
	DateTo        string       `json:"date_to"`
	AcceptRanges  [][2]*string `json:"accept_ranges"`
	Time          string       `json:"time"`
	Window        []string     `json:"window"`
	AcceptWindows [][]string   `json:"accept_windows"`
}

// verdict of one phrase.
const (
	right     = "right"
	wrong     = "WRONG"
	abstained = "abstained"
)

func TestDatesOfTheSets(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"dates.jsonl", "dates_dev.jsonl"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cases := dateSet(t, filepath.Join("..", "..", "prompts", "eval", name))
			counts := judgeDates(t, cases)
			share := float64(counts[right]) / float64(len(cases))
			t.Logf("%d phrases: %d right (%.1f %%), %d wrong, %d abstained", len(cases), counts[right], 100*share, counts[wrong], counts[abstained])
			require.GreaterOrEqual(t, share, datesFloor)
			require.LessOrEqual(t, float64(counts[wrong])/float64(len(cases)), wrongMost)
		})
	}
}

// dateSet reads a set of one JSON object a line.
func dateSet(t *testing.T, path string) []dateCase {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	var cases []dateCase
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var c dateCase
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c), lines.Text())
		cases = append(cases, c)
	}
	require.NoError(t, lines.Err())
	return cases
}

// judgeDates counts the verdicts and logs what is not right.
func judgeDates(t *testing.T, cases []dateCase) map[string]int {
	t.Helper()
	reader, counts := understand.New(clinic()), map[string]int{}
	for _, c := range cases {
		now := c.Now.In(moscow(t))
		m := reader.Read(c.Text, understand.Situation{Now: now})
		v := c.Expect.judge(when(m), now)
		counts[v]++
		if v != right {
			e, err := json.Marshal(c.Expect)
			require.NoError(t, err)
			t.Logf("%s %s %q: %s, read as %s %s", v, now.Format("Mon 01-02 15:04"), c.Text, e, flow(m), window(when(m)))
		}
	}
	return counts
}

// judge compares a window with what is right for the phrase.
func (e expected) judge(w *dialog.Window, now time.Time) string {
	switch {
	case w == nil && e.None:
		return right
	case w != nil && e.None && len(e.AcceptDates) > 0: // "завтра утром не могу": nothing, or the day
		e.Dates, e.None = e.AcceptDates, false
		return e.judge(w, now)
	case w == nil:
		return abstained
	case e.None:
		return wrong
	case w.Grain == dialog.Asap:
		return wrong
	case e.days(w) && e.hours(w, now):
		return right
	}
	return wrong
}

func (e expected) days(w *dialog.Window) bool {
	stretches := append([]dialog.Span{{From: w.From, To: w.To}}, w.Also...)
	first := stretches[0].From.Format(time.DateOnly)
	last := stretches[len(stretches)-1].To.Add(-time.Second).Format(time.DateOnly)
	if len(e.Dates) > 0 {
		var said []string
		for _, s := range stretches {
			for d := s.From; d.Before(s.To) && len(said) < 100; d = time.Date(d.Year(), d.Month(), d.Day()+1, 0, 0, 0, 0, d.Location()) {
				said = append(said, d.Format(time.DateOnly))
			}
		}
		slices.Sort(said)
		slices.Sort(e.Dates)
		said = slices.Compact(said)
		allowed := slices.Concat(e.Dates, e.AcceptDates)
		return slices.Equal(said, e.Dates) ||
			len(e.AcceptDates) > 0 && len(said) <= len(e.Dates) && !slices.ContainsFunc(said, func(d string) bool { return !slices.Contains(allowed, d) }) ||
			e.ranged(first, last)
	}
	if e.DateFrom != "" && first == e.DateFrom && (e.DateTo == "" || last == e.DateTo) || slices.Contains(e.AcceptDates, first) {
		return true
	}
	return e.DateFrom == "" || e.ranged(first, last)
}

func (e expected) ranged(first, last string) bool {
	return slices.ContainsFunc(e.AcceptRanges, func(r [2]*string) bool {
		return r[0] != nil && *r[0] == first && (r[1] == nil || *r[1] == last)
	})
}

// hours compares the clock of the first stretch; one that has begun may begin now.
func (e expected) hours(w *dialog.Window, now time.Time) bool {
	timed := w.Grain == dialog.Minute || w.Grain == dialog.Hour || w.Grain == dialog.Part
	if e.Time == "" && len(e.Window) == 0 {
		return !timed
	}
	from, to := w.From.Format("15:04"), w.To.Format("15:04")
	if timed && e.Time != "" && from == e.Time {
		return true
	}
	for _, want := range append(e.AcceptWindows, e.Window) {
		begun := len(want) > 1 && want[0] < now.Format("15:04") && from == now.Format("15:04") && w.From.Equal(now.Truncate(time.Minute))
		if timed && len(want) > 1 && (from == want[0] || begun) && strings.Replace(to, "00:00", "24:00", 1) == want[1] {
			return true
		}
	}
	return false
}
