package dialog

import (
	ical "github.com/arran4/golang-ical"

	"github.com/zapis-clinic/zapis/core/visit"
)

// ics is a visit for the person's own calendar. Its UID stays when the visit moves, so that the entry moves too. It names the doctor
// and the place, never a reason.
func ics(t *Talk, v visit.Visit) *File {
	doctor, _ := t.Desk.Clinic.Doctor(v.Doctor)
	branch, _ := t.Desk.Clinic.Branch(v.Branch)
	specialty, _ := t.Desk.Clinic.Specialty(v.Specialty)
	cal := ical.NewCalendar()
	cal.SetMethod(ical.MethodPublish)
	cal.SetProductId("-//Zapis//Zapis//RU")
	e := cal.AddEvent(v.ID.String() + "@zapis")
	e.SetDtStampTime(t.Now)
	e.SetSequence(int(v.Version))
	e.SetStartAt(v.Start)
	e.SetEndAt(v.End)
	e.SetSummary(specialty.Name.In(t.Lang) + ": " + t.Words.Name(t.Lang, doctor.Short()))
	e.SetLocation(branch.City.In(t.Lang) + ", " + branch.Address.In(t.Lang))
	alarm := e.AddAlarm()
	alarm.SetAction(ical.ActionDisplay)
	alarm.SetTrigger("-PT2H")
	return &File{Name: "visit-" + v.Start.Format("2006-01-02-1504") + ".ics", MIME: "text/calendar", About: t.Say("file_calendar"), Data: []byte(cal.Serialize())}
}
