package understand_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

// The shares of complaints that lead to the right speciality first, and among three; the rest that lead nowhere.
const (
	complaintFirst = 0.93
	complaintThree = 0.95
	complaintNone  = 0.03
)

func TestComplaintsLeadToTheRightSpeciality(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	var all, first, three, none float64
	for _, c := range lines[struct {
		Text      string
		Specialty []string
	}](t, "complaints.jsonl") {
		ways := reader.Read(c.Text, understand.Situation{Now: wednesday(t)}).Specialties
		right := func(w understand.Specialty) bool { return slices.Contains(c.Specialty, w.Code) }
		all++
		switch {
		case len(ways) == 0:
			none++
			t.Logf("nothing: %q", c.Text)
		case right(ways[0]):
			first++
			three++
		case slices.ContainsFunc(ways, right):
			three++
		default:
			t.Logf("%q: %v", c.Text, ways)
		}
	}
	t.Logf("first %.1f %%, among three %.1f %%, nothing %.1f %% of %.0f", 100*first/all, 100*three/all, 100*none/all, all)
	assert.GreaterOrEqual(t, first/all, complaintFirst)
	assert.GreaterOrEqual(t, three/all, complaintThree)
	assert.LessOrEqual(t, none/all, complaintNone)
}

func TestAComplaintIsHeardBesideAStrayWord(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for text, want := range map[string]string{
		"сахар натощак 7.4, это уже диабет? к кому":                       "endocrinologist",
		"деду 82 года стал плохо слышать, телевизор орёт, к какому врачу": "ent",
		"на узи щитовидки узлы 8 мм. кто смотрит такое":                   "endocrinologist",
		"чпокает и плямкает непонятно откуда, к какому врачу идти":        "therapist",
	} {
		m := reader.Read(text, understand.Situation{Now: wednesday(t)})
		assert.Equal(t, "booking", flow(m), text)
		if assert.NotEmpty(t, m.Specialties, text) && want != "therapist" {
			assert.Equal(t, want, m.Specialties[0].Code, text)
		}
		assert.True(t, slices.ContainsFunc(m.Commands, func(c dialog.Command) bool { return c.Do == dialog.Clarify && c.Slot == "specialty" }), text)
	}
	for text, want := range map[string]string{
		"сломал ногу лежу в гипсе, отмените мою запись": "cancel", "сколько стоит удалить зуб": "prices", "где мои результаты на гормоны": "results",
	} {
		assert.Equal(t, want, flow(reader.Read(text, understand.Situation{Now: wednesday(t)})), text)
	}
}
