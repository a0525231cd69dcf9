package dialog

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/patient"
)

// Version of the flows' shape. A session of an older one restarts gently: it keeps its slots and asks anew.
const Version = 1

// Session is all that is kept of a talk between two turns.
type Session struct {
	Version int     `json:"v"`
	Stack   []Frame `json:"stack,omitempty"`
	Asked   string  `json:"asked,omitempty"`  // the slot the last question was about
	Misses  int     `json:"misses,omitempty"` // misunderstandings in a row
	Nudged  bool    `json:"nudged,omitempty"`
	Lang    string  `json:"lang,omitempty"`
	Human   bool    `json:"-"` // a human owns the chat; kept in the conversation's own column
	Met     bool    `json:"met,omitempty"`
	Album   string  `json:"album,omitempty"` // the last one that was answered: its later parts are not
	Worry   *Worry  `json:"worry,omitempty"`
}

// Frame is one running flow.
type Frame struct {
	Flow  string            `json:"flow"`
	Slots map[string]string `json:"slots,omitempty"`
	View  map[string]string `json:"view,omitempty"`
	Trail []string          `json:"trail,omitempty"` // slots in the order the person gave them
	Force []string          `json:"force,omitempty"` // slots to be asked although they could be filled
}

// maxStack is how deep topics may be switched; the lowest is forgotten first.
const maxStack = 3

// ReadSession reads a stored session. One of an older version keeps what was said and asks again.
func ReadSession(data []byte) (Session, error) {
	var s Session
	if len(data) > 0 {
		if err := json.Unmarshal(data, &s); err != nil {
			return Session{Version: Version}, err
		}
	}
	if s.Version != Version {
		s.Version, s.Asked = Version, ""
	}
	return s, nil
}

// Flow names the running flow, or "".
func (s Session) Flow() string {
	if len(s.Stack) == 0 {
		return ""
	}
	return s.Stack[len(s.Stack)-1].Flow
}

// clone copies what a turn may change, so that a turn that fails leaves the session as it was.
func (s Session) clone() Session {
	s.Stack = slices.Clone(s.Stack)
	if s.Worry != nil {
		w := *s.Worry
		s.Worry = &w
	}
	for i, f := range s.Stack {
		s.Stack[i] = Frame{
			Flow: f.Flow, Slots: maps.Clone(f.Slots), View: maps.Clone(f.View), Trail: slices.Clone(f.Trail), Force: slices.Clone(f.Force),
		}
	}
	return s
}

func (s *Session) top() *Frame {
	if len(s.Stack) == 0 {
		return nil
	}
	return &s.Stack[len(s.Stack)-1]
}

func (s *Session) below() *Frame {
	if len(s.Stack) < 2 {
		return nil
	}
	return &s.Stack[len(s.Stack)-2]
}

func (s *Session) push(flow string) {
	s.Stack = slices.DeleteFunc(s.Stack, func(f Frame) bool { return f.Flow == flow })
	if len(s.Stack) >= maxStack {
		s.Stack = s.Stack[1:]
	}
	s.Stack = append(s.Stack, Frame{Flow: flow})
}

// after puts a flow under the running one: its turn comes when that is over.
func (s *Session) after(flow string) {
	if len(s.Stack) >= maxStack || slices.ContainsFunc(s.Stack, func(f Frame) bool { return f.Flow == flow }) {
		return
	}
	s.Stack = slices.Insert(s.Stack, len(s.Stack)-1, Frame{Flow: flow})
}

func (s *Session) pop() {
	s.Stack = s.Stack[:len(s.Stack)-1]
}

func (f *Frame) put(slot, value string) {
	if f.Slots == nil {
		f.Slots = map[string]string{}
	}
	f.Slots[slot] = value
}

func (f *Frame) look(slot, value string) {
	if f.View == nil {
		f.View = map[string]string{}
	}
	f.View[slot] = value
}

// said notes that the person gave a slot, for the way back.
func (f *Frame) said(slot string) {
	f.Trail = slices.DeleteFunc(f.Trail, func(s string) bool { return s == slot })
	f.Trail = append(f.Trail, slot)
	f.Force = slices.DeleteFunc(f.Force, func(s string) bool { return s == slot })
}

// Day is the day that the talk is about: the chosen one, or the zero time.
func (s Session) Day() time.Time {
	for _, f := range slices.Backward(s.Stack) {
		var w Window
		if err := json.Unmarshal([]byte(f.Slots[slotWhen]), &w); err == nil && len(w.Also) == 0 && w.To.Sub(w.From) <= 25*time.Hour {
			return w.From
		}
	}
	return time.Time{}
}

// Patient is whom the topmost flow that says so is for: one of the chat's people by id, or by what they are to whoever writes. Neither for
// nobody, or somebody new.
func (s Session) Patient() (uuid.UUID, patient.Relation) {
	for _, f := range slices.Backward(s.Stack) {
		for _, slot := range []string{slotPatient, slotPerson} {
			who := f.Slots[slot]
			if id, err := uuid.Parse(who); err == nil {
				return id, ""
			}
			if who != "" {
				return uuid.Nil, patient.Relation(who)
			}
		}
	}
	return uuid.Nil, ""
}

// take goes on with what was said in another flow.
func (f *Frame) take(slots []string, from Frame) {
	for _, slot := range slots {
		if v, ok := from.Slots[slot]; ok {
			f.put(slot, v)
		}
		if slices.Contains(from.Trail, slot) {
			f.said(slot)
		}
	}
}
