// Package patient decides who comes to the clinic: the card, the contacts, and for whom a chat may act.
package patient

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Relation says who a patient is to the person in the chat.
type Relation string

// The relations.
const (
	Self   Relation = "self"
	Child  Relation = "child"
	Spouse Relation = "spouse"
	Parent Relation = "parent"
	Other  Relation = "other"
)

// Person is a patient as a chat that may act for them sees them.
type Person struct {
	ID         uuid.UUID
	Surname    string
	Given      string
	Patronymic string
	Born       *time.Time
	Relation   Relation
	Phone      string // E.164; empty where unknown
	Verified   bool   // the desk has seen a document
}

// Name is «Иван Петров».
func (p Person) Name() string { return strings.TrimSpace(p.Given + " " + p.Surname) }

// Cards keeps patients.
type Cards struct {
	In    store.Opener
	Clock core.Clock
	IDs   core.IDs
}

// New is what is known of somebody who comes for the first time.
type New struct {
	Name     string // as typed: «Петров Иван Сергеевич»
	Relation Relation
	Lang     string
	Phone    string // E.164, may be empty for a relative
	Vouched  bool   // the messenger shared the phone itself
}

// Register makes a card and links the acting chat to it. Nothing is kept of somebody who has not agreed to processing.
func (c Cards) Register(ctx context.Context, actor core.Actor, n New) (uuid.UUID, error) {
	name, err := Split(n.Name)
	if err != nil {
		return uuid.Nil, err
	}
	id := c.IDs()
	err = c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := consent.Require(ctx, tx, consent.Processing); err != nil {
			return err
		}
		err := tx.PatientRegister(ctx, db.PatientRegisterParams{
			ID: id, Relation: string(n.Relation), Surname: name.Surname, Given: name.Given, Patronymic: name.Patronymic, Lang: n.Lang, At: c.Clock(),
		})
		if err != nil {
			return err
		}
		if n.Phone != "" {
			if err := c.contact(ctx, tx, id, n.Phone, n.Vouched); err != nil {
				return err
			}
		}
		return c.note(ctx, tx, id, "patient.register", "name", "phone")
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("register a patient: %w", err)
	}
	return id, nil
}

// SetPhone adds a phone to a card. One that the messenger vouches for counts as verified.
func (c Cards) SetPhone(ctx context.Context, actor core.Actor, id uuid.UUID, phone string, vouched bool) error {
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := c.contact(ctx, tx, id, phone, vouched); err != nil {
			return err
		}
		return c.note(ctx, tx, id, "patient.phone", "phone")
	})
	if err != nil {
		return fmt.Errorf("set a phone: %w", err)
	}
	return nil
}

func (c Cards) contact(ctx context.Context, tx *store.Tx, id uuid.UUID, phone string, vouched bool) error {
	now := c.Clock()
	put := db.PatientContactPutParams{PatientID: id, Kind: "phone", Value: phone, CreatedAt: now}
	if vouched {
		put.VerifiedAt = &now
	}
	return tx.PatientContactPut(ctx, put)
}

func (c Cards) note(ctx context.Context, tx *store.Tx, id uuid.UUID, action string, fields ...string) error {
	return audit.Add(ctx, tx, audit.Entry{ID: c.IDs(), At: c.Clock(), Action: action, Object: "patient", Subject: id, Patient: id, Fields: fields})
}

// Family lists the people a chat acts for, oneself first.
func (c Cards) Family(ctx context.Context, actor core.Actor) ([]Person, error) {
	var out []Person
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.PatientsOfChat(ctx, actor.ID)
		for _, r := range rows {
			out = append(out, Person{
				ID: r.ID, Surname: r.Surname, Given: r.Given, Patronymic: r.Patronymic, Born: r.BirthDate, Relation: Relation(r.Relation),
				Phone: r.Phone, Verified: r.VerifiedAt != nil,
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the chat's people: %w", err)
	}
	return out, nil
}

// Duplicates lists cards that are likely the same person: for a task of the desk, never for the chat.
func (c Cards) Duplicates(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error) {
	var out []uuid.UUID
	err := c.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		var err error
		out, err = tx.PatientDuplicates(ctx, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("likely duplicates: %w", err)
	}
	return out, nil
}

// maxName bounds a name in characters: the longest real ones stay under it.
const maxName = 100

// Name is a person's name in its parts, each of which may be empty but Given.
type Name struct{ Surname, Given, Patronymic string }

// Split takes a typed name apart: «Петров Иван Сергеевич», «Иван Петров», «Иван». What has no letters is no name.
func Split(typed string) (Name, error) {
	words := strings.Fields(typed)
	letters := 0
	for _, r := range typed {
		if unicode.IsLetter(r) {
			letters++
		} else if !unicode.IsSpace(r) && !unicode.IsMark(r) && !strings.ContainsRune("-'’.`", r) {
			return Name{}, core.Refuse(core.Invalid, "name_invalid")
		}
	}
	if letters < 2 || len(words) == 0 || len(words) > 5 || utf8.RuneCountInString(typed) > maxName {
		return Name{}, core.Refuse(core.Invalid, "name_invalid")
	}
	for i, w := range words {
		r, size := utf8.DecodeRuneInString(w)
		words[i] = string(unicode.ToUpper(r)) + w[size:]
	}
	return arrange(words), nil
}

// arrange tells by their endings which of the words is what.
func arrange(words []string) Name {
	last := len(words) - 1
	switch {
	case last == 0:
		return Name{Given: words[0]}
	case isPatronymic(words[last]) && last > 1:
		return Name{Surname: strings.Join(words[:last-1], " "), Given: words[last-1], Patronymic: words[last]}
	case isPatronymic(words[1]) && last == 2:
		return Name{Surname: words[2], Given: words[0], Patronymic: words[1]}
	case isPatronymic(words[1]):
		return Name{Given: words[0], Patronymic: words[1]}
	case last == 1 && isSurname(words[0]) && !isSurname(words[1]):
		return Name{Surname: words[0], Given: words[1]}
	default:
		return Name{Surname: strings.Join(words[1:], " "), Given: words[0]}
	}
}

func isPatronymic(w string) bool {
	return endsIn(w, "вич", "ьич", "вна", "чна", "шна", "оглы", "кызы")
}

func isSurname(w string) bool {
	return endsIn(w, "ов", "ев", "ёв", "ин", "ын", "ова", "ева", "ёва", "ина", "ына", "ский", "ская", "цкий", "цкая", "ко", "ук", "юк", "ян", "дзе", "швили", "ых", "их")
}

func endsIn(w string, endings ...string) bool {
	for _, e := range endings {
		if strings.HasSuffix(strings.ToLower(w), e) {
			return true
		}
	}
	return false
}
