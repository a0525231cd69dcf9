package understand_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
	"github.com/zapis-clinic/zapis/dialog/understand/exam"
)

// The shares that the rules reach on the set of slots; a change that loses some must say why.
const (
	slotsFloor = 0.95
	slotsWrong = 0.02
)

// slotCase is one phrase with the slots that are right, those that may be set besides, and values that must not be.
type slotCase struct {
	Text          string
	Set, May, Not map[string]string
}

func slotCases(t *testing.T, path string) []slotCase {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	var cases []slotCase
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var c slotCase
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c), lines.Text())
		cases = append(cases, c)
	}
	return cases
}

// judge says whether everything is as it should be, and whether something is that should not.
func (c slotCase) judge(m understand.Meaning) (right, wrong bool) {
	got := map[string]string{}
	for _, command := range m.Commands {
		if command.Do == dialog.Set && command.When == nil && !command.Unknown && slices.Contains([]string{"specialty", "doctor", "service", "branch", "person"}, command.Slot) && command.Value != "any" {
			got[command.Slot] = command.Value
		}
	}
	right = true
	for slot, value := range c.Set {
		right = right && got[slot] == value
	}
	for slot, value := range got {
		switch {
		case c.Set[slot] == value, c.May[slot] == value:
		default:
			wrong = true
		}
	}
	return right && !wrong, wrong
}

func TestSlotsOfTheSet(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "prompts", "eval", "slots.jsonl")
	if other := os.Getenv("SLOTS"); other != "" {
		path = other
	}
	reader := understand.New(exam.Clinic())
	right, wrong := 0, 0
	cases := slotCases(t, path)
	for _, c := range cases {
		m := reader.Read(c.Text, understand.Situation{Now: wednesday(t), Flow: "booking"})
		ok, bad := c.judge(m)
		if ok {
			right++
			continue
		}
		if bad {
			wrong++
		}
		t.Logf("wrong=%t %q: %s; meant %v, may %v, not %v", bad, c.Text, said(m), c.Set, c.May, c.Not)
	}
	n := float64(len(cases))
	t.Logf("slots: %d of %d right (%.1f %%), %d silently wrong (%.1f %%)", right, len(cases), 100*float64(right)/n, wrong, 100*float64(wrong)/n)
	require.GreaterOrEqual(t, float64(right)/n, slotsFloor)
	require.LessOrEqual(t, float64(wrong)/n, slotsWrong)
}
