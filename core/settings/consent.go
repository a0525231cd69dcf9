package settings

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/store"
)

// Consent is what people are asked to agree to for a purpose, in a language. A version stands for good: other words are another version.
type Consent struct {
	Purpose string `json:"purpose"`
	Lang    string `json:"lang"`
	Version int32  `json:"version"`
	Body    string `json:"wording"`
}

// Bounds of a consent. It is one message of a messenger, which holds 4096 characters, with room for what is said around it.
const (
	maxConsent = 3500
	maxVersion = 1_000_000
)

// ConsentsID is the subject of all texts of consent: each is an item of it.
func ConsentsID() uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceURL, []byte("zapis consents")) }

func (c *Consent) item() string { return c.Purpose + "/" + c.Lang }

func (c *Consent) check(_ *clinic.Catalog, subject uuid.UUID) error {
	text := strings.TrimSpace(c.Body)
	switch {
	case subject != ConsentsID(), !c.known():
		return core.Refuse(core.NotFound, "not_found")
	case c.Version < 1 || c.Version > maxVersion:
		return wrong("version")
	case text == "" || !utf8.ValidString(text) || strings.ContainsRune(text, 0) || utf8.RuneCountInString(text) > maxConsent:
		return wrong("wording")
	}
	return nil
}

// known says that there can be such a text.
func (c *Consent) known() bool {
	return slices.Contains(consent.Purposes(), consent.Purpose(c.Purpose)) && slices.Contains([]string{"ru", "en"}, c.Lang)
}

// standing is the newest version; 0 is none.
func (c *Consent) standing(ctx context.Context, tx *store.Tx, _ uuid.UUID) (any, error) {
	if !c.known() {
		return nil, core.Refuse(core.NotFound, "not_found")
	}
	out := &Consent{Purpose: c.Purpose, Lang: c.Lang}
	list, err := tx.ConsentTexts(ctx)
	for _, t := range list {
		if t.Purpose == c.Purpose && t.Lang == c.Lang {
			out.Version, out.Body = t.Version, t.Body
		}
	}
	return out, err
}

// newer refuses a version that stands already, or that an older one would come after, and words that are in force as they are.
func (c *Consent) newer(ctx context.Context, tx *store.Tx) error {
	list, err := tx.ConsentTexts(ctx)
	for _, t := range list {
		switch {
		case t.Purpose != c.Purpose || t.Lang != c.Lang:
		case t.Version >= c.Version:
			return core.Refuse(core.Conflict, "consent_version_stands", "Field", "version", "Version", t.Version)
		case t.Body == strings.TrimSpace(c.Body):
			return core.Refuse(core.Conflict, "consent_same", "Field", "wording")
		}
	}
	return err
}

// publish puts the wording on record: from the next question on, people are asked in these words.
func (c *Consent) publish(ctx context.Context, tx *store.Tx, o Office) error {
	if err := c.newer(ctx, tx); err != nil {
		return err
	}
	w := consent.Wording{Purpose: consent.Purpose(c.Purpose), Lang: c.Lang, Version: c.Version, Body: strings.TrimSpace(c.Body)}
	return consent.Register{In: tx, Clock: o.Clock, IDs: o.IDs}.Publish(ctx, tx.Actor, w)
}

// put is for what has no clock.
func (c *Consent) put(context.Context, *store.Tx, uuid.UUID) error {
	return core.Refuse(core.Invalid, "settings_empty")
}

// Consents are the newest texts of every purpose and language that has one.
func (d Desk) Consents(ctx context.Context, who core.Actor) ([]Consent, error) {
	if !Sees(who, kindSchedule) {
		return nil, core.Refuse(core.Denied, "settings_not_yours")
	}
	var out []Consent
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		out = nil
		list, err := tx.ConsentTexts(ctx)
		for _, t := range list {
			out = append(out, Consent{Purpose: t.Purpose, Lang: t.Lang, Version: t.Version, Body: t.Body})
		}
		return err
	})
	return out, err
}
