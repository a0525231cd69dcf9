package patient

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Enrol makes a card of what is known of a patient already: e without a version or contacts to drop. Paper is the number under which their
// signed consent to processing lies: nothing is kept of somebody who has not agreed.
func (c Cards) Enrol(ctx context.Context, actor core.Actor, e Edit, paper string) (uuid.UUID, error) {
	id := c.IDs()
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		ask := core.Ask{Action: core.Create, Class: core.Contacts, Facts: core.Facts{Branch: actor.Kind == core.Staff}} // who is new belongs to every branch
		if _, err := access.Require(actor, ask); err != nil {
			return err
		}
		if err := e.Check(c.Clock()); err != nil {
			return err
		}
		_, err := tx.PatientEnrol(ctx, db.PatientEnrolParams{
			ID: id, Surname: e.Name.Surname, Given: e.Name.Given, Patronymic: e.Name.Patronymic, BirthDate: e.Born, Sex: store.Text(e.Sex), Lang: e.Lang,
			CreatedAt: c.Clock(), MadeBy: store.Ref(actor.ID),
		})
		if err != nil {
			return err
		}
		signed := consent.Paper{Patient: id, Purpose: consent.Processing, Lang: e.Lang, Document: paper}
		if err := (consent.Register{In: tx, Clock: c.Clock, IDs: c.IDs}).Sign(ctx, actor, signed); err != nil {
			return err
		}
		if err := c.reach(ctx, tx, id, e); err != nil {
			return err
		}
		return c.note(ctx, tx, id, "patient.register", "name", "born", "phone", "email")
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("enrol a patient: %w", err)
	}
	return id, nil
}

// Listed takes apart a name as lists have it, the surname first: «Ким Ирина», «ПЕТРОВ ИВАН СЕРГЕЕВИЧ»; «Анна Петрова» is told by the endings.
func Listed(typed string) Name {
	words := strings.Fields(typed)
	for i, w := range words {
		words[i] = cased(w)
	}
	switch {
	case len(words) == 0:
		return Name{}
	case len(words) == 1:
		return Name{Given: words[0]}
	case len(words) == 2 && utf8.RuneCountInString(words[1]) > 4 && endsIn(words[1], "ов", "ова", "ев", "ева", "ский", "ская") && !isSurname(words[0]), // not «Ким Ирина»
		len(words) == 3 && isPatronymic(words[1]) && !isPatronymic(words[2]):
		return arrange(words)
	}
	return Name{Surname: words[0], Given: words[1], Patronymic: strings.Join(words[2:], " ")}
}

// cased is a word as names are written, where it was written in capitals alone or without any.
func cased(w string) string {
	if utf8.RuneCountInString(w) < 2 || (w != strings.ToUpper(w) && w != strings.ToLower(w)) {
		return w
	}
	begins := true
	return strings.Map(func(r rune) rune {
		defer func() { begins = r == '-' }()
		if begins {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, w)
}

// Cased are the parts of a name as names are written.
func (n Name) Cased() Name {
	each := func(part string) string {
		words := strings.Fields(part)
		for i, w := range words {
			words[i] = cased(w)
		}
		return strings.Join(words, " ")
	}
	return Name{each(n.Surname), each(n.Given), each(n.Patronymic)}
}
