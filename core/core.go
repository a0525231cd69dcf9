// Package core decides the words every other package shares: who acts, what is a refusal, what time it is, how an id, a sum of
// money and a phone number look. It imports nothing of ours.
package core

import (
	"crypto/rand"
	"io"
	"time"

	"github.com/google/uuid"
)

// Clock tells the time. Only cmd reads the machine's clock; everything else is handed one.
type Clock func() time.Time

// IDs makes identifiers: UUIDv7, so that rows made one after another stand side by side in an index.
type IDs func() uuid.UUID

// NewIDs makes UUIDv7 ids whose random part comes from source; nil means the system's.
func NewIDs(source io.Reader) IDs {
	if source == nil {
		source = rand.Reader
	}
	return func() uuid.UUID {
		id, err := uuid.NewV7FromReader(source)
		if err != nil { // the system's source does not fail; a test's that ends gets a random id all the same
			return uuid.New()
		}
		return id
	}
}

// Kind says what sort of being an Actor is.
type Kind string

// The kinds of actor. A Patient acts through one conversation; a Service is another machine; System is Zapis itself.
const (
	Patient Kind = "patient"
	Staff   Kind = "staff"
	Service Kind = "service"
	System  Kind = "system"
)

// Actor is who acts. It is an argument of every access to the database, and the row-level policies read it.
// For a Patient, ID is the conversation, and the patients it may act for follow from its links.
type Actor struct {
	Kind       Kind
	ID         uuid.UUID
	Role       string      // the active role of a member of staff; the scope of a Service
	Doctor     uuid.UUID   // the practitioner that a member of staff is
	Branches   []uuid.UUID // of a member of staff; empty is all
	OnBehalfOf uuid.UUID
	Channel    string    // telegram, webchat, cabinet, worker, cli …
	Request    string    // the id of the request or the job, for the record
	Rules      Rules     // none: nothing that rules decide on is allowed
	Fresh      time.Time // when a second factor was last shown
	Agent      []string  // a model acts for this person, and may do these things only ("read appointments"); nil: nobody but the person
}

// Sys is Zapis itself acting through the given channel ("worker", "cli", "inbox").
func Sys(channel string) Actor { return Actor{Kind: System, Channel: channel} }
