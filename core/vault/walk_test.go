package vault

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// What somebody wrote between the walk's look at a row and its own writing is not overwritten.
func TestAWalkLeavesAloneWhatWasChangedMeanwhile(t *testing.T) {
	t.Parallel()
	base, _ := storetest.Open(t, storetest.Seed{Key: "empty"}, 1)
	c := Columns()[0]
	err := base.InTx(t.Context(), core.Sys("test"), func(tx *store.Tx) error {
		p, id := uuid.New(), uuid.New()
		if _, err := tx.Exec(t.Context(), "INSERT INTO patient (id, given, created_at) VALUES ($1, 'Анна', now())", p); err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), `INSERT INTO patient_contact (id, patient_id, kind, value_sealed, value_index, created_at)
VALUES ($1, $2, 'phone', 'newest', 'i', now())`, id, p); err != nil {
			return err
		}
		was, is := sealedRow{ID: id, Sealed: []byte("older"), Index: []byte("i")}, sealedRow{ID: id, Sealed: []byte("older anew"), Index: []byte("j")}
		n, err := c.change(t.Context(), tx, []sealedRow{was}, []sealedRow{is})
		require.NoError(t, err)
		require.Zero(t, n)
		rows, err := c.read(t.Context(), tx, uuid.Nil)
		require.NoError(t, err)
		require.Equal(t, []sealedRow{{ID: id, Sealed: []byte("newest"), Index: []byte("i"), Kind: Phone}}, rows)
		was.Sealed = []byte("newest")
		n, err = c.change(t.Context(), tx, []sealedRow{was}, []sealedRow{is})
		require.EqualValues(t, 1, n)
		return err
	})
	require.NoError(t, err)
}
