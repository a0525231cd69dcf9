// Package exam measures what the understanding makes of phrases whose meaning is known.
package exam

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Case is one phrase and what is right for it. Which fields are set says of which kind it is.
type Case struct {
	Text string    `json:"text"`
	Now  time.Time `json:"now"` // the moment it is said; the set's own where it is not given

	Flows  Flows  `json:"flow"`  // the right flows; of a turn, the one that runs
	Asked  string `json:"asked"` // of a turn: the slot that was asked for
	Wanted []Text `json:"commands"`

	Expect      *Time             `json:"expect"`
	Specialties []string          `json:"specialty"`
	Red         *bool             `json:"red"`
	Set         map[string]string `json:"set"`
	Not         map[string]string `json:"not"`
	Article     *string           `json:"article"`
}

// Text is a command as people write it: "confirm", "start prices", "set doctor=Иванова", "set when=03-13".
type Text = string

// Flows is a list of flows, or one.
type Flows []string

// UnmarshalJSON takes "flow" and ["flow", …].
func (f *Flows) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*f = nil
		if one != "" {
			*f = Flows{one}
		}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(f))
}

// Time is the date and the time that a phrase names. Dates are days; a window's ends are hours of the clock.
type Time struct {
	Dates         []string    `json:"dates"`
	AcceptDates   []string    `json:"accept_dates"`
	From          string      `json:"date_from"`
	To            string      `json:"date_to"`
	AcceptRanges  [][]string  `json:"accept_ranges"`
	Time          string      `json:"time"`
	Window        []string    `json:"window"`
	AcceptWindows [][]string  `json:"accept_windows"`
	None          bool        `json:"none"`
	Instant       *ForeignDay `json:"instant"`
}

// Kind is what a case asks.
type Kind string

// The kinds.
const (
	Flow      Kind = "flows"
	Turn      Kind = "turns"
	Date      Kind = "dates"
	Complaint Kind = "complaints"
	RedFlag   Kind = "redflags"
	Slots     Kind = "slots"
	Question  Kind = "questions"
)

// Kind tells by the fields.
func (c *Case) Kind() Kind {
	switch {
	case c.Wanted != nil:
		return Turn
	case c.Expect != nil:
		return Date
	case c.Red != nil:
		return RedFlag
	case c.Article != nil:
		return Question
	case c.Set != nil || c.Not != nil:
		return Slots
	case c.Specialties != nil:
		return Complaint
	}
	return Flow
}

// check refuses a case that asks nothing.
func (c *Case) check() error {
	if c.Text == "" {
		return errors.New("a case without a text")
	}
	if c.Kind() == Flow && len(c.Flows) == 0 {
		return fmt.Errorf("%q: nothing is right for it", c.Text)
	}
	return nil
}
