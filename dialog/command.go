package dialog

import (
	"encoding/json"
	"time"
)

// Verb says what a Command does.
type Verb string

// The verbs. Buttons, the offline rules and a model all emit the same ones, so that one corpus tests all three.
const (
	Start   Verb = "start"   // begin Flow
	Set     Verb = "set"     // Slot = Value (or When)
	Clear   Verb = "clear"   // forget Slot
	Cancel  Verb = "cancel"  // leave the current flow
	Back    Verb = "back"    // one question back
	Clarify Verb = "clarify" // several readings: Choices
	Answer  Verb = "answer"  // a question for the clinic's articles: Value; Choices: what is meant where none answers
	Handoff Verb = "handoff" // a human, please
	Doubt   Verb = "worry"   // a danger that may be old: Slot is its kind, Value the words; asked whether it is so now
	Repeat  Verb = "repeat"  // ask again
	View    Verb = "view"    // another page of the same question: Slot = what is paged, Value = where to
	Confirm Verb = "confirm" // yes to the question asked
	Deny    Verb = "deny"    // no to the question asked
	Nudge   Verb = "nudge"   // the clock's: nothing was said for a while
	Drop    Verb = "drop"    // the clock's: nothing was said for a day
	Stale   Verb = "stale"   // a button of yesterday
	Media   Verb = "media"   // a photo, a voice message, a sticker: Value says which
)

// Grain is how exact a Window is meant.
type Grain string

// The grains, from fine to coarse.
const (
	Minute Grain = "minute"
	Hour   Grain = "hour"
	Part   Grain = "part"
	Day    Grain = "day"
	Week   Grain = "week"
	Month  Grain = "month"
	Asap   Grain = "asap"
)

// Window is a half-open interval of time [From, To) and how exactly it was meant. One of grain "part" that is longer than a day
// repeats daily: on each of its days from From's clock to To's.
type Window struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Grain Grain     `json:"grain"`

	Also       []Span  `json:"also,omitempty"`       // what suits as well: other days, or the days after one that was excluded
	Readings   []Span  `json:"readings,omitempty"`   // what else the same words may mean in place of the window: "next Friday"
	SameTime   bool    `json:"same_time,omitempty"`  // at the hour of the visit that is moved
	Words      []int   `json:"-"`                    // where it is said: the first byte of the text and the one after the last
	Confidence float64 `json:"confidence,omitempty"` // below 1 where the words may mean something else; 0 where they are plain
}

// Span is one more stretch of time, read as a Window is.
type Span struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Grain Grain     `json:"grain"`
}

// Command is one thing the person's message asks for.
type Command struct {
	Do      Verb
	Flow    string
	Slot    string
	Value   string    // a code, an id or the person's words
	When    *Window   // instead of Value for the slot "when"
	Unknown bool      // Value is the name of a doctor whom the clinic does not have
	Choices []Command // of Clarify and Answer
	Why     string    // the person's words that speak for a choice; said, never kept
}

type wire struct {
	Do      Verb            `json:"do"`
	Flow    string          `json:"flow,omitempty"`
	Slot    string          `json:"slot,omitempty"`
	Value   json.RawMessage `json:"value,omitempty"`
	Unknown bool            `json:"unknown,omitempty"`
	Choices []Command       `json:"choices,omitempty"`
}

// MarshalJSON writes the form that `zapis understand` prints: value is a string, or an object for a window.
func (c Command) MarshalJSON() ([]byte, error) {
	w := wire{Do: c.Do, Flow: c.Flow, Slot: c.Slot, Unknown: c.Unknown, Choices: c.Choices}
	var err error
	switch {
	case c.When != nil:
		w.Value, err = json.Marshal(c.When)
	case c.Value != "":
		w.Value, err = json.Marshal(c.Value)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *Command) UnmarshalJSON(data []byte) error {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	*c = Command{Do: w.Do, Flow: w.Flow, Slot: w.Slot, Unknown: w.Unknown, Choices: w.Choices}
	if len(w.Value) == 0 {
		return nil
	}
	if w.Value[0] == '{' {
		return json.Unmarshal(w.Value, &c.When)
	}
	return json.Unmarshal(w.Value, &c.Value)
}
