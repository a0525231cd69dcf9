package cabinet

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/staff"
)

// Fields of the forms of a card.
const (
	keySurname    = "surname"
	keyGiven      = "given"
	keyPatronymic = "patronymic"
	keySex        = "sex"
	keyLang       = "lang"
	keyEmail      = "email"
	keyDrop       = "drop"
)

// cardForm is a form about a card: what was typed, what is wrong with it, and, where somebody else was first, what stands in the card now.
type cardForm struct {
	ID      uuid.UUID
	Version int32
	Typed   map[string]string
	Drop    map[string]bool
	Wrong   map[string]string
	Now     map[string]string // what somebody else wrote meanwhile, by field
	Known   []patient.Contact // contacts that are there
	Problem string
}

func (f cardForm) say(name string) string { return f.Typed[name] }

func cardFields() []string {
	return []string{keySurname, keyGiven, keyPatronymic, keyBorn, keySex, keyLang, keyPhone, keyEmail}
}

// filled is a card as the form has it.
func filled(c patient.Card) map[string]string {
	out := map[string]string{keySurname: c.Name.Surname, keyGiven: c.Name.Given, keyPatronymic: c.Name.Patronymic, keySex: c.Sex, keyLang: c.Lang}
	if c.Born != nil {
		out[keyBorn] = c.Born.Format(time.DateOnly)
	}
	return out
}

// cardEdit is GET /cabinet/patients/{id}/edit.
func (s *Server) cardEdit(w http.ResponseWriter, r *http.Request, m staff.Member) {
	c, ok := s.editable(w, r, m)
	if !ok {
		return
	}
	s.render(w, r, http.StatusOK, editPage(s.viewOf(r, m), cardForm{ID: c.ID, Version: c.Version, Typed: filled(c), Known: s.readable(c)}))
}

// editable is the card of the address where whoever asks may change it; else they are answered.
func (s *Server) editable(w http.ResponseWriter, r *http.Request, m staff.Member) (patient.Card, bool) {
	actor := s.acting(r, m)
	c, err := s.cards().Open(r.Context(), actor, subject(r))
	if err != nil {
		s.cardClosed(w, r, m, err)
		return c, false
	}
	if !may(actor, core.Update, core.Contacts, c.Facts) {
		s.refuse(w, r, &core.Error{Code: core.Denied, Key: "card_not_yours"})
		return c, false
	}
	return c, true
}

// readable are a card's contacts as people write them.
func (s *Server) readable(c patient.Card) []patient.Contact {
	return s.framed(core.Actor{}, c).Contacts
}

// cardChanged is POST /cabinet/patients/{id}/edit. Whoever was second is shown what the first wrote, beside what they typed themselves.
func (s *Server) cardChanged(w http.ResponseWriter, r *http.Request, m staff.Member) {
	c, ok := s.editable(w, r, m)
	if !ok {
		return
	}
	f := cardForm{ID: c.ID, Typed: typed(r, cardFields()...), Drop: map[string]bool{}, Known: s.readable(c)}
	version, _ := strconv.ParseInt(r.PostFormValue("version"), 10, 32) // none is an old one
	f.Version = int32(version)
	e, err := f.edit(r.PostForm[keyDrop])
	if err == nil {
		err = s.cards().Change(r.Context(), s.acting(r, m), c.ID, e)
	}
	v := s.view(r)
	why := core.Refusal(err)
	switch {
	case err == nil:
		s.tellNext(r, v.Say("card.saved"))
		http.Redirect(w, r, cardPath(c.ID, ""), http.StatusSeeOther)
	case why == nil:
		s.fault(w, r, err)
	default:
		f.refused(v, why, s.sentence(v, why))
		if why.Key == "patient_changed" {
			f.overtaken(c)
		}
		s.render(w, r, s.refusedWith(w, why), editPage(s.viewOf(r, m), f))
	}
}

// edit reads the form.
func (f *cardForm) edit(drop []string) (patient.Edit, error) {
	e := patient.Edit{
		Version: f.Version, Sex: f.say(keySex), Lang: f.say(keyLang), Email: strings.TrimSpace(f.say(keyEmail)),
		Name: patient.Name{Surname: tidy(f.say(keySurname)), Given: tidy(f.say(keyGiven)), Patronymic: tidy(f.say(keyPatronymic))},
	}
	for _, text := range drop {
		f.Drop[text] = true
		if id, err := uuid.Parse(text); err == nil {
			e.Drop = append(e.Drop, id)
		}
	}
	if text := f.say(keyBorn); text != "" {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return e, core.Refuse(core.Invalid, "born_wrong")
		}
		e.Born = &day
	}
	if strings.TrimSpace(f.say(keyPhone)) != "" {
		var err error
		if e.Phone, err = core.Phone(f.say(keyPhone), "RU"); err != nil {
			return e, err
		}
	}
	return e, nil
}

func tidy(text string) string { return strings.Join(strings.Fields(text), " ") }

// refused puts a refusal beside its field.
func (f *cardForm) refused(_ view, why *core.Error, sentence string) {
	field := map[string]string{
		"name_invalid": keySurname, "name_given": keyGiven, "born_wrong": keyBorn, "phone_invalid": keyPhone, "email_wrong": keyEmail,
		"sex_wrong": keySex, "lang_wrong": keyLang, "consent_paper_number": keyPaper,
	}[why.Key]
	if field == "" {
		f.Problem = sentence
		return
	}
	f.Wrong = map[string]string{field: sentence}
}

// overtaken says beside each field what stands in the card now, and saves over that from here on.
func (f *cardForm) overtaken(c patient.Card) {
	f.Version, f.Now = c.Version, map[string]string{}
	for name, value := range filled(c) {
		if f.Typed[name] != value {
			f.Now[name] = value
		}
	}
}

// familyChanged is POST /cabinet/patients/{id}/family: somebody is a relative ("patient", "relation"), or is none ("drop").
func (s *Server) familyChanged(w http.ResponseWriter, r *http.Request, m staff.Member) {
	actor, id := s.acting(r, m), subject(r)
	var err error
	if gone, bad := uuid.Parse(r.PostFormValue(keyDrop)); bad == nil {
		err = s.cards().Unrelate(r.Context(), actor, id, gone)
	} else {
		relative, bad := uuid.Parse(r.PostFormValue("patient"))
		if bad != nil {
			err = core.Refuse(core.Invalid, "relative_unchosen")
		} else {
			err = s.cards().Relate(r.Context(), actor, id, relative, patient.Relation(r.PostFormValue("relation")))
		}
	}
	why := core.Refusal(err)
	switch {
	case err == nil:
		s.tellNext(r, s.view(r).Say("card.family_saved"))
		http.Redirect(w, r, cardPath(id, ""), http.StatusSeeOther) //nolint:gosec // an id
	case why != nil && why.Code == core.Invalid:
		v := s.view(r)
		s.cardShown(w, r, m, s.refusedWith(w, why), func(f *cardFrame) { f.Problem = s.sentence(v, why) })
	default:
		s.cardClosed(w, r, m, err)
	}
}

// patientNew is GET /cabinet/patients/new.
func (s *Server) patientNew(w http.ResponseWriter, r *http.Request, m staff.Member) {
	if !makesCards(s.acting(r, m)) {
		s.refuse(w, r, &core.Error{Code: core.Denied, Key: "card_not_yours"})
		return
	}
	s.render(w, r, http.StatusOK, newPage(s.viewOf(r, m), cardForm{Typed: map[string]string{keyLang: russian, keyKey: s.IDs().String()}}))
}

// patientMade is POST /cabinet/patients: a card, with the number of the paper on which its person agreed to processing.
func (s *Server) patientMade(w http.ResponseWriter, r *http.Request, m staff.Member) {
	actor := s.acting(r, m)
	if !makesCards(actor) {
		s.refuse(w, r, &core.Error{Code: core.Denied, Key: "card_not_yours"})
		return
	}
	f := cardForm{Typed: typed(r, keyName, keyPhone, keyBorn, keySex, keyLang, keyPaper, keyKey)}
	in := acts.Input{Button: true, Fields: map[string]string{}}
	for name, value := range f.Typed {
		in.Fields[name] = value
	}
	out, err := s.Acts.Do(r.Context(), actor, core.Contacts, core.Create, in)
	v := s.view(r)
	if why := core.Refusal(err); why != nil {
		if why.Key == "field_invalid" {
			why = &core.Error{Code: core.Invalid, Key: "born_wrong"}
		}
		f.refused(v, why, s.sentence(v, why))
		if text := f.Wrong[keySurname]; text != "" {
			f.Wrong[keyName] = text
		}
		s.render(w, r, s.refusedWith(w, why), newPage(s.viewOf(r, m), f))
		return
	}
	if err != nil || len(out.Rows) == 0 {
		s.fault(w, r, err)
		return
	}
	id, _ := out.Rows[0]["id"].(uuid.UUID) // the act's own id
	s.tellNext(r, v.Say("card.made_now"))
	http.Redirect(w, r, cardPath(id, ""), http.StatusSeeOther)
}
