package acts_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/question"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// asked has a chat ask what nobody can answer, in a talk about a branch.
func (h *house) asked(text string, branch uuid.UUID) {
	h.t.Helper()
	chat := h.chat(h.id("SELECT id FROM patient LIMIT 1"), false)
	box := question.Box{Clock: h.db.Clock, IDs: core.NewIDs(nil), Vault: vaulttest.Vault(h.t)}
	require.NoError(h.t, h.db.InTx(h.t.Context(), chat, func(tx *store.Tx) error {
		return box.Add(h.t.Context(), tx, question.New{Chat: chat.ID, Branch: branch, Lang: "ru", Why: "unknown", Text: text})
	}))
}

func TestTheDeskSettlesWhatNobodyCouldAnswer(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.asked("меня зовут Канарейка Ольга, +7 916 123-45-67, есть ли сауна?", uuid.Nil)
	rows := h.do(h.as("admin"), core.Read, core.Questions, acts.Input{}).Rows
	require.Len(t, rows, 1)
	assert.Equal(t, "меня зовут [имя], [номер], есть ли сауна?", rows[0]["text"])
	id, _ := rows[0]["id"].(uuid.UUID)
	h.refuse("field_invalid", h.as("admin"), core.Update, core.Questions, acts.Input{ID: id, Fields: fields("article", "sauna")})
	h.do(h.as("admin"), core.Update, core.Questions, acts.Input{ID: id, Fields: fields("flow", "prices", "article", "parking")})
	h.refuse("question_settled", h.as("admin"), core.Update, core.Questions, acts.Input{ID: id})
	assert.Empty(t, h.do(h.as("admin"), core.Read, core.Questions, acts.Input{}).Rows)
	assert.Equal(t, 1, h.count("SELECT count(*) FROM audit WHERE action = 'question.settled'"))
	var cases []question.Case
	box := question.Box{Clock: h.db.Clock, IDs: core.NewIDs(nil), Vault: vaulttest.Vault(t)}
	require.NoError(t, box.Export(t.Context(), h.db, core.Sys("cli"), func(c question.Case) error {
		cases = append(cases, c)
		return nil
	}))
	assert.Equal(t, []question.Case{{Text: "меня зовут [имя], [номер], есть ли сауна?", Flow: []string{"prices"}, Article: "parking", Lang: "ru"}}, cases)
}

func TestAQuestionOfAnotherBranchIsItsDesks(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.asked("есть ли сауна?", h.id("SELECT id FROM branch ORDER BY position LIMIT 1"))
	there := h.as("admin")
	there.Branches = []uuid.UUID{h.id("SELECT id FROM branch ORDER BY position DESC LIMIT 1")}
	assert.Empty(t, h.do(there, core.Read, core.Questions, acts.Input{}).Rows)
	id := h.id("SELECT id FROM question")
	h.refuse("not_found", there, core.Update, core.Questions, acts.Input{ID: id})
	for _, role := range []string{"doctor", "head", "marketing", "security"} {
		h.refuse("not_allowed", h.as(role), core.Read, core.Questions, acts.Input{})
	}
}
