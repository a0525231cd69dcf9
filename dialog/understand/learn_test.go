package understand_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/dialog/understand"
	"github.com/zapis-clinic/zapis/prompts"
)

// examples are the program's own.
func examples(tb testing.TB) map[string][]string {
	tb.Helper()
	examples, err := prompts.Intents(prompts.Places("")...)
	require.NoError(tb, err)
	return examples
}

func TestEveryFlowHasSixtyExamples(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for flow, texts := range examples(t) {
		assert.GreaterOrEqual(t, len(texts), 60, flow)
		for _, text := range texts {
			if other := seen[text]; other != "" && other != flow {
				t.Errorf("%q is an example of %s and of %s", text, other, flow)
			}
			seen[text] = flow
		}
	}
}

func TestTheSameExamplesTeachTheSame(t *testing.T) {
	t.Parallel()
	some := map[string][]string{}
	for flow, texts := range examples(t) {
		some[flow] = texts[:20]
	}
	var first understand.Meaning
	for i := range 3 {
		taught, err := understand.Learn(some)
		require.NoError(t, err)
		m := taught.Reader(clinic()).Read("хотелось бы показаться доктору на той неделе", understand.Situation{Now: wednesday(t)})
		if i == 0 {
			first = m
		}
		assert.Equal(t, first, m)
	}
}

func TestAClinicsOwnExamplesTeachAFlow(t *testing.T) {
	t.Parallel()
	extended := examples(t)
	extended["prices"] = slices.Concat(extended["prices"], []string{"чё по бабкам", "по баблу чё", "бабло какое готовить", "сколько бабла нести"})
	taught, err := understand.Learn(extended)
	require.NoError(t, err)
	m := taught.Reader(clinic()).Read("ну и чё по баблу выйдет", understand.Situation{Now: wednesday(t)})
	assert.Equal(t, "prices", flow(m))
	assert.Equal(t, "examples", m.By)
}

func TestOneFlowCannotBeToldApart(t *testing.T) {
	t.Parallel()
	_, err := understand.Learn(map[string][]string{"prices": {"сколько"}})
	require.Error(t, err)
}

func BenchmarkLearn(b *testing.B) {
	all := examples(b)
	for b.Loop() {
		if _, err := understand.Learn(all); err != nil {
			b.Fatal(err)
		}
	}
}
