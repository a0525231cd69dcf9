package cabinet

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/settings"
	"github.com/zapis-clinic/zapis/core/staff"
)

// serviceFrame is what the list of services is drawn from.
type serviceFrame struct {
	May         rights
	Specialties []clinic.Specialty
	Specialty   string
	List        []clinic.Service
	Planned     map[uuid.UUID]settings.Proposal
}

// serviceList is GET /cabinet/settings/services?specialty=: what a speciality does, for how much.
func (s *Server) serviceList(w http.ResponseWriter, r *http.Request, m staff.Member) {
	who, may, ok := s.settler(w, r, m)
	if !ok {
		return
	}
	c := s.Book.Current()
	f := serviceFrame{May: may, Specialties: c.Specialties, Specialty: r.URL.Query().Get(keySpecialty), Planned: map[uuid.UUID]settings.Proposal{}}
	if _, known := c.Specialty(f.Specialty); !known && len(c.Specialties) > 0 {
		f.Specialty = c.Specialties[0].Code
	}
	f.List = c.ServicesOf(f.Specialty, uuid.Nil)
	open, _, err := s.settingsDesk().Proposals(r.Context(), who, settings.Wanted{Open: true})
	if err != nil {
		s.failed(w, r, err)
		return
	}
	for _, p := range open {
		if p.Change.Price != nil {
			f.Planned[p.Subject] = p
		}
	}
	s.render(w, r, http.StatusOK, servicesPage(s.viewOf(r, m), f))
}

// serviceForm is a service as its form was filled in.
type serviceForm struct {
	ID      uuid.UUID
	New     bool
	Fields  map[string]string
	Seen    string
	Price   map[string]string
	Was     string // Mark of the price that the form shows
	Problem string
	Wrong   string // the field that the problem is of
}

func (f serviceForm) wrong(name string) string {
	if f.Wrong == name {
		return f.Problem
	}
	return ""
}

// serviceOneFrame is what the page of a service is drawn from.
type serviceOneFrame struct {
	May      rights
	Form     serviceForm
	Name     string
	Now      clinic.Service
	History  []settings.Proposal
	Catalog  *clinic.Catalog
	Tomorrow string
}

func (f serviceOneFrame) path() string { return servicesPath + "/" + f.Form.ID.String() }

// serviceOne is GET /cabinet/settings/services/{id}: a service with its price's history; "new" is one to be.
func (s *Server) serviceOne(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.serviceShown(w, r, m, serviceForm{}, nil)
}

func (s *Server) serviceShown(w http.ResponseWriter, r *http.Request, m staff.Member, form serviceForm, why *core.Error) {
	who, may, ok := s.settler(w, r, m)
	if !ok {
		return
	}
	v, status := s.viewOf(r, m), http.StatusOK
	f := serviceOneFrame{May: may, Form: form, Catalog: s.Book.Current(), Tomorrow: s.Clock().In(s.zone()).AddDate(0, 0, 1).Format(time.DateOnly)}
	if chi.URLParam(r, "id") == "new" && may.SetHouse {
		f.Form.New, f.Name = true, v.Say("settings.new_service")
		if f.Form.Fields == nil {
			f.Form.ID, f.Form.Fields = s.IDs(), map[string]string{keySpecialty: r.URL.Query().Get(keySpecialty), keyKind: "initial", keyMinutes: "30", "active": "1"}
		}
	} else if err := s.serviceStands(r, who, &f); err != nil {
		s.failed(w, r, err)
		return
	}
	if why != nil {
		status, f.Form.Problem = s.refusedWith(w, why), s.sentence(v, why)
		f.Form.Wrong, _ = why.Args["Field"].(string)
		if why.Key == "price_since" {
			f.Form.Wrong = keySince
		}
	}
	s.render(w, r, status, servicePage(v, f))
}

// serviceStands reads the service as it stands, with its history.
func (s *Server) serviceStands(r *http.Request, who core.Actor, f *serviceOneFrame) error {
	id := subject(r)
	stands, err := s.settingsDesk().Service(r.Context(), who, id)
	if err != nil {
		return err
	}
	f.Name, f.Form.ID = stands.Set.NameRU, id
	f.Now, _ = f.Catalog.Service(id)
	f.Form.Seen, f.Form.Was = orText(f.Form.Seen, stands.Mark), orText(f.Form.Was, stands.PriceMark)
	if f.Form.Fields == nil {
		f.Form.Fields = serviceFields(stands.Set)
	}
	if f.Form.Price == nil {
		f.Form.Price = map[string]string{}
	}
	f.History, _, err = s.settingsDesk().Proposals(r.Context(), who, settings.Wanted{Subject: id})
	return err
}

func orText(text, other string) string {
	if text != "" {
		return text
	}
	return other
}

func serviceFields(x settings.Service) map[string]string {
	f := map[string]string{
		"name_ru": x.NameRU, "name_en": x.NameEN, keySpecialty: x.Specialty, keyKind: x.Kind, keyMinutes: whole32(x.Minutes), "before": whole32(x.Before),
		"after": whole32(x.After), "code": x.Code, keyArticle: x.Article,
	}
	if x.MinNotice != nil {
		f["min_notice"] = whole32(*x.MinNotice)
	}
	if x.Active {
		f["active"] = "1"
	}
	return f
}

func whole32(n int32) string { return strconv.Itoa(int(n)) }

// read takes fields of a form as they were typed.
func readFields(r *http.Request, names ...string) map[string]string {
	out := map[string]string{}
	for _, n := range names {
		out[n] = strings.TrimSpace(r.PostFormValue(n))
	}
	return out
}

// serviceSet is POST /cabinet/settings/services/{id}: the service is proposed to be otherwise, or to be.
func (s *Server) serviceSet(w http.ResponseWriter, r *http.Request, m staff.Member) {
	form := serviceForm{ID: subject(r), Seen: r.PostFormValue("seen")}
	form.Fields = readFields(r, "name_ru", "name_en", keySpecialty, keyKind, keyMinutes, "before", "after", "min_notice", "code", keyArticle, "active", keyPrice)
	if chi.URLParam(r, "id") == "new" {
		form.ID, _ = uuid.Parse(r.PostFormValue("id")) // the nil id is refused
	}
	set, err := form.service()
	if err == nil {
		err = s.propose(r, s.acting(r, m), settings.Ask{Subject: form.ID, Change: settings.Change{Service: &set}, Seen: form.Seen})
	}
	s.serviceAsked(w, r, m, form, err)
}

func (s *Server) serviceAsked(w http.ResponseWriter, r *http.Request, m staff.Member, form serviceForm, err error) {
	if why := core.Refusal(err); why != nil && (why.Code == core.Invalid || why.Code == core.Conflict) {
		if why.Key == "settings_changed" { // the form shows what stands now; what was typed stays in it
			form.Seen, form.Was = "", ""
		}
		s.serviceShown(w, r, m, form, why)
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	next := servicesPath + "/" + form.ID.String()
	if chi.URLParam(r, "id") == "new" {
		next = proposalsPath
	}
	s.proposed(w, r, next)
}

// service is what the form says.
func (f serviceForm) service() (settings.Service, error) {
	x := settings.Service{
		NameRU: f.Fields["name_ru"], NameEN: f.Fields["name_en"], Specialty: f.Fields[keySpecialty], Kind: f.Fields[keyKind], Code: f.Fields["code"],
		Article: f.Fields[keyArticle], Active: f.Fields["active"] != "",
	}
	for name, to := range map[string]*int32{keyMinutes: &x.Minutes, "before": &x.Before, "after": &x.After} {
		n, err := strconv.ParseInt(orText(f.Fields[name], "0"), 10, 32)
		if err != nil {
			return x, core.Refuse(core.Invalid, "setting_number", "Field", name)
		}
		*to = int32(n)
	}
	if text := f.Fields["min_notice"]; text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return x, core.Refuse(core.Invalid, "setting_number", "Field", "min_notice")
		}
		notice := int32(n)
		x.MinNotice = &notice
	}
	if text := f.Fields[keyPrice]; text != "" {
		var err error
		x.Price, err = kopecks(text)
		return x, err
	}
	return x, nil
}

// kopecks is a price as people write it: «2 500», «2500,50».
func kopecks(text string) (int64, error) {
	text = strings.NewReplacer(" ", "", "\u00a0", "", "₽", "", ",", ".").Replace(text)
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || n <= 0 || n > 1e9 {
		return 0, core.Refuse(core.Invalid, "setting_price", "Field", keyPrice)
	}
	return int64(math.Round(n * 100)), nil
}

// priceSet is POST /cabinet/settings/services/{id}/price: keyPrice from the day keySince, or at once.
func (s *Server) priceSet(w http.ResponseWriter, r *http.Request, m staff.Member) {
	form := serviceForm{ID: subject(r), Price: readFields(r, keyPrice, keySince), Was: r.PostFormValue("was")}
	n, err := kopecks(form.Price[keyPrice])
	if err == nil {
		_, err = s.Acts.Do(r.Context(), s.acting(r, m), core.Settings, core.Update, acts.Input{Kind: kindPrices, Button: true, Fields: map[string]string{
			keyService: form.ID.String(), keyPrice: strconv.FormatInt(n, 10), keySince: form.Price[keySince], "seen": form.Was,
		}})
	}
	s.serviceAsked(w, r, m, form, err)
}

func servicesOf(specialty string) string {
	return servicesPath + "?" + url.Values{keySpecialty: {specialty}}.Encode()
}
