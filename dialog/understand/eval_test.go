package understand_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

// The shares that the rules reach on the development sets; a change that loses some must say why.
const (
	bookingFloor = 0.98
	flowFloor    = 0.97
)

// evaluation reads a set that lies beside the repository, where it does.
func evaluation(t *testing.T, name string, into any) bool {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "eval", name))
	if err != nil {
		t.Logf("%s is not beside this checkout: nothing measured", name)
		return false
	}
	require.NoError(t, json.Unmarshal(data, into))
	return true
}

type bookingCase struct {
	ID        string
	Text      string
	Reference time.Time `json:"reference_time"`
	Expected  struct {
		Dates       []string
		AcceptDates []string `json:"accept_dates"`
		DateFrom    string   `json:"date_from"`
		DateTo      string   `json:"date_to"`
		Time        string
		Window      []string
	}
}

func TestDatesAndTimesOfTheBookingSet(t *testing.T) {
	t.Parallel()
	var set struct{ Cases []bookingCase }
	if !evaluation(t, "booking_dev.json", &set) {
		return
	}
	reader := understand.New(clinic())
	right, wrong := 0, 0
	for _, c := range set.Cases {
		w := when(reader.Read(c.Text, understand.Situation{Now: c.Reference.In(moscow(t))}))
		switch {
		case c.fits(w):
			right++
		case w != nil:
			wrong++
			t.Logf("%s %q: read as %s to %s, %s", c.ID, c.Text, w.From.Format("01-02 15:04"), w.To.Format("01-02 15:04"), w.Grain)
		default:
			t.Logf("%s %q: not read", c.ID, c.Text)
		}
	}
	share := float64(right) / float64(len(set.Cases))
	t.Logf("dates and times: %d of %d right (%.1f %%), %d silently wrong", right, len(set.Cases), 100*share, wrong)
	require.GreaterOrEqual(t, share, bookingFloor)
}

func (c bookingCase) fits(w *dialog.Window) bool {
	if w == nil {
		return false
	}
	e := c.Expected
	first, last := w.From.Format(time.DateOnly), w.To.Add(-time.Second).Format(time.DateOnly)
	if e.DateFrom != "" && (first != e.DateFrom || last != e.DateTo) {
		return false
	}
	if len(e.Dates) > 0 && (!slices.Contains(append(e.Dates, e.AcceptDates...), first) || first != last) {
		return false
	}
	if e.Time != "" && w.From.Format("15:04") != e.Time {
		return false
	}
	return len(e.Window) == 0 || w.From.Format("15:04") == e.Window[0] && w.To.Format("15:04") == e.Window[1]
}

func TestFlowsOfTheIntentSet(t *testing.T) {
	t.Parallel()
	var set []struct {
		Text string
		Flow []string
	}
	if !evaluation(t, "intents_dev.json", &set) {
		return
	}
	reader := understand.New(clinic())
	right, wrong := 0, 0
	for _, c := range set {
		got := flow(reader.Read(c.Text, understand.Situation{Now: wednesday(t)}))
		switch {
		case slices.Contains(c.Flow, got), got == "" && slices.Contains(c.Flow, "other"):
			right++
		default:
			if got != "" {
				wrong++
			}
			t.Logf("%q: read as %q, meant %v", c.Text, got, c.Flow)
		}
	}
	share := float64(right) / float64(len(set))
	t.Logf("flows: %d of %d right (%.1f %%), %d silently wrong", right, len(set), 100*share, wrong)
	require.GreaterOrEqual(t, share, flowFloor)
}
