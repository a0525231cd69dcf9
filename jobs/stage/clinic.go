package stage

import (
	"context"
	"fmt"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
)

// clinic is what the clinic does for the person in the chat: the desk has seen their document (verified), a laboratory's result is
// released (result), a paper is put into their file (document).
func (s *Stage) clinic(ctx context.Context, what string) error {
	statements := map[string]string{
		"verified": `UPDATE patient_link SET verified_at = $2 WHERE conversation_id = $1 AND relation = 'self'`,
		"result": `INSERT INTO lab_report (id, patient_id, branch_id, kind, status, received_at, released_at, created_at)
SELECT gen_random_uuid(), l.patient_id, (SELECT id FROM branch ORDER BY id LIMIT 1), 'routine', 'final', $2, $2, $2
FROM patient_link l WHERE l.conversation_id = $1 AND l.relation = 'self'`,
	}
	sql, ok := statements[what]
	if !ok {
		return fmt.Errorf("the clinic does not know how to do %q", what)
	}
	return s.DB.InTx(ctx, core.Sys("test"), func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, sql, conversation.ID("talk:test", s.Chat), s.Clock())
		return err
	})
}
