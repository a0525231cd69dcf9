package acts

import (
	"context"
	"errors"
	"strconv"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
)

// Session is what a model's tools work with (V11): acts for one person and about one patient, both of whom the entry knows. A tool names no
// patient and no id: what it was shown it calls by a reference ("r1"), and a reference that it was not given leads nowhere. The person's
// rights are cut down to the actor's Agent list by the rules themselves.
type Session struct {
	book    *Book
	who     core.Actor
	patient uuid.UUID
	refs    map[string]uuid.UUID
	names   map[uuid.UUID]string
}

// Session begins one. Who must say what the model may do; a patient must be known.
func (b *Book) Session(who core.Actor, patient uuid.UUID) (*Session, error) {
	if who.Agent == nil || patient == uuid.Nil {
		return nil, errors.New("a model's session needs its list of acts and its patient")
	}
	return &Session{book: b, who: who, patient: patient, refs: map[string]uuid.UUID{}, names: map[uuid.UUID]string{}}, nil
}

// Call is what a tool may say. Button is the entry's to set: the person pressed one for exactly this.
type Call struct {
	Class  core.Class
	Action core.Action
	Ref    string // of something that was shown; "" where nothing is meant
	Kind   string
	Fields map[string]string
	Button bool
}

// Do does an act for the session's person about the session's patient. What is shown has references in place of ids, and rows of the
// session's patient only.
func (s *Session) Do(ctx context.Context, c Call) (Output, error) {
	in := Input{Patient: s.patient, Kind: c.Kind, Fields: c.Fields, Button: c.Button}
	if c.Ref != "" {
		known, ok := s.refs[c.Ref]
		if !ok {
			return Output{}, core.Refuse(core.NotFound, "not_found")
		}
		in.ID, in.Visit = known, known
	}
	out, err := s.book.Do(ctx, s.who, c.Class, c.Action, in)
	if err != nil {
		return Output{}, err
	}
	shown := Output{View: out.View, Rows: []Row{}}
	for _, row := range out.Rows {
		if cut, ok := s.cut(row); ok {
			shown.Rows = append(shown.Rows, cut)
		}
	}
	return shown, nil
}

// cut is a row without ids, unless it is another patient's: then it is not for this session, whoever may see it elsewhere.
func (s *Session) cut(row Row) (Row, bool) {
	if whose, told := row[keyPatient].(uuid.UUID); told && whose != s.patient {
		return nil, false
	}
	out := Row{}
	for name, value := range row {
		switch value := value.(type) {
		case uuid.UUID:
			if name == keyID || name == keyVisit {
				out["ref"] = s.ref(value)
			}
		case []Row:
			list := make([]Row, 0, len(value))
			for _, inner := range value {
				if cut, ok := s.cut(inner); ok {
					list = append(list, cut)
				}
			}
			out[name] = list
		default:
			out[name] = value
		}
	}
	return out, true
}

// ref is the session's name of something.
func (s *Session) ref(id uuid.UUID) string {
	if name, known := s.names[id]; known {
		return name
	}
	name := "r" + strconv.Itoa(len(s.names)+1)
	s.names[id], s.refs[name] = name, id
	return name
}
