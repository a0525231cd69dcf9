package exam_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/dialog/understand"
	"github.com/zapis-clinic/zapis/dialog/understand/exam"
	"github.com/zapis-clinic/zapis/prompts/eval"
)

func offline() exam.Reader {
	reader := understand.New(understand.Vocabulary{
		Doctors:  []understand.Doctor{{ID: "ivanova", Surname: "Иванова", Gender: "female"}, {ID: "petrov", Surname: "Петров", Gender: "male"}},
		Branches: []understand.Branch{{ID: "moscow", Name: "Москва", City: "Москва"}, {ID: "kaliningrad", Name: "Калининград", City: "Калининград"}},
	})
	return func(_ context.Context, text string, s understand.Situation) (understand.Meaning, error) {
		return reader.Read(text, s), nil
	}
}

// conditions hold the clock still: no test measures time.
func conditions() exam.Conditions {
	now := time.Date(2026, time.March, 11, 10, 15, 0, 0, time.FixedZone("MSK", 3*60*60))
	return exam.Conditions{Now: now, Clock: func() time.Time { return now }}
}

func TestFlowsAndTurnsReachTheirFloors(t *testing.T) {
	t.Parallel()
	floors, err := exam.Floors(eval.Sets)
	require.NoError(t, err)
	reader := offline()
	for _, name := range []string{"flows", "turns"} {
		sets, err := exam.Sets(eval.Sets, name)
		require.NoError(t, err)
		result, err := exam.Run(t.Context(), sets[0], reader, conditions())
		require.NoError(t, err)
		t.Logf("%s: %+v", name, result.Total)
		assert.Empty(t, floors[name].Below(result))
	}
}

func TestEachKindOfCaseIsJudged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line                    string
		right, wrong, abstained int
	}{
		"right flow":           {`{"text":"сколько стоит приём","flow":["prices"]}`, 1, 0, 0},
		"another flow":         {`{"text":"сколько стоит приём","flow":["booking"]}`, 0, 1, 0},
		"nothing understood":   {`{"text":"ъыь","flow":["booking"]}`, 0, 0, 1},
		"nothing is right":     {`{"text":"ъыь","flow":["other"]}`, 1, 0, 0},
		"a turn":               {`{"text":"да","flow":"booking","asked":"confirm","commands":["confirm"]}`, 1, 0, 0},
		"a turn misunderstood": {`{"text":"да","flow":"booking","asked":"confirm","commands":["deny"]}`, 0, 1, 0},
		"a date":               {`{"text":"запишите на завтра","expect":{"dates":["2026-03-12"]}}`, 1, 0, 0},
		"a wrong date":         {`{"text":"запишите на завтра","expect":{"dates":["2026-03-13"]}}`, 0, 1, 0},
		"no date":              {`{"text":"запишите к врачу","expect":{"none":true}}`, 1, 0, 0},
		"a slot":               {`{"text":"к кардиологу","set":{"specialty":"cardiologist"}}`, 1, 0, 0},
		"a slot ruled out":     {`{"text":"к кардиологу","not":{"specialty":"cardiologist"}}`, 0, 1, 0},
		"a complaint":          {`{"text":"запишите к кардиологу","specialty":["cardiologist"]}`, 1, 0, 0},
		"calm":                 {`{"text":"запишите к кардиологу","red":false}`, 1, 0, 0},
		"no question":          {`{"text":"запишите к кардиологу","article":""}`, 1, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sets, err := exam.Sets(fstest.MapFS{"some.jsonl": {Data: []byte(c.line)}}, "")
			require.NoError(t, err)
			result, err := exam.Run(t.Context(), sets[0], offline(), conditions())
			require.NoError(t, err)
			assert.Equal(t, exam.Share{Class: "all", Cases: 1, Right: c.right, Wrong: c.wrong, Abstained: c.abstained}, result.Total)
		})
	}
}

func TestSetsOfOthersAreRead(t *testing.T) {
	t.Parallel()
	sets, err := exam.Sets(fstest.MapFS{
		"list.json":  {Data: []byte(`[{"text":"адрес","flow":["contacts"]}]`)},
		"cases.json": {Data: []byte(`{"cases":[{"text":"завтра","reference_time":"2026-03-11T10:15:00+03:00","expected":{"dates":["2026-03-12"]}},{"text":"зима","reference_time":"2026-03-11T10:15:00+03:00","expected":null}]}`)},
	}, "")
	require.NoError(t, err)
	require.Len(t, sets, 2)
	assert.Equal(t, exam.Date, sets[0].Cases[0].Kind())
	assert.True(t, sets[0].Cases[1].Expect.None)
	assert.Equal(t, exam.Flow, sets[1].Cases[0].Kind())
	_, err = exam.Sets(fstest.MapFS{}, "")
	require.Error(t, err)
}

func TestATableNamesEveryClass(t *testing.T) {
	t.Parallel()
	sets, err := exam.Sets(fstest.MapFS{"some.jsonl": {Data: []byte(`{"text":"адрес","flow":["contacts"]}`)}}, "some")
	require.NoError(t, err)
	result, err := exam.Run(t.Context(), sets[0], offline(), conditions())
	require.NoError(t, err)
	var table strings.Builder
	require.NoError(t, result.Table(&table))
	assert.Contains(t, table.String(), "contacts")
	assert.NotEmpty(t, exam.Floor{Right: 1, Among: 1}.Below(result))
}
