package understand_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/dialog/understand"
)

// falseAlarms is the share of harmless phrases that may be taken for a danger.
const falseAlarms = 0.01

// lines reads a set of the repository's, a case a line.
func lines[T any](t *testing.T, name string) []T {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "prompts", "eval", name))
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	var out []T
	for in := bufio.NewScanner(file); in.Scan(); {
		var c T
		require.NoError(t, json.Unmarshal(in.Bytes(), &c), in.Text())
		out = append(out, c)
	}
	return out
}

func TestEveryDangerIsFoundAndFewFalseAlarmsAreRaised(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for _, name := range []string{"redflags.jsonl", "redflags_dev.jsonl"} {
		var harmless, alarms int
		for _, c := range lines[struct {
			Text string
			Red  bool
		}](t, name) {
			red := flow(reader.Read(c.Text, understand.Situation{Now: wednesday(t)})) == "emergency"
			if c.Red {
				assert.True(t, red, "%s: missed %q", name, c.Text)
				continue
			}
			harmless++
			if red {
				alarms++
				t.Logf("%s: false alarm at %q", name, c.Text)
			}
		}
		assert.LessOrEqual(t, float64(alarms), falseAlarms*float64(harmless), name)
	}
}

// The halves of a set whose phrases tell dangers without their names, and look-alikes: by one the rules were written, at the other's failures
// nobody looked while they were. Their figures stand in docs/understanding.md.
func TestIndirectDangersAreFoundAsOftenAsTheFiguresSay(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for name, floor := range map[string]struct{ found, alarms float64 }{
		"redflags_rules.jsonl": {0.98, 0.01}, "redflags_unseen.jsonl": {0.94, 0.05}, "redflags_talk.jsonl": {0.95, 0.02}, "redflags_held.jsonl": {0.9, 0.04},
	} {
		var dangers, found, harmless, alarms float64
		for _, c := range lines[struct {
			Text string
			Red  bool
		}](t, name) {
			red := flow(reader.Read(c.Text, understand.Situation{Now: wednesday(t)})) == "emergency"
			switch {
			case c.Red && red:
				found++
				fallthrough
			case c.Red:
				dangers++
			case red:
				alarms++
				fallthrough
			default:
				harmless++
			}
		}
		t.Logf("%s: %.0f of %.0f found, %.0f of %.0f false", name, found, dangers, alarms, harmless)
		assert.GreaterOrEqual(t, found, floor.found*dangers, name)
		assert.LessOrEqual(t, alarms, floor.alarms*harmless, name)
	}
}

func TestWhatMayBeOldOrMildIsAskedAboutAndRaisesNoAlarm(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for text, want := range map[string]string{
		"иногда давит в груди и немеет левая рука":        "chest",
		"иногда задыхаюсь по ночам":                       "breath",
		"у сына температура 39":                           "infant",
		"помогите":                                        "any",
		"запишите к терапевту на завтра":                  "",
		"судорог не было, нужна справка":                  "",
		"в прошлом году был инсульт, к неврологу планово": "",
		"какие признаки инсульта":                         "",
	} {
		m := reader.Read(text, understand.Situation{Now: wednesday(t)})
		assert.NotEqual(t, "emergency", flow(m), text)
		assert.Equal(t, want, m.Worry, text)
	}
	m := reader.Read("ребёнок упал, не дышит", understand.Situation{Now: wednesday(t)})
	if assert.NotEmpty(t, m.Commands) {
		assert.Equal(t, "nobreath", m.Commands[0].Value, "the first rule of the list that holds tells what to do")
	}
	m = reader.Read("муж не дышит", understand.Situation{Now: wednesday(t)})
	assert.Equal(t, "emergency", flow(m))
	assert.Empty(t, m.Worry, "112 at once, and no question")
}

// Questions cost a tap each: they are for the neighbours of dangers, and hardly ever for who books.
func TestWhoBooksIsHardlyEverAskedWhetherThereIsADanger(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	asked, all := 0, 0
	for _, c := range lines[struct{ Text string }](t, "flows.jsonl") {
		all++
		if reader.Read(c.Text, understand.Situation{Now: wednesday(t)}).Worry != "" {
			asked++
		}
	}
	assert.LessOrEqual(t, float64(asked), 0.01*float64(all))
}

func TestADangerIsHeardInEveryStateOfTheTalk(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for _, asked := range append(askable(), "score", "words", "value", "born", "code", "relation", "specialty") {
		for _, text := range []string{"муж без сознания", "не могу дышать", "ytxtv lsifnm", "rebenok ne dyshit", "СИЛЬНО ДАВИТ В ГРУДИ И РУКА НЕМЕЕТ"} {
			m := reader.Read(text, understand.Situation{Now: wednesday(t), Flow: "booking", Asked: asked})
			assert.Equal(t, "emergency", flow(m), "%s, asked for %q", text, asked)
		}
	}
}

func TestWhatIsDeniedPastOrToldOfOthersIsNoDanger(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for _, text := range []string{
		"болей в груди нет", "сознание не терял", "судорог не было", "без потери сознания, просто слабость", "инсульта не было, запишите к неврологу",
		"два года назад был сердечный приступ", "у деда был инсульт, хочу провериться", "если вдруг начнется кровотечение, куда звонить",
		"какие симптомы инсульта", "смотрела фильм про инсульт", "кот отравился", "сердце кровью обливается от ваших цен", "no chest pain, just a checkup",
	} {
		assert.NotEqual(t, "emergency", flow(reader.Read(text, understand.Situation{Now: wednesday(t)})), text)
	}
}

func TestTheCardTellsOfWhomADangerIsTold(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for _, c := range []struct {
		text string
		age  float64
		want bool
	}{
		{"температура 38.5", 0.1, true},
		{"температура 38.5", 30, false},
		{"температура 38.5", 0, false},
		{"не сосёт и вялый", 0.1, true},
		{"у меня температура 38.5", 0.1, false},
	} {
		m := reader.Read(c.text, understand.Situation{Now: wednesday(t), Flow: "booking", Asked: "reason", Age: c.age})
		assert.Equal(t, c.want, flow(m) == "emergency", "%s at %v", c.text, c.age)
	}
	for age, want := range map[float64]string{6: "pediatrician", 40: "therapist", 0: "therapist"} {
		m := reader.Read("болит живот и тошнит, к кому", understand.Situation{Now: wednesday(t), Age: age})
		if assert.NotEmpty(t, m.Specialties, "%v", age) {
			assert.True(t, slices.ContainsFunc(m.Specialties, func(s understand.Specialty) bool { return s.Code == want }), "%v: %v", age, m.Specialties)
		}
	}
	m := reader.Read("кого посоветуете, у сына 6 лет болит живот", understand.Situation{Now: wednesday(t), Age: 40, Sex: "f"})
	if assert.NotEmpty(t, m.Specialties) {
		assert.Equal(t, "pediatrician", m.Specialties[0].Code)
	}
}
