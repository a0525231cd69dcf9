package knowledge_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/knowledge"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// seed is the small demo clinic with its articles.
func seed() storetest.Seed {
	now := time.Date(2026, 11, 23, 7, 56, 0, 0, time.UTC)
	return storetest.Seed{Key: "demo articles 3 " + now.Format(time.DateOnly), Fill: func(ctx context.Context, owner string) error {
		_, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: demo.Small, Now: now})
		return err
	}}
}

// question is a line of the evaluation: the article that answers, none where it is "", and others that answer as well.
type question struct {
	Text    string
	Article string
	Also    []string
}

func questions(t *testing.T) []question {
	t.Helper()
	file, err := os.Open("../../prompts/eval/questions.jsonl")
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	var out []question
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var q question
		require.NoError(t, json.Unmarshal(lines.Bytes(), &q))
		out = append(out, q)
	}
	return out
}

// figures of all questions.
type figures struct{ right, silent, wrong, honest, invented, answerable, unanswerable int }

func (f *figures) add(t *testing.T, q question, found knowledge.Found) {
	t.Helper()
	answer := ""
	if found.Sure {
		answer = found.Article.Slug
	}
	fits := answer == q.Article || slices.Contains(q.Also, answer)
	switch q.Article {
	case "":
		f.unanswerable++
		if answer == "" {
			f.honest++
			return
		}
		f.invented++
	default:
		f.answerable++
		switch {
		case answer == "":
			f.silent++
		case fits:
			f.right++
			return
		default:
			f.wrong++
		}
	}
	t.Logf("%-60s want %-14s got %-14s nearest %-14s %.2f", q.Text, q.Article, answer, found.Article.Slug, found.Score)
}

func TestQuestionsOfTheEvaluation(t *testing.T) {
	t.Parallel()
	db, _ := storetest.Open(t, seed(), 2)
	finder := knowledge.NewFinder()
	var f figures
	for _, q := range questions(t) {
		require.NoError(t, db.InTx(t.Context(), core.Sys("test"), func(tx *store.Tx) error {
			found, err := finder.Find(t.Context(), tx, knowledge.Question{Text: q.Text, Lang: "ru"})
			f.add(t, q, found)
			return err
		}))
	}
	t.Logf("%d that articles answer: %d right, %d not known, %d wrong; %d that none answers: %d not known, %d answered", f.answerable, f.right, f.silent,
		f.wrong, f.unanswerable, f.honest, f.invented)
	answered := f.right + f.wrong + f.invented
	assert.GreaterOrEqual(t, float64(f.right)/float64(answered), 0.95, "of what is answered, so much is right")
	assert.GreaterOrEqual(t, float64(f.right)/float64(f.answerable), 0.88, "of what articles answer, so much is answered")
	assert.GreaterOrEqual(t, float64(f.honest)/float64(f.unanswerable), 0.92, "of what none answers, so much is not known")
}
