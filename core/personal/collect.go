package personal

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
)

// whose is the person whose data are gathered.
type whose struct {
	patient uuid.UUID
	chat    core.Actor // as whom their data are read; nobody where it was asked for at the desk
	chats   []uuid.UUID
	medical bool
}

// row is one row of a copy, by column.
type row map[string]any

// gathered is a person's data by table, in the order of Parts, and the bytes of their documents.
type gathered struct {
	parts []gatheredPart
	looks []audit.LookedAt
	files map[string][]byte // by id
	left  int               // documents that did not fit
}

type gatheredPart struct {
	Table string
	Rows  []row
}

// maxFiles bounds the documents of one copy together: what goes beyond is handed out at the desk, and the copy says so.
const maxFiles = 48 << 20

// gather reads everything. What the person may see in the chat is read as the chat, so that row-level security answers for there being
// nobody else's; the rest as Zapis, by their ids.
func (o Office) gather(ctx context.Context, w whose, zone *time.Location) (gathered, error) {
	out := gathered{files: map[string][]byte{}}
	for _, part := range Parts() {
		if part.SQL == "" || (part.Medical && !w.medical) || (!part.Chats && w.patient == uuid.Nil) {
			continue
		}
		actor := w.chat
		if part.House || actor.Kind == "" {
			actor = core.Sys("worker")
		}
		var rows []row
		err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
			var err error
			rows, err = read(ctx, tx, part, w)
			return err
		})
		if err != nil {
			return out, fmt.Errorf("gather %s: %w", part.Table, err)
		}
		if err := o.unseal(part, rows, &out); err != nil {
			return out, err
		}
		if len(rows) > 0 {
			out.parts = append(out.parts, gatheredPart{part.Table, rows})
		}
	}
	if !w.medical {
		return out, nil
	}
	for more, before := true, (time.Time{}); more; {
		var days []audit.LookedAt
		var err error
		days, more, err = audit.Looks(ctx, o.In, core.Sys("worker"), audit.Looking{Patient: w.patient, Zone: zone, Before: before})
		if err != nil {
			return out, err
		}
		out.looks = append(out.looks, days...)
		if more {
			before = days[len(days)-1].Day
		}
	}
	return out, nil
}

func read(ctx context.Context, tx *store.Tx, part Part, w whose) ([]row, error) {
	arg := any(w.patient)
	if part.Chats {
		arg = w.chats
	}
	rows, err := tx.Query(ctx, part.SQL, arg)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (row, error) {
		var data []byte
		if err := r.Scan(&data); err != nil {
			return nil, err
		}
		var out row
		return out, json.Unmarshal(data, &out)
	})
}

// sealedEnd is how the name of every sealed column ends.
const sealedEnd = "_sealed"

// unseal puts what lies sealed into plain words; a document's bytes become a file.
func (o Office) unseal(part Part, rows []row, out *gathered) error {
	key := part.Row
	if key == "" {
		key = "id"
	}
	for _, r := range rows {
		for column, value := range r {
			name, sealed := strings.CutSuffix(column, sealedEnd)
			if !sealed || value == nil {
				continue
			}
			delete(r, column)
			plain, err := o.open(part.Table, column, r[key], value)
			if err != nil {
				return err
			}
			if name != "bytes" {
				r[name] = string(plain)
				continue
			}
			out.file(fmt.Sprint(r[key]), plain)
		}
	}
	return nil
}

func (g *gathered) file(id string, data []byte) {
	size := len(data)
	for _, other := range g.files {
		size += len(other)
	}
	if size > maxFiles {
		g.left++
		return
	}
	g.files[id] = data
}

func (o Office) open(table, column string, id, value any) ([]byte, error) {
	text, _ := value.(string)
	sealed, err := hex.DecodeString(strings.TrimPrefix(text, `\x`))
	if err != nil {
		return nil, fmt.Errorf("read %s.%s: %w", table, column, err)
	}
	at, err := uuid.Parse(fmt.Sprint(id))
	if err != nil {
		return nil, fmt.Errorf("whose %s.%s it is: %w", table, column, err)
	}
	return o.Vault.Open(vault.Place{Table: table, Column: column, Row: at}, sealed)
}
