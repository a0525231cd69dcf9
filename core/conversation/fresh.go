package conversation

import (
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core/store"
)

// seen puts a message's id into the set of those seen; a row back says that it was not there.
const seen = `
INSERT INTO inbound_key (account, external_id, at) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING
RETURNING true`

// Fresh finds out whether a message comes for the first time. The question travels with the transaction's next query; fresh is set
// when that is answered. The message itself is journalled with its answer.
func Fresh(tx *store.Tx, in Incoming, at time.Time, fresh *bool) {
	tx.Later(func(rows pgx.Rows) error {
		*fresh = rows.Next()
		return nil
	}, seen, in.Account, in.ExternalID, at)
}
