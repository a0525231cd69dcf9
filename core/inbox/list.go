package inbox

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Tabs of the list, in their order.
const (
	TabMine    = "mine"
	TabFree    = "free"
	TabWaiting = "waiting"
	TabLater   = "later"
	TabClosed  = "closed"
	TabAll     = "all"
)

// Tabs lists them.
func Tabs() []string { return []string{TabMine, TabFree, TabWaiting, TabLater, TabClosed, TabAll} }

// PageSize is how many conversations one List shows at most.
const PageSize = 40

// recent is how far back the list of all goes, and words are looked for.
const recent = 90 * 24 * time.Hour

// Filter says which conversations are asked for. Search goes through all of them, whatever the tab.
type Filter struct {
	Tab, Label, Search string
	Page               int // from 0
}

// Counts is how much is open.
type Counts struct{ Mine, Free, Waiting, Late, Later int64 }

// List is some conversations, and how much is open in all. More says that there are further ones.
type List struct {
	Talks  []Talk
	Counts Counts
	Labels []string // in use
	More   bool
}

// List shows conversations: those first to which an answer was promised soonest.
func (d Desk) List(ctx context.Context, who core.Actor, f Filter) (List, error) {
	var out List
	err := d.work(ctx, who, "list", func(tx *store.Tx) error {
		n, err := tx.InboxCounts(ctx, db.InboxCountsParams{Me: who.ID, Now: d.Clock()})
		if err != nil {
			return err
		}
		out = List{Counts: Counts{Mine: n.Mine, Free: n.Free, Waiting: n.Waiting, Late: n.Late, Later: n.Later}}
		if out.Labels, err = tx.InboxLabels(ctx); err != nil {
			return err
		}
		ids, err := d.ids(ctx, tx, who, f)
		if err != nil {
			return err
		}
		out.More = len(ids) > PageSize
		out.Talks, err = d.talks(ctx, tx, ids[:min(len(ids), PageSize)])
		return err
	})
	return out, err
}

func (d Desk) ids(ctx context.Context, tx *store.Tx, who core.Actor, f Filter) ([]uuid.UUID, error) {
	now, skip := d.Clock(), int32(min(max(f.Page, 0), 1000)*PageSize)
	if words := strings.ToLower(strings.Join(strings.Fields(f.Search), " ")); words != "" {
		return d.found(ctx, tx, who, words)
	}
	if f.Tab == TabAll {
		return tx.InboxAll(ctx, db.InboxAllParams{Since: now.Add(-recent), Skip: skip, Most: PageSize + 1})
	}
	p := db.InboxTabParams{State: Open, Now: now, Label: f.Label, Skip: skip, Most: PageSize + 1}
	switch f.Tab {
	case TabMine:
		p.Staff = &who.ID
	case TabFree:
		p.Free = true
	case TabLater:
		p.Later = true
	case TabClosed:
		p.State = Closed
	default:
		p.Waiting = true
	}
	return tx.InboxTab(ctx, p)
}

// found looks for people by name, phone or card, and for words.
func (d Desk) found(ctx context.Context, tx *store.Tx, who core.Actor, words string) ([]uuid.UUID, error) {
	p := db.InboxFindParams{Patients: []uuid.UUID{}, Words: like(words), Since: d.Clock().Add(-recent), Most: PageSize}
	people, err := patient.Cards{In: tx, Vault: d.Vault, Clock: d.Clock, IDs: d.IDs}.Find(ctx, who, words)
	if err != nil && core.Refusal(err) == nil {
		return nil, err
	}
	for _, one := range people {
		p.Patients = append(p.Patients, one.ID)
	}
	return tx.InboxFind(ctx, p)
}

// like is words as LIKE takes them literally.
func like(words string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(words)
}

// talks are some conversations in the order of their ids.
func (d Desk) talks(ctx context.Context, tx *store.Tx, ids []uuid.UUID) ([]Talk, error) {
	rows, err := tx.InboxRows(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Talk, 0, len(rows))
	for _, r := range rows {
		t := Talk{
			ID: r.ID, Channel: r.Channel, State: state(r.State, r.Owner), Blocked: r.BlockedAt != nil, Owner: store.ID(r.StaffID), Staff: r.Staff,
			Patient: strings.TrimSpace(r.Patient), Waiting: r.WaitingSince, Due: r.DueAt, Later: r.LaterUntil, Labels: r.Labels, Unread: r.Unread,
			LastSide: r.Side, At: r.At,
		}
		if t.Last, err = wordsOf(r.Body, r.DataClass); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b Talk) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return out, nil
}

// state is where a conversation stands: what people never had in hand, or gave back, is the bot's.
func state(kept *string, owner string) string {
	switch {
	case kept == nil && owner == "human":
		return Open
	case kept == nil || owner == "bot":
		return Bot
	}
	return *kept
}

// wordsOf are the last words in one line. What is of the medical classes is not shown in a list.
func wordsOf(body []byte, class string) (string, error) {
	if class != "" {
		return "", nil
	}
	var said conversation.Outgoing // an Incoming has its text by the same name
	if err := json.Unmarshal(body, &said); err != nil {
		return "", err
	}
	text := []rune(strings.Join(strings.Fields(said.Text), " "))
	if len(text) > 90 {
		return string(text[:90]) + "…", nil
	}
	return string(text), nil
}
