package cabinet

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/settings"
	"github.com/zapis-clinic/zapis/core/staff"
)

// The kinds of a line of a form, by what is typed or chosen there and what it is in the setting.
const (
	lineLine     = ""
	lineArea     = "area"
	lineNumber   = "number"
	lineChoice   = "choice"
	lineCheck    = "check"
	lineMany     = "many"
	linePerforms = "performs"
	newKey       = "new"
)

// maxArticle bounds a form of a setting, in bytes: the longest holds an article, six bytes a Russian letter as browsers send it.
const maxArticle = 256 << 10

// formLine is one line of a setting's form. Name is the setting's own for it, and its label is settings.f_name.
type formLine struct {
	Name, Kind, Hint string // the hint is a key
	Label            string // a key, where it is not settings.f_name
	Required         bool
	Options          []option
	Groups           []performed // of linePerforms
}

// housePart is a part of the clinic's settings whose things have a list and a form each. A form's names are those of the setting's JSON.
type housePart struct {
	Path, Word string                                                                                // of the list; settings.word is its name, settings.new_word the button's
	list       func(p desk) (listing, error)                                                         // what there is
	lines      func(p desk, form url.Values) [][]formLine                                            // rows of lines
	blank      func(p desk) url.Values                                                               // of a new one
	change     func(text []byte) (settings.Change, error)                                            // what the form says
	ask        func(key string) settings.Change                                                      // names what is looked at
	subject    func(key string, form url.Values) uuid.UUID                                           // of the address's last part; of a new one by its form
	title      func(form url.Values) string                                                          // of what stands
	notes      func(ctx context.Context, p desk, subject uuid.UUID, form url.Values) ([]note, error) // said beside the form
	reads      func(p desk, form url.Values) (map[string]any, error)                                 // where lines alone do not say it
	drawn      func(p desk, form url.Values) error                                                   // completes a form that shows what stands
	item       func(key string) string                                                               // of the subject, where it has several
	preview    func(p desk, form url.Values) []shownAs                                               // what patients would read
}

// desk is what the parts of a page are made from.
type desk struct {
	*Server
	View    view
	Who     core.Actor
	May     rights
	Catalog *clinic.Catalog
	Request *http.Request
}

// listing is a list of a part as its page shows it.
type listing struct {
	Filter []formLine
	Values url.Values
	Head   []string // keys
	Rows   [][]cell
	Older  string // the address of the next ones
	New    string // what the address of a new one carries: "branch=…"
	Fixed  bool   // there are no new ones
	Notes  []note // over the list
}

// cell is one place of a list. With a Key it leads to what it names; with a Tone it is a badge.
type cell struct{ Text, Key, Tone string }

// note is a sentence beside a form, with where to go.
type note struct{ Text, Href, Label string }

// houseFrame is what the page of one thing is drawn from.
type houseFrame struct {
	May     rights
	Part    housePart
	Key     string // in the address
	ID      uuid.UUID
	Title   string
	Rows    [][]formLine
	Form    url.Values
	Seen    string
	Problem string
	Wrong   string
	Notes   []note
	Shown   []shownAs
	History []settings.Proposal
	Catalog *clinic.Catalog
}

func (f houseFrame) isNew() bool { return f.Key == newKey }

func (f houseFrame) path() string { return f.Part.Path + "/" + f.Key }

func (f houseFrame) wrong(name string) string {
	if f.Wrong == name || (f.Wrong != "" && name == f.Wrong+"_ru") { // a name in both languages is wrong beside the first
		return f.Problem
	}
	return ""
}

// placed says that some line shows what is wrong, so that the page need not.
func (f houseFrame) placed() bool {
	for _, row := range f.Rows {
		for _, l := range row {
			if f.wrong(l.Name) != "" {
				return true
			}
		}
	}
	return false
}

func houseParts() []housePart {
	return []housePart{branchPart(), roomPart(), specialtyPart(), doctorPart(), articlePart(), wordPart(), rhythmPart(), consentPart()}
}

func (s *Server) houseRoutes(r chi.Router) {
	for _, p := range houseParts() {
		at := strings.TrimPrefix(p.Path, "/cabinet")
		r.Get(at, s.member(s.houseList(p), true))
		r.Get(at+"/{id}", s.member(s.houseOne(p), true))
		r.Post(at+"/{id}", s.member(s.houseSet(p), true))
	}
}

// housed is a member who sees how the clinic is set up; prices alone show nothing of it.
func (s *Server) housed(w http.ResponseWriter, r *http.Request, m staff.Member) (desk, bool) {
	who, may, ok := s.settler(w, r, m)
	if ok && !may.House {
		s.refuse(w, r, &core.Error{Code: core.Denied, Key: "settings_not_yours"})
		ok = false
	}
	return desk{s, s.viewOf(r, m), who, may, s.Book.Current(), r}, ok
}

// houseList is GET of a part's list.
func (s *Server) houseList(of housePart) func(http.ResponseWriter, *http.Request, staff.Member) {
	return func(w http.ResponseWriter, r *http.Request, m staff.Member) {
		p, ok := s.housed(w, r, m)
		if !ok {
			return
		}
		list, err := of.list(p)
		if err != nil {
			s.failed(w, r, err)
			return
		}
		s.render(w, r, http.StatusOK, houseListPage(p.View, p.May, of, list))
	}
}

// houseOne is GET of one thing; "new" is one to be.
func (s *Server) houseOne(of housePart) func(http.ResponseWriter, *http.Request, staff.Member) {
	return func(w http.ResponseWriter, r *http.Request, m staff.Member) {
		f := houseFrame{Part: of}
		if q := r.URL.Query(); q.Has(keyStood) { // a form that is not done yet, to be drawn by what was chosen in it
			f.Form, f.Seen = trimmed(q), q.Get(keyStood)
		}
		s.houseShown(w, r, m, f)
	}
}

func (s *Server) houseShown(w http.ResponseWriter, r *http.Request, m staff.Member, f houseFrame) {
	p, ok := s.housed(w, r, m)
	if !ok {
		return
	}
	f.Key, f.May, f.Catalog = chi.URLParam(r, "id"), p.May, p.Catalog
	status := http.StatusOK
	if f.Problem != "" {
		status = http.StatusUnprocessableEntity
	}
	if err := s.houseStands(r.Context(), p, &f); err != nil {
		s.failed(w, r, err)
		return
	}
	if f.Rows = f.Part.lines(p, f.Form); f.Part.preview != nil {
		f.Shown = f.Part.preview(p, f.Form)
	}
	s.render(w, r, status, housePage(p.View, f))
}

// houseStands reads the thing as it stands, with its history.
func (s *Server) houseStands(ctx context.Context, p desk, f *houseFrame) error {
	if f.isNew() && p.May.SetHouse {
		if f.Form == nil {
			f.Form = f.Part.blank(p)
			f.Form.Set(keyID, s.IDs().String())
		}
		f.Form.Set(keyAt, f.Key)
		f.Title = p.View.Say("settings.new_" + f.Part.Word)
		return nil
	}
	f.ID = f.Part.subject(f.Key, f.Form)
	text, err := s.settingsDesk().Standing(ctx, p.Who, f.ID, f.Part.ask(f.Key))
	if err == nil && text == nil {
		err = core.Refuse(core.NotFound, "not_found")
	}
	if err != nil {
		return err
	}
	stands, err := formOf(text)
	if err != nil {
		return err
	}
	f.Title, f.Seen = f.Part.title(stands), orText(f.Seen, settings.Mark(text))
	if stands.Set(keyAt, f.Key); f.Form == nil {
		f.Form = stands
	}
	f.Form.Set(keyAt, f.Key)
	if f.Part.drawn != nil {
		if err := f.Part.drawn(p, f.Form); err != nil {
			return err
		}
	}
	if f.Part.notes != nil {
		if f.Notes, err = f.Part.notes(ctx, p, f.ID, stands); err != nil {
			return err
		}
	}
	wanted := settings.Wanted{Subject: f.ID}
	if f.Part.item != nil {
		wanted.Item = f.Part.item(f.Key)
	}
	f.History, _, err = s.settingsDesk().Proposals(ctx, p.Who, wanted)
	return err
}

// houseSet is POST of one thing: it is proposed to be otherwise, or to be.
func (s *Server) houseSet(of housePart) func(http.ResponseWriter, *http.Request, staff.Member) {
	return func(w http.ResponseWriter, r *http.Request, m staff.Member) {
		p, ok := s.housed(w, r, m)
		if !ok {
			return
		}
		if err := r.ParseForm(); err != nil {
			s.refuse(w, r, &core.Error{Code: core.Invalid, Key: "settings_empty"})
			return
		}
		f := houseFrame{Part: of, Form: trimmed(r.PostForm), Seen: r.PostFormValue(keyStood), Key: chi.URLParam(r, "id")}
		f.Form.Set(keyAt, f.Key)
		change, err := f.change(p)
		if err == nil {
			f.ID = of.subject(f.Key, f.Form)
			err = s.propose(r, p.Who, settings.Ask{Subject: f.ID, Change: change, Seen: f.Seen})
		}
		if why := core.Refusal(err); why != nil && (why.Code == core.Invalid || why.Code == core.Conflict) {
			f.Problem = s.sentence(p.View, why)
			f.Wrong, _ = why.Args["Field"].(string)
			if why.Key == "settings_changed" { // the form shows what stands now; what was typed stays in it
				f.Seen = ""
			}
			s.houseShown(w, r, m, f)
			return
		}
		if err != nil {
			s.failed(w, r, err)
			return
		}
		if f.isNew() {
			s.proposed(w, r, proposalsPath)
			return
		}
		s.proposed(w, r, f.path())
	}
}

func trimmed(form url.Values) url.Values {
	for name, list := range form {
		for i := range list {
			form[name][i] = strings.TrimSpace(list[i])
		}
	}
	return form
}

// change is what the form says, read by its lines.
func (f houseFrame) change(p desk) (settings.Change, error) {
	out := map[string]any{}
	for _, row := range f.Part.lines(p, f.Form) {
		for _, l := range row {
			value, err := l.read(f.Form)
			if err != nil {
				return settings.Change{}, err
			}
			out[l.Name] = value
		}
	}
	if f.Part.reads != nil {
		more, err := f.Part.reads(p, f.Form)
		if err != nil {
			return settings.Change{}, err
		}
		for name, value := range more {
			out[name] = value
		}
	}
	text, err := json.Marshal(out)
	if err != nil {
		return settings.Change{}, err
	}
	return f.Part.change(text)
}

// read is what was typed in a line, as the setting's JSON has it.
func (l formLine) read(form url.Values) (any, error) {
	switch l.Kind {
	case lineNumber:
		n, err := strconv.ParseInt(orText(form.Get(l.Name), "0"), 10, 32)
		if err != nil {
			return nil, core.Refuse(core.Invalid, "setting_number", "Field", l.Name)
		}
		return n, nil
	case lineCheck:
		return form.Get(l.Name) != "", nil
	case lineMany:
		return form[l.Name], nil
	case lineArea:
		return strings.ReplaceAll(form.Get(l.Name), "\r\n", "\n"), nil
	}
	return form.Get(l.Name), nil
}

// formOf is a setting as its form shows it.
func formOf(text []byte) (url.Values, error) {
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	form := url.Values{}
	for name, value := range fields {
		switch x := value.(type) {
		case string:
			form.Set(name, x)
		case float64:
			form.Set(name, strconv.FormatFloat(x, 'f', -1, 64))
		case bool:
			if x {
				form.Set(name, "1")
			}
		case []any:
			many(form, name, x)
		case map[string]any: // forms of a sentence
			for inner, text := range x {
				form.Set(inner, fmt.Sprint(text))
			}
		}
	}
	return form, nil
}

// many puts a list into a form: values, or services with minutes of their own.
func many(form url.Values, name string, list []any) {
	for _, one := range list {
		switch x := one.(type) {
		case string:
			form.Add(name, x)
		case float64:
			form.Add(name, strconv.FormatFloat(x, 'f', -1, 64))
		case map[string]any:
			id, _ := x[keyService].(string)
			form.Add(name, id)
			if minutes, own := x[keyMinutes].(float64); own {
				form.Set("minutes_"+id, strconv.Itoa(int(minutes)))
			}
		}
	}
}
