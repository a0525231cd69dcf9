package acts_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// finer lists where an act is narrower than its cell, and why.
func finer() map[string]string {
	return map[string]string{
		"cashier create payments other":      "an invoice is issued for a visit that one sees",
		"service create results sample own":  "a sample is taken by a person",
		"service create results sample care": "a sample is taken by a person",
		"doctor sign records care":           "a draft is signed by who wrote it",
		"doctor sign prescriptions care":     "a draft is signed by who wrote it",
	}
}

var errBack = errors.New("taken back")

// Every act that a cell of the matrix means is asked of the registry as the cell's role, in each situation; what was done is taken back.
func TestEveryCellOfTheMatrixIsAnsweredByItsAct(t *testing.T) {
	t.Parallel()
	w := accesstest.Open(t)
	catalog, err := clinic.Open(t.Context(), w.DB)
	require.NoError(t, err)
	ids := core.NewIDs(nil)
	book, err := acts.New(w.DB, acts.Note{Clock: accesstest.Now, IDs: ids}, acts.All(acts.Means{
		DB: w.DB, Clock: accesstest.Now, IDs: ids, Vault: vaulttest.Vault(t), Catalog: catalog,
	}))
	require.NoError(t, err)
	cells, err := access.Cells()
	require.NoError(t, err)
	asked := 0
	for _, c := range cells {
		in, ok := accesstest.Input(c)
		if !ok {
			continue
		}
		asked++
		got := letIn(t.Context(), w, book, c, in)
		if _, known := finer()[strings.Join(strings.Fields(fmt.Sprint(c.Role, " ", c.Action, " ", c.Class, " ", c.Facts.Kind, " ", c.Situation)), " ")]; known {
			continue
		}
		assert.Equal(t, c.Expected.Allowed, got == nil, "%s %s %s %q %s: %v", c.Role, c.Action, c.Class, c.Facts.Kind, c.Situation, got)
	}
	t.Logf("%d cells asked as acts", asked)
}

// letIn is nil where the actor was let in: the act was done, or refused for what it was told and not for who asked.
func letIn(ctx context.Context, w *accesstest.World, book *acts.Book, c access.Cell, in acts.Input) error {
	var outcome error
	_ = w.DB.InTx(ctx, w.Actor(c.Role, c.Contract), func(tx *store.Tx) error {
		_, outcome = book.Within(ctx, tx, c.Class, c.Action, in)
		return errBack
	})
	if r := core.Refusal(outcome); r != nil && (r.Code == core.Invalid || r.Code == core.Conflict) {
		return nil
	}
	return outcome
}
