package intake

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/settings"
	"github.com/zapis-clinic/zapis/core/sheet"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// thing is a line of a table of services or doctors: the change that it asks for.
type thing struct {
	*entry
	key     string // what tells it from others of its kind
	subject uuid.UUID
	change  settings.Change
}

func (x *thing) about() (*entry, uuid.UUID) { return x.entry, x.subject }

// house is a table of services or doctors. Its changes are made by Zapis once another person has said yes to the whole.
type house struct {
	Desk
	kind    Kind
	fill    bool
	book    *clinic.Catalog
	entries []*entry
}

func (d Desk) house(row db.Intake, t sheet.Table) house {
	return house{Desk: d, kind: Kind(row.Kind), fill: row.Fill, book: d.Book.Current(), entries: entries(t, row.Columns)}
}

func (h house) office() settings.Office {
	return settings.Office{Clock: h.Clock, IDs: h.IDs, Book: h.Book}
}

// read takes a line apart, and finds what the clinic has already.
func (h house) read(e *entry) *thing {
	x := &thing{entry: e}
	if h.kind == Services {
		h.service(x)
	} else {
		h.doctor(x)
	}
	if x.state == Wrong || x.state == Skip {
		return x
	}
	if x.state == Create {
		x.subject = h.IDs()
	}
	if why := core.Refusal(x.change.Check(h.book, x.subject)); why != nil {
		x.wrong(why.Key)
	}
	return x
}

// judge says of each line what would become of it.
func (h house) judge() []line {
	first := map[string]int{}
	out := make([]line, 0, len(h.entries))
	for _, e := range h.entries {
		x := h.read(e)
		if at, again := first[x.key]; again && x.state != Wrong {
			x.wrong(whyRepeats + " " + strconv.Itoa(at))
		} else if x.state != Wrong {
			first[x.key] = x.number
		}
		if x.state == Create || x.state == Wrong { // it has no id before it is made
			x.subject = uuid.Nil
		}
		out = append(out, x)
	}
	return out
}

func (h house) again(_ context.Context, _ *store.Tx, numbers map[int]bool) ([]line, error) {
	h.book = h.Book.Current()
	var out []line
	for _, e := range h.entries {
		if numbers[e.number] {
			out = append(out, h.read(&entry{number: e.number, cells: e.cells, state: Create}))
		}
	}
	return out, nil
}

// was is what stood before a line was carried out, and the mark of what it left.
type was struct {
	Change *settings.Change `json:"change,omitempty"` // nil: nothing stood
	Mark   string           `json:"mark"`
}

func (h house) apply(ctx context.Context, tx *store.Tx, one line) (outcome, error) {
	x, ok := one.(*thing)
	if !ok || x.state == Wrong || x.state == Skip {
		e, id := one.about()
		return outcome{state: e.state, why: e.why, subject: id}, nil
	}
	out := outcome{state: Created, why: x.why, subject: x.subject}
	var before was
	if x.state == Update {
		out.state = Updated
		stood, err := h.office().Now(ctx, tx, x.subject, x.change)
		if err != nil {
			return out, err
		}
		if before.Change, err = h.change(stood); err != nil {
			return out, err
		}
		x.over(*before.Change)
	}
	if err := h.office().Carry(ctx, tx, x.subject, x.change); err != nil {
		return out, err
	}
	stands, err := h.office().Now(ctx, tx, x.subject, x.change)
	before.Mark = settings.Mark(stands)
	out.before = before
	return out, err
}

// over lays what a line says over what stands: the table knows a part of it.
func (x *thing) over(stood settings.Change) {
	if s := x.change.Service; s != nil {
		all := *stood.Service
		all.NameEN, all.Kind, all.Minutes = s.NameEN, s.Kind, s.Minutes
		if s.Code != "" {
			all.Code = s.Code
		}
		x.change.Service = &all
		return
	}
	d, all := x.change.Doctor, *stood.Doctor
	all.Specialties, all.Branches, all.Performs = union(all.Specialties, d.Specialties), union(all.Branches, d.Branches), slices.Clone(all.Performs)
	for _, p := range d.Performs {
		if !performs(all, p.Service) {
			all.Performs = append(all.Performs, p)
		}
	}
	x.change.Doctor = &all
}

// change is what stands, as the change that would make it stand again.
func (h house) change(standing []byte) (*settings.Change, error) {
	var c settings.Change
	var err error
	if h.kind == Services {
		c.Service = &settings.Service{}
		err = json.Unmarshal(standing, c.Service)
	} else {
		c.Doctor = &settings.Doctor{}
		err = json.Unmarshal(standing, c.Doctor)
	}
	return &c, err
}

// undo takes one line back, while what it left is as it left it.
func (h house) undo(ctx context.Context, tx *store.Tx, r db.IntakeRow, sealed []byte) (outcome, error) {
	var before was
	if len(sealed) == 0 {
		return outcome{state: Kept, why: []string{"expired"}}, nil
	}
	if err := json.Unmarshal(sealed, &before); err != nil {
		return outcome{}, err
	}
	subject := store.ID(r.SubjectID)
	kind, err := h.change([]byte("{}"))
	if err != nil {
		return outcome{}, err
	}
	stands, err := h.office().Now(ctx, tx, subject, *kind)
	if err != nil {
		return outcome{}, err
	}
	if settings.Mark(stands) != before.Mark {
		return outcome{state: Kept, why: []string{"changed"}}, nil
	}
	if before.Change != nil {
		return outcome{state: Taken}, h.office().Carry(ctx, tx, subject, *before.Change)
	}
	gone, err := tx.ImportedSettingUndo(ctx, r.ID)
	if err != nil || !gone {
		return outcome{state: Kept, why: []string{"used"}}, err
	}
	removed := audit.Entry{ID: h.IDs(), At: h.Clock(), Action: "settings.removed", Class: core.Settings, Object: "setting", Subject: subject}
	return outcome{state: Taken}, audit.Add(ctx, tx, removed)
}

// parts takes a cell of several things apart: by semicolons and lines, and where a part is none that is known, by commas and slashes.
func parts(cell string, known func(string) bool) []string {
	var out []string
	for _, p := range strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == '\n' }) {
		if p = strings.TrimSpace(p); p == "" || known(p) {
			out = append(out, p)
			continue
		}
		for _, q := range strings.FieldsFunc(p, func(r rune) bool { return r == ',' || r == '/' }) {
			out = append(out, strings.TrimSpace(q))
		}
	}
	return slices.DeleteFunc(out, func(p string) bool { return p == "" })
}

// only is the thing of a list that a word means, by any of its names, and whether there is just one.
func only[T any](list []T, word string, names func(T) []string) (T, bool) {
	var found []T
	for _, x := range list {
		if slices.ContainsFunc(names(x), func(n string) bool { return folded(n) == folded(word) }) {
			found = append(found, x)
		}
	}
	if len(found) != 1 {
		var none T
		return none, false
	}
	return found[0], true
}

func (h house) specialty(word string) (string, bool) {
	s, ok := only(h.book.Specialties, word, func(s clinic.Specialty) []string { return []string{s.Code, s.Name.RU, s.Name.EN} })
	return s.Code, ok
}
