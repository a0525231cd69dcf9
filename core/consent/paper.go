package consent

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
)

// paper is the channel of what was signed at the desk.
const paper = "paper"

// Paper is a consent, or its withdrawal, that a patient signed at the desk.
type Paper struct {
	Patient   uuid.UUID
	Purpose   Purpose
	Lang      string
	Withdrawn bool
	Document  string // where the paper lies: a number in the clinic's own files, at most 64 characters and no name
}

// maxDocument bounds the number of a paper, in characters.
const maxDocument = 64

// Sign records what was signed on paper, to the newest wording. Without the paper's number it is refused: nothing else would show it.
func (r Register) Sign(ctx context.Context, actor core.Actor, p Paper) error {
	document := strings.TrimSpace(p.Document)
	if document == "" || utf8.RuneCountInString(document) > maxDocument {
		return core.Refuse(core.Invalid, "consent_paper_number")
	}
	if err := r.visible(ctx, actor, p.Patient); err != nil {
		return err
	}
	text, err := r.Newest(ctx, actor, p.Purpose, p.Lang)
	if err != nil {
		return err
	}
	w := word{text: text.ID, patient: p.Patient, evidence: document, action: given}
	if p.Withdrawn {
		w.action = withdrawn
	}
	return r.say(ctx, actor, w)
}

// visible refuses papers to whoever may not take them, and of patients whom they may not see.
func (r Register) visible(ctx context.Context, actor core.Actor, patient uuid.UUID) error {
	ask := core.Ask{Action: core.Create, Class: core.Documents, Facts: core.Facts{Branch: true, Kind: "administrative"}}
	if _, err := access.Require(actor, ask); err != nil {
		return err
	}
	return r.In.InTx(ctx, actor, func(tx *store.Tx) error {
		var there bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM patient WHERE id = $1)", patient).Scan(&there); err != nil || there {
			return err
		}
		return core.Refuse(core.NotFound, "not_found")
	})
}

// Event is one word of a patient's, with what shows that it was said.
type Event struct {
	Purpose  Purpose
	Lang     string
	Version  int32
	Given    bool
	At       time.Time
	Channel  string
	Evidence string    // the message's id in its channel, or the paper's number
	By       core.Kind // who wrote it down
}

// Of lists everything a patient has said, the newest first, at most 200.
func (r Register) Of(ctx context.Context, actor core.Actor, patient uuid.UUID) ([]Event, error) {
	var out []Event
	err := r.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.ConsentsOfPatient(ctx, patient)
		for _, row := range rows {
			out = append(out, Event{
				Purpose: Purpose(row.Purpose), Lang: row.Lang, Version: row.Version, Given: row.Action == given, At: row.At, Channel: row.Channel,
				Evidence: row.MessageID, By: core.Kind(row.ActorKind),
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("consents of a patient: %w", err)
	}
	return out, nil
}
