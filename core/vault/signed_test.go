package vault_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// A clinic with visits, one of which has two reasons, and a record that is signed: nothing changes it but another key.
func TestWhatIsSignedOrSharesARowIsSealedAnewToo(t *testing.T) {
	t.Parallel()
	db, d := storetest.Open(t, storetest.Seed{Key: "vault: small", Fill: func(ctx context.Context, owner string) error {
		_, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: demo.Small, Now: time.Date(2026, 11, 23, 7, 56, 0, 0, time.UTC)})
		return err
	}}, 4)
	owner, err := pgx.Connect(t.Context(), d.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	c := &clinic{t: t, db: db, owner: owner, clock: day(10)}
	k := c.running(provider(t))
	seal := func(table, column string, row uuid.UUID) []byte {
		sealed, err := k.Vault.Seal(vault.Place{Table: table, Column: column, Row: row}, []byte("болит"))
		require.NoError(t, err)
		return sealed
	}
	var visit, who, branch uuid.UUID
	require.NoError(t, owner.QueryRow(t.Context(), "SELECT id, patient_id, branch_id FROM visit ORDER BY id LIMIT 1").Scan(&visit, &who, &branch))
	const reason = "INSERT INTO visit_reason (visit_id, kind, patient_id, text_sealed, at) VALUES ($1, $2, $3, $4, now())"
	for _, kind := range []string{"complaint", "cancellation"} {
		c.exec(reason, visit, kind, who, seal("visit_reason", "text_sealed", visit))
	}
	record := uuid.New()
	c.exec(`INSERT INTO record (id, patient_id, branch_id, author_id, kind, state, body_sealed, sha256, signed_at, signed_by, created_at)
VALUES ($1, $2, $3, $4, 'note', 'signed', $5, 'sum', now(), $4, now())`, record, who, branch, uuid.New(), seal("record", "body_sealed", record))

	key, err := k.Add(t.Context(), cli(), vault.Data)
	require.NoError(t, err)
	require.NoError(t, k.Look(t.Context()))
	require.NoError(t, k.Promote(t.Context(), cli(), key))
	require.NoError(t, k.Look(t.Context()))
	require.NoError(t, k.Reencrypt(t.Context(), cli()))
	w := c.walker(k)
	for i := range w.Columns {
		if w.Columns[i].Table == "visit_reason" {
			w.Columns[i].Batch = 1
		}
	}
	for more := true; more; {
		more, err = w.Step(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, 2, c.count("SELECT count(*) FROM visit_reason WHERE substring(text_sealed FROM 1 FOR 5) = $1::bytea", prefix(key)))
	require.Equal(t, 1, c.count("SELECT count(*) FROM record WHERE substring(body_sealed FROM 1 FOR 5) = $1::bytea", prefix(key)))
}
