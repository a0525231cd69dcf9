package stage

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/visit"
)

// Play plays a script and returns it with the clinic's lines as they are now.
func (s *Stage) Play(ctx context.Context, script Script) (string, error) {
	var out strings.Builder
	for _, line := range script.Lines {
		out.WriteString(line.Raw + "\n")
		if line.Step == nil {
			continue
		}
		if err := s.Do(ctx, *line.Step); err != nil {
			return out.String(), fmt.Errorf("at %q: %w", line.Raw, err)
		}
		if note := Note(s.model.found); s.Explain && note != "" {
			out.WriteString("? " + note + "\n")
		}
		out.WriteString(s.Heard())
	}
	state, err := s.State(ctx)
	return sortedNotes(out.String()) + state, err
}

// sortedNotes puts a "?" line back under the words it explains: the answer was written between them.
func sortedNotes(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := 1; i < len(lines); i++ {
		for j := i; strings.HasPrefix(lines[j], "? ") && j > 0 && !strings.HasPrefix(lines[j-1], "> "); j-- {
			lines[j], lines[j-1] = lines[j-1], lines[j]
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// Heard is what the clinic said since the last look, as a script's lines.
func (s *Stage) Heard() string {
	var b strings.Builder
	messages, toasts := s.Screen.News()
	for _, t := range toasts {
		b.WriteString("< (" + t + ")\n")
	}
	for _, m := range messages {
		for line := range strings.SplitSeq(m.Text, "\n") {
			b.WriteString(strings.TrimRight("< "+line, " ") + "\n")
		}
		if m.File != "" {
			b.WriteString("< (" + m.File + ")\n")
		}
		b.WriteString(rows(m.Buttons))
		if m.Ask != "" {
			b.WriteString("[ " + m.Ask + " ]\n")
		}
	}
	return b.String()
}

// rows writes buttons; a calendar is written as its free days.
func rows(buttons [][]conversation.Choice) string {
	var b strings.Builder
	var days []string
	for _, row := range buttons {
		labels := make([]string, 0, len(row))
		for _, c := range row {
			labels = append(labels, c.Label)
		}
		if len(row) == 7 {
			days = append(days, slices.DeleteFunc(labels, func(s string) bool { return s == " " || s == "·" || s[0] > '9' })...)
			continue
		}
		if len(days) > 0 {
			b.WriteString("[ " + strings.Join(days, " ") + " ]\n")
			days = nil
		}
		b.WriteString("[ " + strings.Join(labels, " | ") + " ]\n")
	}
	if len(days) > 0 {
		b.WriteString("[ " + strings.Join(days, " ") + " ]\n")
	}
	return b.String()
}

// fact is a line of State; Patient is nil where it is of no patient, and Visit where nothing was said of one in a person's own words.
type fact struct {
	Patient *uuid.UUID
	Line    string
	Visit   *uuid.UUID
	Said    []byte
}

// State is what stands in the database of this chat, as "=" lines: people, consents, visits, tasks.
func (s *Stage) State(ctx context.Context) (string, error) {
	var lines []string
	id := conversation.ID("talk:test", s.Chat)
	err := s.DB.InTx(ctx, core.Sys("test"), func(tx *store.Tx) error {
		rows, err := tx.Query(ctx, `
SELECT p.id, 'patient ' || concat_ws(' ', nullif(p.surname, ''), p.given, nullif(p.patronymic, '')) || ' ' || l.relation || CASE WHEN l.verified_at IS NULL THEN '' ELSE ' proved' END, NULL::uuid, NULL::bytea
FROM patient_link l JOIN patient p ON p.id = l.patient_id WHERE l.conversation_id = $1
UNION ALL
SELECT NULL, 'consent ' || t.purpose || ' ' || e.action, NULL, NULL FROM consent_event e JOIN consent_text t ON t.id = e.text_id WHERE e.conversation_id = $1
UNION ALL
SELECT NULL, 'task ' || kind, NULL, NULL FROM task WHERE conversation_id = $1 AND state = 'open'
UNION ALL
SELECT NULL, kind || ' ' || state || CASE WHEN document_id IS NULL THEN '' ELSE ' in the card' END || coalesce(' (' || why || ')', ''), NULL, NULL
FROM attachment WHERE conversation_id = $1
UNION ALL
SELECT NULL, p.surname || ' ' || to_char(v.local_start, 'YYYY-MM-DD HH24:MI') || ' ' || v.status || coalesce(' (' || v.cancel_reason || ')', ''),
       r.visit_id, r.text_sealed
FROM visit v JOIN practitioner p ON p.id = v.practitioner_id LEFT JOIN visit_reason r ON r.visit_id = v.id AND r.kind = 'cancellation'
WHERE v.holder_id = $1`, id)
		if err != nil {
			return err
		}
		stand, err := pgx.CollectRows(rows, pgx.RowToStructByPos[fact])
		if err != nil {
			return err
		}
		for _, f := range stand {
			phone, err := s.phone(ctx, tx, f.Patient)
			if err != nil {
				return err
			}
			said, err := s.said(f)
			if err != nil {
				return err
			}
			lines = append(lines, "= "+said+phone+"\n")
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("what stands: %w", err)
	}
	slices.Sort(lines)
	return strings.Join(lines, ""), nil
}

// said is a line with the words in which somebody cancelled, in the place of their code.
func (s *Stage) said(f fact) (string, error) {
	if f.Visit == nil {
		return f.Line, nil
	}
	words, err := s.Vault.Open(vault.Place{Table: "visit_reason", Column: "text_sealed", Row: *f.Visit}, f.Said)
	return strings.Replace(f.Line, "(other)", "("+string(words)+")", 1), err
}

// phone is a patient's, with whether it is verified.
func (s *Stage) phone(ctx context.Context, tx *store.Tx, id *uuid.UUID) (string, error) {
	if id == nil {
		return "", nil
	}
	known, err := patient.Cards{In: tx.Reading(), Vault: s.Vault}.Contacts(ctx, tx.Actor, *id)
	switch {
	case err != nil || len(known) == 0:
		return "", err
	case known[0].Verified:
		return " " + known[0].Value + " verified", nil
	default:
		return " " + known[0].Value, nil
	}
}

// meanwhile is what others do: "taken Иванова 2026-11-25 10:00" books a time, "closed Иванова 2026-11-25" is a day of leave,
// "cancelled Иванова 2026-11-25 10:00" is the clinic's own cancellation, "restored …" takes it back, "freed …" is one that the patient
// asked for on the phone, and "moved Иванова 2026-11-25 10:00
// 12:30" is its own move within the day. "link …" and "code 123456 1980-03-12" are said where they are done; "deaf"
// takes the model away that listens to voice messages.
func (s *Stage) meanwhile(ctx context.Context, text string) error {
	f := strings.Fields(text)
	if len(f) == 3 && f[0] == "link" {
		return s.link(ctx, f[1], f[2])
	}
	if len(f) == 3 && f[0] == "code" {
		return s.code(ctx, f[1], f[2])
	}
	if text == "deaf" {
		s.Deaf, s.Talks.Ear = true, nil
		return nil
	}
	if len(f) == 1 {
		return s.clinic(ctx, f[0])
	}
	if len(f) == 3 && f[0] == "renamed" {
		return s.renamed(ctx, f[1], f[2])
	}
	if len(f) < 3 {
		return fmt.Errorf("nobody knows how to do %q", text)
	}
	c := s.Talks.Book.Current()
	i := slices.IndexFunc(c.Doctors, func(d clinic.Doctor) bool { return d.Surname == f[1] })
	if i < 0 {
		return fmt.Errorf("no doctor %s", f[1])
	}
	doctor := c.Doctors[i]
	branch, _ := c.Branch(doctor.Branches[0])
	at, err := time.ParseInLocation("2006-01-02 15:04", strings.Join(append(f[2:], "00:00")[:2], " "), branch.Zone)
	if err != nil {
		return fmt.Errorf("meanwhile %q: %w", text, err)
	}
	switch f[0] {
	case "taken":
		return s.taken(ctx, doctor, branch, at)
	case "closed":
		days := schedule.Days{In: s.DB, Book: s.Talks.Book, Clock: s.Clock, IDs: core.NewIDs(nil)}
		_, err := days.Close(ctx, core.Sys("cabinet"), schedule.Closure{Practitioner: doctor.ID, From: at, To: at.AddDate(0, 0, 1), Reason: "leave"})
		return err
	case "cancelled", "freed", "restored", "moved", "done", "invoice":
		id, err := s.visitAt(ctx, doctor, at)
		if err != nil {
			return err
		}
		return s.changed(ctx, f, id, at)
	default:
		return fmt.Errorf("nobody knows how to do %q", text)
	}
}

// link has somebody on the staff ask for a link to their messenger: its token is said, so that a script can open it.
func (s *Stage) link(ctx context.Context, login, token string) error {
	return s.DB.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		row, err := tx.StaffByLogin(ctx, login)
		if err != nil {
			return err
		}
		hash := sha256.Sum256([]byte(token))
		return tx.StaffInviteAdd(ctx, db.StaffInviteAddParams{
			TokenHash: hash[:], StaffID: row.ID, Purpose: "messenger", ExpiresAt: s.Clock().Add(15 * time.Minute),
		})
	})
}

func (s *Stage) visits() visit.Desk {
	return visit.Desk{In: s.DB, Book: s.Talks.Book, Clock: s.Clock, IDs: core.NewIDs(nil), Vault: s.Vault}
}

func (s *Stage) taken(ctx context.Context, d clinic.Doctor, b clinic.Branch, at time.Time) error {
	c := s.Talks.Book.Current()
	free := schedule.Free{In: s.DB, Book: s.Talks.Book, Clock: s.Clock}
	service := c.ServicesOf(d.Specialties[0], d.ID)[0]
	slots, err := free.Nearest(ctx, core.Sys("test"), schedule.Ask{Doctor: d.ID, Service: service.ID, From: at, To: at.Add(time.Minute), Limit: 1})
	if err != nil {
		return err
	}
	if len(slots) == 0 {
		return fmt.Errorf("%s is not free at %s", d.Surname, at.In(b.Zone))
	}
	stranger, err := s.stranger(ctx)
	if err != nil {
		return err
	}
	_, err = s.visits().Make(ctx, core.Sys("cabinet"), visit.Wish{Slot: slots[0], Service: service.ID, Patient: stranger, Source: "phone"})
	return err
}

func (s *Stage) stranger(ctx context.Context) (uuid.UUID, error) {
	id := uuid.New()
	err := s.DB.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO patient (id, given, created_at) VALUES ($1, 'Другой', $2)", id, s.Clock())
		return err
	})
	return id, err
}

// visitAt is the doctor's visit at a moment, whatever has become of it.
func (s *Stage) visitAt(ctx context.Context, d clinic.Doctor, at time.Time) (uuid.UUID, error) {
	var id uuid.UUID
	err := s.DB.InTx(ctx, core.Sys("test"), func(tx *store.Tx) error {
		const latest = "SELECT id FROM visit WHERE practitioner_id = $1 AND starts_at = $2 ORDER BY created_at DESC LIMIT 1"
		return tx.QueryRow(ctx, latest, d.ID, at).Scan(&id)
	})
	if err != nil {
		return id, fmt.Errorf("%s's visit at %s: %w", d.Surname, at, err)
	}
	return id, nil
}

// changed is what the desk does to a visit.
func (s *Stage) changed(ctx context.Context, words []string, id uuid.UUID, at time.Time) error {
	desk := s.Talks.Guard.Admit(core.Actor{Kind: core.Staff, Role: "admin", Channel: "cabinet"})
	switch words[0] {
	case "cancelled":
		_, err := s.visits().Cancel(ctx, desk, id, "doctor ill")
		return err
	case "freed":
		_, err := s.visits().Cancel(ctx, desk, id, "")
		return err
	case "restored":
		_, err := s.visits().Restore(ctx, desk, id)
		return err
	case "done":
		_, err := s.visits().Mark(ctx, desk, id, visit.Done)
		return err
	case "invoice":
		_, err := s.Talks.Acts.Do(ctx, desk, core.Payments, core.Create, acts.Input{Visit: id})
		return err
	}
	if len(words) < 5 {
		return fmt.Errorf("moved to what time: %q", strings.Join(words, " "))
	}
	to, err := time.ParseInLocation("2006-01-02 15:04", words[2]+" "+words[4], at.Location())
	if err != nil {
		return fmt.Errorf("moved to %q: %w", words[4], err)
	}
	v, err := s.visits().Find(ctx, desk, id)
	if err != nil {
		return err
	}
	_, err = s.visits().Move(ctx, desk, id, schedule.Slot{Doctor: v.Doctor, Branch: v.Branch, Room: v.Room, Start: to})
	return err
}
