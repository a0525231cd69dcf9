package dialog

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
)

// Questions that the clinic's data answers. Each ends at once and leaves what was under way as it was.

// Prices lists a speciality's services.
func Prices() Flow {
	return Flow{
		Name:   "prices",
		Slots:  []Slot{{Name: "specialty", Ask: askPricesOf, Check: checkSpecialty}},
		Finish: showPrices,
	}
}

func askPricesOf(_ context.Context, t *Talk) (Reply, error) {
	var buttons []Button
	for _, s := range t.Desk.Clinic.Bookable() {
		buttons = append(buttons, Button{Label: s.Name.In(t.Lang), Commands: set("specialty", s.Code)})
	}
	return withCancel(t, Reply{Text: t.Say("prices.ask"), Buttons: grid(2, buttons)}), nil
}

func showPrices(_ context.Context, t *Talk) (Outcome, error) {
	s, _ := t.Desk.Clinic.Specialty(t.Get("specialty"))
	lines := []string{t.Say("prices.of", "Name", s.Name.In(t.Lang)), ""}
	for _, service := range t.Desk.Clinic.ServicesOf(s.Code, uuid.Nil) {
		lines = append(lines, "• "+service.Name.In(t.Lang)+" — "+core.Money(service.Price, service.Currency))
	}
	return Outcome{Replies: []Reply{{Text: strings.Join(lines, "\n"), Keep: true, Buttons: [][]Button{
		{{Label: t.Say("button.book"), Commands: []Command{{Do: Start, Flow: "booking"}, {Do: Set, Slot: "specialty", Value: s.Code}}}},
	}}}}, nil
}

// Contacts tells where the clinic is and when it is open.
func Contacts() Flow {
	return Flow{Name: "contacts", Finish: showContacts}
}

func showContacts(_ context.Context, t *Talk) (Outcome, error) {
	parts := []string{t.Say("contacts.title")}
	for _, b := range t.Desk.Clinic.Branches[:min(len(t.Desk.Clinic.Branches), maxBranches)] {
		parts = append(parts, strings.TrimSpace("📍 "+b.Name.In(t.Lang)+"\n"+b.City.In(t.Lang)+", "+b.Address.In(t.Lang)+"\n🕘 "+b.Hours.In(t.Lang)+"\n☎️ "+b.Phone))
	}
	if a, ok := t.Desk.Clinic.Article("parking", t.Lang); ok {
		parts = append(parts, a.Title+"\n"+a.Body)
	}
	return Outcome{Replies: []Reply{{Text: strings.Join(parts, "\n\n"), Keep: true}}}, nil
}

// maxBranches bounds a list of branches in one message.
const maxBranches = 12

// DoctorInfo lists a speciality's doctors and tells of one.
func DoctorInfo() Flow {
	return Flow{
		Name: "doctor_info",
		Slots: []Slot{
			{Name: "specialty", Fill: fillSpecialty, Ask: askInfoSpecialty, Check: checkSpecialty, Clears: []string{"doctor"}},
			{Name: "doctor", Fill: fillDoctor, Ask: askInfoDoctor, Check: checkDoctor},
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
	doctors := t.Desk.Clinic.DoctorsOf(t.Get("specialty"), uuid.Nil)
	for _, d := range doctors[:min(len(doctors), maxDoctors)] {
		r.Buttons = append(r.Buttons, []Button{{Label: d.Full(), Commands: set("doctor", d.ID.String())}})
	}
	return withBack(t, r), nil
}

func showDoctor(_ context.Context, t *Talk) (Outcome, error) {
	d, ok := t.Desk.Clinic.Doctor(t.ID("doctor"))
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
	text := "👩‍⚕️ " + d.Full() + "\n" + strings.Join(specialties, ", ") + "\n" + strings.Join(places, "\n")
	return Outcome{Replies: []Reply{{Text: text, Keep: true, Buttons: [][]Button{
		{{Label: t.Say("button.book_doctor"), Commands: []Command{{Do: Start, Flow: "booking"}, {Do: Set, Slot: "doctor", Value: d.ID.String()}}}},
	}}}}, nil
}

// Preparation tells how to prepare for tests, in the clinic's own words.
func Preparation() Flow {
	return Flow{Name: "preparation", Finish: func(_ context.Context, t *Talk) (Outcome, error) {
		a, ok := t.Desk.Clinic.Article("preparation", t.Lang)
		if !ok {
			return Outcome{}, refusing("article_missing")
		}
		return Outcome{Replies: []Reply{{Text: a.Title + "\n\n" + a.Body, Keep: true}}}, nil
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
