package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/glass"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// glassStale is how long word of broken glass is worth sending; its task stays.
const glassStale = 24 * time.Hour

// SweepGlass writes to the head and to whoever keeps security that somebody broke the glass, and to the director too once nobody has judged
// it for three days. What is to be told is taken in the transaction that writes the messages.
func (h *House) SweepGlass(ctx context.Context) error {
	n := 0
	err := h.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		news, err := glass.Case{Chart: h.chart(tx)}.News(ctx, tx)
		n = len(news)
		for _, x := range news {
			if err == nil {
				err = h.tellGlass(ctx, tx, x)
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("word of broken glass: %w", err)
	}
	if n > 0 {
		h.crash("sweep_glass")
	}
	return nil
}

// chart is what the books of medical data work with.
func (h *House) chart(in store.Opener) chart.Chart {
	return chart.Chart{In: in, Clock: h.Clock, IDs: h.IDs, Vault: h.Vault}
}

// tellGlass writes to everybody who watches but the one who broke it. A messenger is foreign territory: neither the patient nor the reason is
// named in it.
func (h *House) tellGlass(ctx context.Context, tx *store.Tx, x glass.News) error {
	words, roles := "glass.told", []string{"head", "security"}
	if x.Late {
		words, roles = "glass.late", append(roles, "director")
	}
	chats, err := tx.GlassWatchers(ctx, roles)
	if err != nil {
		return err
	}
	for _, c := range chats {
		if c.StaffID == x.Staff {
			continue
		}
		body, err := json.Marshal(conversation.Outgoing{Text: h.Words.Say(cmp.Or(c.Lang, "ru"), words)})
		if err != nil {
			return err
		}
		if err := tx.OutboxAdd(ctx, h.glassMessage(c, words+":"+x.ID.String(), body)); err != nil {
			return err
		}
	}
	return nil
}

func (h *House) glassMessage(c db.GlassWatchersRow, key string, body []byte) db.OutboxAddParams {
	now := h.Clock()
	until := now.Add(glassStale)
	return db.OutboxAddParams{
		ID: h.IDs(), ConversationID: c.ConversationID, Channel: c.Channel, Lane: laneService, Kind: "glass", Key: key + ":" + c.ConversationID.String(),
		Body: body, State: queued, NotBefore: now, NotAfter: &until, CreatedAt: now,
	}
}
