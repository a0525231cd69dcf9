package jobs_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/jobs/stage"
)

// reachable are the verbs that a person, the clock or a button of yesterday can bring about without a model. Clarify and Answer are
// a model's.
func reachable() []dialog.Verb {
	return []dialog.Verb{
		dialog.Start, dialog.Set, dialog.Clear, dialog.Cancel, dialog.Back, dialog.Handoff, dialog.Repeat, dialog.View, dialog.Confirm,
		dialog.Deny, dialog.Nudge, dialog.Drop, dialog.Stale, dialog.Media,
	}
}

// reportCoverage prints what the golden conversations played, and fails where a flow, a slot that can be said or a verb is missing.
func reportCoverage(t *testing.T, c *stage.Coverage) {
	t.Helper()
	var table []string
	total, missing := 0, []string(nil)
	line := func(kind, name string, n int, needed bool) {
		table = append(table, fmt.Sprintf("coverage %-5s %-28s %6d", kind, name, n))
		if needed {
			total++
			if n == 0 {
				missing = append(missing, kind+" "+name)
			}
		}
	}
	engine := dialog.Standard()
	for _, name := range slices.Sorted(maps.Keys(engine)) {
		line("flow", name, c.Flow(name), true)
		for _, slot := range engine[name].Slots {
			n := c.Slot(name, slot.Name)
			line("slot", name+"."+slot.Name, max(n, c.Slot(name, slot.Name+" filled")), slot.Check == nil)
			if slot.Check != nil {
				line("said", name+"."+slot.Name, n, true)
			}
		}
	}
	for _, verb := range reachable() {
		line("verb", string(verb), c.Verb(verb), true)
	}
	table = append(table, fmt.Sprintf("coverage of flows, slots and verbs: %d of %d, %d %%", total-len(missing), total, 100*(total-len(missing))/total))
	t.Log("\n" + strings.Join(table, "\n"))
	if t.Failed() || flag.Lookup("test.run").Value.String() != "" && !strings.HasSuffix(flag.Lookup("test.run").Value.String(), "Conversations") {
		return
	}
	_, _ = fmt.Fprintln(os.Stdout, table[len(table)-1])
	if len(missing) > 0 {
		t.Errorf("not played by any golden conversation: %s", strings.Join(missing, ", "))
	}
}
