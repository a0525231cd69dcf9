package understand_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
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
