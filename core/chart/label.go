package chart

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
)

// Labels lists the sensitivity labels: what bears one is for its author and the head doctor.
func Labels() []string {
	return []string{"hiv", "psychiatry", "narcology", "reproductive", "staff", "vip"}
}

// Label checks a label; empty is none.
func Label(label string) (*string, error) {
	if label == "" {
		return nil, nil
	}
	if !slices.Contains(Labels(), label) {
		return nil, core.Refuse(core.Invalid, "label_unknown")
	}
	return &label, nil
}

// Words checks a text that is to be sealed: something must be said, in at most max characters.
func Words(text string, most int) ([]byte, error) {
	text = strings.TrimSpace(text)
	if text == "" || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, core.Refuse(core.Invalid, "text_empty")
	}
	if utf8.RuneCountInString(text) > most {
		return nil, core.Refuse(core.Invalid, "text_long", "Most", most)
	}
	return []byte(text), nil
}

// Author is who signs what an actor writes: a doctor as the practitioner they are, everybody else as themselves.
func Author(a core.Actor) uuid.UUID {
	if a.Kind == core.Staff && a.Doctor != uuid.Nil && a.Role == "doctor" {
		return a.Doctor
	}
	return a.ID
}

// Wrote says whether an author is the actor.
func Wrote(a core.Actor, author *uuid.UUID) bool {
	return author != nil && *author == Author(a) && *author != uuid.Nil
}
