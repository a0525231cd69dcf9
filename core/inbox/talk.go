package inbox

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/attachment"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/personal"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Sides of a talk.
const (
	FromPerson = "in"
	FromBot    = "out"
	FromStaff  = "staff"
	Note       = "note" // among the staff
)

// Line is one thing said in a conversation.
type Line struct {
	ID     uuid.UUID
	Side   string
	At     time.Time
	Place  int64  // among the lines of one moment
	Kind   string // of the person's: text, button, photo …; of the clinic's: dialog, reminder, human …
	Text   string
	Hidden bool // there is more than the reader may see
	Staff  string

	State  string    // of the clinic's: queued, sent, failed, unknown …
	Why    string    // a code, of what was not sent
	Starts time.Time // when what is put off for the night goes

	Attached string // of a file that came: waiting, kept, refused, failed, gone
	MIME     string
	Bytes    int32
	Document uuid.UUID // in which card it lies
	Whose    uuid.UUID // on the way into whose card it is, as somebody said
	File     string    // the name of a file that the clinic sent
}

// Stray says that a file came of which nobody knows whose it is, where its chat is that of several people.
func (l Line) Stray() bool {
	return l.Attached == attachment.Kept && l.Kind != attachment.Voice && l.Document == uuid.Nil && l.Whose == uuid.Nil
}

// Lost says that what the clinic said did not arrive, or that nobody knows whether it did.
func (l Line) Lost() bool { return slices.Contains([]string{"failed", "unknown", "expired"}, l.State) }

// Person is one of the people that a chat speaks for.
type Person struct {
	ID       uuid.UUID
	Name     string
	Given    string
	Born     *time.Time
	Relation string
	Proved   bool
}

// Visit is one to come.
type Visit struct {
	ID, Patient, Doctor, Branch uuid.UUID
	At                          time.Time // by the branch's clock
	Service, Status             string
}

// Thread is a conversation with what was said in it.
type Thread struct {
	Talk
	Lang    string
	Lines   []Line // the oldest first
	More    bool   // there are older ones
	People  []Person
	Visits  []Visit
	Typing  []string  // logins of colleagues who are writing
	Said    uuid.UUID // the newest message of the staff's, as a reply must have seen it
	Medical bool      // its channel may carry what is medical
}

// Called is the name of one of a conversation's people.
func (t Thread) Called(id uuid.UUID) string {
	for _, p := range t.People {
		if p.ID == id {
			return p.Name
		}
	}
	return ""
}

// shownLines is how much of a conversation is shown at once.
const shownLines = 60

// Look is how a conversation is looked at: from a line back (zero: from now), and whether that is on record already.
type Look struct {
	Before Point
	Again  bool
}

// Point is where a line stands in its conversation.
type Point struct {
	At    time.Time
	Place int64
	ID    uuid.UUID
}

// Point is where the line stands.
func (l Line) Point() Point { return Point{l.At, l.Place, l.ID} }

// Thread opens a conversation, and puts that on record unless it is looked at again.
func (d Desk) Thread(ctx context.Context, who core.Actor, id uuid.UUID, l Look) (Thread, error) {
	var t Thread
	err := d.work(ctx, who, "open", func(tx *store.Tx) error {
		t = Thread{}
		chat, err := tx.Conversation(ctx, id)
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		t.Lang = store.Str(chat.Lang)
		if err := d.fill(ctx, tx, who, id, &t); err != nil {
			return err
		}
		if t.Lines, err = d.lines(ctx, tx, who, id, l.Before); err != nil {
			return err
		}
		t.More = len(t.Lines) > shownLines
		if t.More {
			t.Lines = t.Lines[1:]
		}
		rule, err := personal.Through(ctx, tx, chat.Channel, core.Records)
		if err != nil {
			return err
		}
		t.Medical = rule == personal.Allow
		if l.Again {
			return nil
		}
		return d.note(ctx, tx, "opened", id)
	})
	return t, err
}

// fill adds what stands around the words: whose it is, of whom, what is to come, who writes.
func (d Desk) fill(ctx context.Context, tx *store.Tx, who core.Actor, id uuid.UUID, t *Thread) error {
	talks, err := d.talks(ctx, tx, []uuid.UUID{id})
	if err != nil {
		return err
	}
	if len(talks) == 0 {
		return core.Refuse(core.NotFound, "not_found")
	}
	t.Talk = talks[0]
	if row, err := tx.InboxOf(ctx, id); err == nil {
		t.Version = row.Version
	}
	people, err := tx.InboxPeople(ctx, id)
	if err != nil {
		return err
	}
	ids := []uuid.UUID{}
	for _, p := range people {
		ids = append(ids, p.ID)
		t.People = append(t.People, Person{
			ID: p.ID, Name: strings.Join(strings.Fields(p.Surname+" "+p.Given+" "+p.Patronymic), " "), Given: p.Given, Born: p.BirthDate, Relation: p.Relation,
			Proved: p.VerifiedAt != nil,
		})
	}
	visits, err := tx.InboxVisits(ctx, db.InboxVisitsParams{Patients: ids, Now: d.Clock()})
	if err != nil {
		return err
	}
	for _, v := range visits {
		t.Visits = append(t.Visits, Visit{
			ID: v.ID, Patient: store.ID(v.PatientID), Doctor: v.PractitionerID, Branch: v.BranchID, At: v.LocalStart, Service: v.ServiceName, Status: v.Status,
		})
	}
	if t.Typing, err = tx.InboxTypists(ctx, db.InboxTypistsParams{ConversationID: id, Now: d.Clock(), Me: who.ID}); err != nil {
		return err
	}
	last, err := d.lastOfStaff(ctx, tx, id)
	t.Said = last.ID
	return err
}

func (d Desk) lastOfStaff(ctx context.Context, tx *store.Tx, id uuid.UUID) (db.InboxLastHumanRow, error) {
	rows, err := tx.InboxLastHuman(ctx, db.InboxLastHumanParams{ConversationID: id, Since: d.Clock().Add(-recent)})
	if err != nil || len(rows) == 0 {
		return db.InboxLastHumanRow{}, err
	}
	return rows[0], nil
}

// lines are what was said before a line, one more than are shown where there are older ones.
func (d Desk) lines(ctx context.Context, tx *store.Tx, who core.Actor, id uuid.UUID, before Point) ([]Line, error) {
	if before.At.IsZero() {
		before.At = d.Clock().Add(time.Minute)
	}
	rows, err := tx.InboxTalk(ctx, db.InboxTalkParams{ConversationID: id, Before: before.At, Place: before.Place, Line: before.ID, Most: shownLines + 1})
	if err != nil {
		return nil, err
	}
	slices.Reverse(rows)
	labels := map[string]string{}
	out := make([]Line, 0, len(rows))
	for _, r := range rows {
		l, err := d.line(who, r, labels)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

func (d Desk) line(who core.Actor, r db.InboxTalkRow, labels map[string]string) (Line, error) {
	l := Line{
		ID: r.ID, Side: r.Side, At: r.At, Place: r.Place, Kind: r.Kind, Staff: r.Staff, State: r.State, Why: r.Error, Attached: r.Attached, MIME: r.Mime, Bytes: r.Bytes,
		Document: store.ID(r.DocumentID), Whose: store.ID(r.Whose),
	}
	switch r.Side {
	case Note:
		text, err := d.Vault.Open(notePlace(r.ID), r.TextSealed)
		l.Text = string(text)
		return l, err
	case FromPerson:
		var in conversation.Incoming
		if err := json.Unmarshal(r.Body, &in); err != nil {
			return l, err
		}
		l.Kind, l.Text = string(in.Kind), in.Text
		if in.Kind == conversation.Button {
			l.Text = labels[in.Button]
		}
		return l, nil
	}
	var out conversation.Outgoing
	if err := json.Unmarshal(r.Body, &out); err != nil {
		return l, err
	}
	if r.NotBefore != nil && r.State == "queued" && r.NotBefore.After(d.Clock().Add(time.Minute)) {
		l.Starts = *r.NotBefore
	}
	if !shows(who, core.Class(r.DataClass)) {
		l.Hidden = true
		return l, nil
	}
	for _, row := range out.Buttons {
		for _, b := range row {
			labels[b.Data] = b.Label
		}
	}
	l.Text = out.Text
	if out.File != nil {
		l.File = out.File.Name
	}
	return l, nil
}

// shows says whether somebody may read a message of a class of data: the clinic's own word of a result is no more the desk's than the result.
func shows(who core.Actor, class core.Class) bool {
	if class == "" || class == core.Campaigns {
		return true
	}
	v, err := access.Require(who, core.Ask{Action: core.Read, Class: class, Facts: core.Facts{Branch: true}})
	return err == nil && v.View == access.Full
}

func notePlace(id uuid.UUID) vault.Place {
	return vault.Place{Table: "inbox_note", Column: "text_sealed", Row: id}
}
