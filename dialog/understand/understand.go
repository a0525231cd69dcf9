// Package understand decides what the person meant, with no model.
//
// A message is cut into words (text.go) and the words are looked up in all their forms, with typos, the wrong keyboard layout and
// transliteration (lexicon.go, typo.go, script.go). Then they are read for days and hours (scan.go, when.go), for the slots
// (names.go, places.go) and for the flow (rules.go; the rules stand in flows_*.txt). Read puts the answers together. Nothing here
// reads a clock or does I/O.
package understand

import (
	"context"
	"encoding/json"
	"time"

	"github.com/zapis-clinic/zapis/dialog"
)

// Situation is where in the dialogue the text arrives.
type Situation struct {
	Now   time.Time // the message's moment, in the branch's zone
	Lang  string    // "ru" or "en"; a hint, both are always understood
	Flow  string    // the flow that is running, empty for none
	Asked string    // the slot that was asked for, empty for none
	Age   float64   // of whoever the visit is for, in years, where a card tells it; 0 for unknown
	Sex   string    // likewise, "f" or "m"
	Day   time.Time // the day that the talk is about, zero for none: a bare "в 10:30" is of that day
	Visit time.Time // the start of the visit that is moved, where it is known: "на час позже" is told from it

	// Worry says that the person was asked whether a danger is so now: a yes or a no then answers that, before whatever else was asked.
	Worry bool

	// Private is what stands on the cards of the people in the chat: names, phones, numbers. A model does not get to see it.
	Private []string
}

// Meaning is what a text was understood as. No commands means that it was not understood.
type Meaning struct {
	Text       string           `json:"text"`
	Commands   []dialog.Command `json:"commands"`
	Confidence float64          `json:"confidence"` // 0 to 1
	By         string           `json:"by"`         // rules, examples or llm: who said what the message is for

	// Worry is the kind of danger that the message may tell of, by rules: whether it is so now has to be asked.
	Worry string `json:"worry,omitempty"`

	// Question says that the clinic's articles may tell what is asked: where one does, its words count more than the commands.
	Question bool `json:"question,omitempty"`

	// Specialties are those that a complaint usually leads to, the likeliest first, where the text names none.
	Specialties []Specialty `json:"specialties,omitempty"`
}

// MarshalJSON writes the form that `zapis understand` prints; commands are never null.
func (m Meaning) MarshalJSON() ([]byte, error) {
	type plain Meaning
	if m.Commands == nil {
		m.Commands = []dialog.Command{}
	}
	return json.Marshal(plain(m))
}

// Model is whoever is asked when the rules are unsure. It returns commands, never words for the patient.
type Model interface {
	Understand(ctx context.Context, text string, s Situation) (Meaning, error)
}
