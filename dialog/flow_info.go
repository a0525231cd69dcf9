package dialog

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/knowledge"
	"github.com/zapis-clinic/zapis/core/schedule"
)

// Questions that the clinic's data answers. Each ends at once and leaves what was under way as it was.

// asNamed fills a slot that is only ever named by the person, never asked.
func asNamed(context.Context, *Talk) (string, error) { return anyone, nil }

// Prices lists a speciality's services, or tells of the one that was named.
func Prices() Flow {
	return Flow{
		Name: "prices",
		Slots: []Slot{
			{Name: slotService, Fill: asNamed, Check: checkService},
			{Name: slotDoctor, Fill: asNamed, Check: checkDoctor},
			{Name: slotSpecialty, Fill: fillTopic, Ask: askPricesOf, Check: checkSpecialty},
		},
		Finish: showPrices,
	}
}

// fillTopic is the speciality that was named, or that the talk is about.
func fillTopic(ctx context.Context, t *Talk) (string, error) {
	value, err := fillSpecialty(ctx, t)
	if value == "" {
		value = t.below(slotSpecialty)
	}
	return value, err
}

func askPricesOf(_ context.Context, t *Talk) (Reply, error) {
	var buttons []Button
	for _, s := range t.Desk.Clinic.Bookable() {
		buttons = append(buttons, Button{Label: s.Name.In(t.Lang), Commands: set(slotSpecialty, s.Code)})
	}
	return withCancel(t, Reply{Text: t.Say("prices.ask"), Buttons: grid(2, buttons)}), nil
}

func showPrices(_ context.Context, t *Talk) (Outcome, error) {
	c := t.Desk.Clinic
	s, _ := c.Specialty(t.Get(slotSpecialty))
	doctor, named := c.Doctor(t.ID(slotDoctor))
	of, then := s.Name.In(t.Lang), set(slotSpecialty, s.Code)
	if named {
		of, then = t.Words.Name(t.Lang, doctor.Full()), set(slotDoctor, doctor.ID.String())
	}
	lines := []string{t.Say("prices.of", "Name", of)}
	for _, service := range c.ServicesOf(s.Code, doctor.ID) {
		if id := t.ID(slotService); id == uuid.Nil || id == service.ID {
			lines = append(lines, "• "+service.Name.In(t.Lang)+": "+core.Money(c.Terms(doctor.ID, service.ID).Price, service.Currency))
		}
	}
	if service, ok := c.Service(t.ID(slotService)); ok && !service.Closed {
		lines = []string{service.Name.In(t.Lang) + ": " + core.Money(c.Terms(doctor.ID, service.ID).Price, service.Currency)}
		then = set(slotService, service.ID.String())
	}
	return Outcome{Replies: []Reply{{Text: strings.Join(lines, "\n"), Keep: true, Buttons: [][]Button{
		{{Label: t.Say("button.book"), Commands: append([]Command{{Do: Start, Flow: flowBooking}}, then...)}},
	}}}}, nil
}

// Contacts tells where the clinic is and when it is open.
func Contacts() Flow {
	return Flow{Name: "contacts", Slots: []Slot{{Name: slotBranch, Fill: asNamed, Check: checkBranch}}, Finish: showContacts}
}

func showContacts(_ context.Context, t *Talk) (Outcome, error) {
	parts := []string{t.Say("contacts.title")}
	for _, b := range t.branches() {
		parts = append(parts, strings.TrimSpace("📍 "+b.Name.In(t.Lang)+"\n"+b.City.In(t.Lang)+", "+b.Address.In(t.Lang)+"\n🕘 "+b.Hours.In(t.Lang)+"\n☎️ "+t.Words.Phone(b.Phone)))
	}
	return Outcome{Replies: []Reply{{Text: strings.Join(append(parts, t.articles("parking")...), "\n\n"), Keep: true}}}, nil
}

// Hours tells when the clinic is open.
func Hours() Flow {
	return Flow{Name: "hours", Slots: []Slot{{Name: slotBranch, Fill: asNamed, Check: checkBranch}}, Finish: showHours}
}

func showHours(_ context.Context, t *Talk) (Outcome, error) {
	lines := []string{t.Say("hours.title")}
	for _, b := range t.branches() {
		lines = append(lines, "🕘 "+b.Name.In(t.Lang)+", "+b.City.In(t.Lang)+": "+b.Hours.In(t.Lang))
	}
	return Outcome{Replies: []Reply{{Text: strings.Join(append(lines, t.Say("hours.chat")), "\n"), Keep: true}}}, nil
}

// maxBranches bounds a list of branches in one message.
const maxBranches = 12

// branches are those that the person asks about: the named one, or as many as a message takes.
func (t *Talk) branches() []clinic.Branch {
	if b, ok := t.Desk.Clinic.Branch(t.ID(slotBranch)); ok && !b.Closed {
		return []clinic.Branch{b}
	}
	all := t.Desk.Clinic.Branches
	return all[:min(len(all), maxBranches)]
}

// articles are the clinic's own words on some subjects, those that it has.
func (t *Talk) articles(slugs ...string) []string {
	var out []string
	for _, slug := range slugs {
		if a, ok := t.Desk.Clinic.Article(slug, t.Lang); ok {
			out = append(out, a.Title+"\n"+knowledge.Plain(a.Body))
		}
	}
	return out
}

// DoctorInfo lists a speciality's doctors and tells of one.
func DoctorInfo() Flow {
	return Flow{
		Name: "doctor_info",
		Slots: []Slot{
			{Name: slotSpecialty, Fill: fillTopic, Ask: askInfoSpecialty, Check: checkSpecialty, Clears: []string{slotDoctor}},
			{Name: slotDoctor, Fill: fillDoctor, Ask: askInfoDoctor, Check: checkDoctor},
		},
		Finish: showDoctor,
	}
}

func askInfoSpecialty(ctx context.Context, t *Talk) (Reply, error) {
	r, err := askPricesOf(ctx, t)
	r.Text = t.Say("doctor_info.ask_specialty")
	return r, err
}

func askInfoDoctor(_ context.Context, t *Talk) (Reply, error) {
	r := Reply{Text: t.Say("doctor_info.ask_doctor")}
	doctors := t.Desk.Clinic.DoctorsOf(t.Get(slotSpecialty), uuid.Nil)
	for _, d := range doctors[:min(len(doctors), maxDoctors)] {
		r.Buttons = append(r.Buttons, []Button{{Label: t.Words.Name(t.Lang, d.Full()), Commands: set(slotDoctor, d.ID.String())}})
	}
	return withBack(t, r), nil
}

func showDoctor(ctx context.Context, t *Talk) (Outcome, error) {
	d, ok := t.Desk.Clinic.Doctor(t.ID(slotDoctor))
	if !ok {
		return Outcome{}, core.Refuse(core.NotFound, "doctor_unknown", "Name", "")
	}
	var specialties, places []string
	for _, code := range d.Specialties {
		s, _ := t.Desk.Clinic.Specialty(code)
		specialties = append(specialties, s.Name.In(t.Lang))
	}
	for _, id := range d.Branches {
		b, _ := t.Desk.Clinic.Branch(id)
		places = append(places, "📍 "+b.Name.In(t.Lang)+", "+b.Address.In(t.Lang))
	}
	text := "👩‍⚕️ " + t.Words.Name(t.Lang, d.Full()) + "\n" + strings.Join(specialties, ", ") + "\n" + strings.Join(places, "\n")
	nearest, err := t.Desk.Calendar.Nearest(ctx, schedule.Ask{Doctor: d.ID, From: t.Now, Limit: 1})
	if err != nil {
		return Outcome{}, err
	}
	if len(nearest) > 0 {
		text += "\n" + t.Say("doctor_info.nearest", "Time", t.Words.Moment(t.Lang, nearest[0].Start))
	}
	return Outcome{Replies: []Reply{{Text: text, Keep: true, Buttons: [][]Button{
		{{Label: t.Say("button.book_doctor"), Commands: []Command{{Do: Start, Flow: flowBooking}, {Do: Set, Slot: slotDoctor, Value: d.ID.String()}}}},
	}}}}, nil
}

// Preparation tells how to prepare for what was named, in the clinic's own words; with nothing named that an article is about, for tests in
// general, and what to bring.
func Preparation() Flow {
	return Flow{Name: "preparation", Finish: func(ctx context.Context, t *Talk) (Outcome, error) {
		if t.Said != "" {
			found, err := t.Desk.Library.Find(ctx, t.Said, t.Lang)
			if err != nil {
				return Outcome{}, err
			}
			if found.Sure {
				return Outcome{Replies: []Reply{t.passage(found, t.under == nil)}}, nil
			}
		}
		parts := t.articles("preparation", "documents")
		if len(parts) == 0 {
			return Outcome{}, refusing("article_missing")
		}
		return Outcome{Replies: []Reply{{Text: strings.Join(parts, "\n\n"), Keep: true, Buttons: [][]Button{{t.askHuman()}}}}}, nil
	}}
}

// Language changes the language of the talk.
func Language() Flow {
	return Flow{
		Name: "language",
		Slots: []Slot{{
			Name: "lang",
			Ask: func(_ context.Context, t *Talk) (Reply, error) {
				return Reply{Text: t.Say("language.ask"), Buttons: [][]Button{{
					{Label: "Русский", Commands: set("lang", "ru")}, {Label: "English", Commands: set("lang", "en")},
				}}}, nil
			},
			Check: func(_ context.Context, t *Talk, c Command) (string, error) {
				if c.Value != "ru" && c.Value != "en" {
					return "", refusing("language_unknown")
				}
				t.Lang = c.Value
				return c.Value, nil
			},
		}},
		Finish: func(_ context.Context, t *Talk) (Outcome, error) {
			return Outcome{Replies: []Reply{{Text: t.Say("language.done")}}}, nil
		},
	}
}
