package cabinet_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/visit"
)

// slot is a free time of a cardiologist in the first branch tomorrow.
func (o *office) slot(n int) schedule.Slot {
	o.t.Helper()
	return o.slotOn(monday().AddDate(0, 0, 1), n)
}

// slotOn is a free time of hers on a day.
func (o *office) slotOn(day time.Time, n int) schedule.Slot {
	o.t.Helper()
	free := schedule.Free{In: o.db, Book: o.book, Clock: func() time.Time { return *o.now.Load() }}
	slots, err := free.Nearest(o.t.Context(), core.Sys("test"), schedule.Ask{
		Doctor: o.cardiologist(), Branch: o.book.Current().Branches[0].ID, From: day.Truncate(24 * time.Hour), To: day.Truncate(24*time.Hour).AddDate(0, 0, 1),
	})
	require.NoError(o.t, err)
	require.Greater(o.t, len(slots), n)
	return slots[n]
}

// cardiologist is Иванова, whose login is doctor.
func (o *office) cardiologist() uuid.UUID {
	o.t.Helper()
	return o.some("SELECT practitioner_id FROM staff WHERE login = 'doctor'")
}

// idle is a patient with nothing tomorrow.
func (o *office) idle() uuid.UUID {
	o.t.Helper()
	return o.idleOn("2026-11-24")
}

func (o *office) idleOn(day string) uuid.UUID {
	o.t.Helper()
	return o.some(`SELECT p.id FROM patient p WHERE EXISTS (SELECT FROM visit v WHERE v.patient_id = p.id)
AND NOT EXISTS (SELECT FROM visit v WHERE v.patient_id = p.id AND v.local_start::date = $1::date) ORDER BY p.id LIMIT 1`, day)
}

// form is what the window to book sends.
func (o *office) form(s schedule.Slot, patient uuid.UUID) url.Values {
	service := o.book.Current().ServicesOf("cardiologist", s.Doctor)[0]
	return url.Values{
		"branch": {s.Branch.String()}, "doctor": {s.Doctor.String()}, "service": {service.ID.String()}, "patient": {patient.String()},
		"date": {s.Start.Format(time.DateOnly)}, "time": {s.Start.Format("15:04")},
	}
}

const toSchedule = "http://localhost/cabinet/schedule"

// press posts as a window over the schedule does.
func (b *browser) press(path string, form url.Values) (reply, string) {
	b.t.Helper()
	return b.do(http.MethodPost, path, form, "HX-Request", "true", "HX-Current-URL", toSchedule+"?date=2026-11-24")
}

// made books a visit and finds it.
func (b *browser) made(s schedule.Slot, patient uuid.UUID) visit.Visit {
	b.t.Helper()
	answer, body := b.press("/cabinet/schedule/visits", b.form(s, patient))
	require.Equal(b.t, http.StatusOK, answer.StatusCode, body)
	return b.found(b.some("SELECT id FROM visit WHERE patient_id = $1 AND starts_at = $2 AND active", patient, s.Start))
}

func (o *office) found(id uuid.UUID) visit.Visit {
	o.t.Helper()
	v, err := o.desk().Find(o.t.Context(), core.Sys("test"), id)
	require.NoError(o.t, err)
	return v
}

func of(v visit.Visit, do string) string {
	return "/cabinet/schedule/visits/" + v.ID.String() + strings.TrimSuffix("/"+do, "/")
}

func versioned(v visit.Visit, pairs ...string) url.Values {
	out := url.Values{"version": {strconv.Itoa(int(v.Version))}}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

func TestTheDeskBooksFromTheCalendar(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b, s := o.as("admin"), o.slot(0)
	answer, page := b.get("/cabinet/schedule/new?branch="+s.Branch.String()+"&doctor="+s.Doctor.String()+"&start="+s.Start.Format("2006-01-02T15:04"), "HX-Request", "true")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.NotContains(t, page, "<html", "a window is a part of the page")
	assert.Contains(t, page, `value="`+s.Start.Format("15:04")+`"`)
	assert.Contains(t, page, "Первичный приём")
	assert.Contains(t, page, "₽")

	form := o.form(s, o.idle())
	form.Set("note", "просил позвонить")
	form.Set("minutes", "40")
	answer, body := b.press("/cabinet/schedule/visits", form)
	require.Equal(t, http.StatusOK, answer.StatusCode, body)
	assert.Contains(t, answer.Header.Get("HX-Trigger"), "close-dialog")
	v := o.found(o.some("SELECT id FROM visit WHERE starts_at = $1 AND practitioner_id = $2 AND active", s.Start, s.Doctor))
	assert.Equal(t, 40*time.Minute, v.End.Sub(v.Start))
	_, page = b.get(of(v, ""), "HX-Request", "true")
	for _, words := range []string{"просил позвонить", "записан", "Записано", "admin", "Отменить визит", "Подтвердил по телефону", "+7"} {
		assert.Contains(t, page, words)
	}
	assert.Equal(t, "1", o.value("SELECT count(*)::text FROM audit WHERE action = 'patient.read' AND patient_id = (SELECT patient_id FROM visit WHERE id = '"+v.ID.String()+"')"),
		"whoever sees a phone by the calendar stands in the card's journal")
	assert.Equal(t, "0", o.value("SELECT count(*)::text FROM audit WHERE action = 'patient.search'"))
	var open int
	o.one("SELECT count(*) FROM visit_note WHERE position(convert_to('позвонить', 'UTF8') IN text_sealed) > 0", &open)
	assert.Zero(t, open, "a comment lies sealed")
}

func TestARefusedBookingComesBackAsItWasTyped(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b, s := o.as("admin"), o.slot(0)
	form := o.form(s, uuid.Nil)
	form.Set("note", "из регистратуры")
	answer, page := b.press("/cabinet/schedule/visits", form)
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Выберите пациента")
	assert.Contains(t, page, "из регистратуры")
	form.Set("name", "Соколова Вера Павловна")
	answer, page = b.press("/cabinet/schedule/visits", form)
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "номер подписанного согласия")
	form.Set("paper", "С-17")
	form.Set("phone", "8 916 000-11-22")
	answer, page = b.press("/cabinet/schedule/visits", form)
	require.Equal(t, http.StatusOK, answer.StatusCode, page)
	v := o.found(o.some("SELECT v.id FROM visit v JOIN patient p ON p.id = v.patient_id WHERE p.surname = 'Соколова' AND p.given = 'Вера'"))
	_, page = b.get(of(v, ""))
	assert.Contains(t, page, "Соколова Вера Павловна")
	assert.Contains(t, page, "+7 916 000-11-22")
	assert.Contains(t, page, "<html", "an address of its own is a page")
}

func TestTheSecondAtOneTimeIsToldWhoTookIt(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	first, second, s := o.as("admin"), o.as("admin"), o.slot(0)
	v := first.made(s, o.idle())
	form := o.form(s, o.idle())
	answer, page := second.press("/cabinet/schedule/visits", form)
	require.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "Это время уже занято")
	assert.Contains(t, page, s.Start.Format("15:04")+"–"+s.End.Format("15:04"))
	assert.Contains(t, page, "Последнее изменение: admin")
	assert.Contains(t, page, "Записать всё равно")

	form.Set("over", "острая боль")
	answer, page = second.press("/cabinet/schedule/visits", form)
	require.Equal(t, http.StatusOK, answer.StatusCode, page)
	var over int
	o.one("SELECT count(*) FROM visit WHERE overbook AND overbook_reason = 'острая боль' AND starts_at = $1", &over, v.Start)
	assert.Equal(t, 1, over)

	o.exec("UPDATE branch SET overbook_limit = 1")
	form.Set("patient", o.idle().String())
	answer, page = second.press("/cabinet/schedule/visits", form)
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "уже 1 записей поверх других")
}

func TestAVisitIsDraggedAndTakenBack(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	v := b.made(o.slot(0), o.idle())
	answer, _ := b.press(of(v, "confirm"), versioned(v))
	require.Equal(t, http.StatusOK, answer.StatusCode)
	v = o.found(v.ID)
	to := o.slot(2)
	move := versioned(v, "doctor", to.Doctor.String(), "date", to.Start.Format(time.DateOnly), "time", to.Start.Format("15:04"), "minutes", "45")
	answer, body := b.do(http.MethodPost, of(v, "move"), move, "Accept", "application/json")
	require.Equal(t, http.StatusOK, answer.StatusCode, body)
	assert.Contains(t, body, `"label":"Вернуть"`)
	now := o.found(v.ID)
	assert.Equal(t, to.Start, now.Start)
	assert.Equal(t, 45*time.Minute, now.End.Sub(now.Start))

	answer, body = b.do(http.MethodPost, of(v, "move"), move, "Accept", "application/json")
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "of a version that is no more")
	assert.Contains(t, body, "визит изменили")

	answer, _ = b.press(of(v, "undo"), versioned(now))
	require.Equal(t, http.StatusOK, answer.StatusCode)
	back := o.found(v.ID)
	assert.Equal(t, v.Start, back.Start)
	assert.Equal(t, v.End, back.End)
	assert.Equal(t, visit.Confirmed, back.Status, "as it stood")
	answer, _ = b.press(of(v, "undo"), versioned(back))
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "once")
	_, page := b.get(of(v, ""))
	assert.Equal(t, 2, strings.Count(page, "Перенесено"))
}

func TestAMoveIsTakenBackForThirtySecondsAndOnlyToFreeTime(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	from, to := o.slot(0), o.slot(2)
	v := b.made(from, o.idle())
	move := func(v visit.Visit) visit.Visit {
		answer, body := b.press(of(v, "move"), versioned(v, "date", to.Start.Format(time.DateOnly), "time", to.Start.Format("15:04")))
		require.Equal(t, http.StatusOK, answer.StatusCode, body)
		return o.found(v.ID)
	}
	v = move(v)
	b.made(from, o.idle())
	answer, _ := b.press(of(v, "undo"), versioned(v))
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, answer.Header.Get("HX-Trigger"), `\u`, "a header carries letters escaped")
	assert.Equal(t, to.Start, o.found(v.ID).Start)
	o.set(monday().Add(31 * time.Second))
	answer, _ = b.press(of(v, "undo"), versioned(v))
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
}

func TestACancellationSaysWhyAndIsTakenBack(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	v := b.made(o.slot(0), o.idle())
	answer, page := b.press(of(v, "cancel"), versioned(v))
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Выберите причину")
	answer, _ = b.press(of(v, "cancel"), versioned(v, "reason", "patient asked"))
	require.Equal(t, http.StatusOK, answer.StatusCode)
	var by, why string
	o.one("SELECT cancelled_by FROM visit WHERE id = $1", &by, v.ID)
	o.one("SELECT cancel_reason FROM visit WHERE id = $1", &why, v.ID)
	assert.Equal(t, "patient patient asked", by+" "+why)
	_, page = b.get(of(v, ""))
	assert.Contains(t, page, "Попросил пациент")
	answer, _ = b.press(of(v, "restore"), versioned(o.found(v.ID)))
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Equal(t, visit.Booked, o.found(v.ID).Status)
}

func TestEachRoleDoesItsOwnWithAVisit(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	v := o.as("admin").made(o.slotOn(monday(), 0), o.idleOn("2026-11-23"))
	o.set(v.Start)
	o.db.Clock = func() time.Time { return *o.now.Load() }
	o.exec("UPDATE staff SET role = 'nurse' WHERE login = 'marketing'")
	seen := regexp.MustCompile(`(?:action="/cabinet/schedule/visits/[^/]+/)([a-z]+)"`)
	for login, buttons := range map[string]string{
		"admin": "mark mark mark note move cancel", "head": "mark mark mark note move", "doctor": "mark mark mark note", "marketing": "mark", "cashier": "",
	} {
		answer, page := o.as(login).get(of(v, ""))
		require.Equal(t, http.StatusOK, answer.StatusCode, login)
		got := []string{}
		for _, m := range seen.FindAllStringSubmatch(page, -1) {
			got = append(got, m[1])
		}
		assert.Equal(t, buttons, strings.Join(got, " "), login)
	}
	refused := func(login, do string, pairs ...string) {
		t.Helper()
		answer, _ := o.as(login).press(of(v, do), versioned(v, pairs...))
		assert.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, answer.StatusCode, "%s %s", login, do)
	}
	refused("doctor", "move", "time", "16:00", "date", "2026-11-23")
	refused("doctor", "cancel", "reason", "leave")
	refused("head", "cancel", "reason", "leave")
	refused("marketing", "mark", "status", "done")
	refused("marketing", "move", "time", "16:00", "date", "2026-11-23")
	refused("cashier", "mark", "status", "arrived")
	refused("director", "mark", "status", "arrived")
	answer, _ := o.as("director").get(of(v, ""))
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	answer, _ = o.as("head").get("/cabinet/schedule/new")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)

	answer, _ = o.as("marketing").press(of(v, "mark"), versioned(v, "status", "arrived"))
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	answer, _ = o.as("doctor").press(of(v, "mark"), versioned(o.found(v.ID), "status", "in_progress"))
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Equal(t, visit.InProgress, o.found(v.ID).Status)
}

func TestPatientsAreFoundByAnyPartAndWithTypos(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	o.exec("UPDATE patient SET surname = 'Щербатова', given = 'Алёна', patronymic = 'Игоревна' WHERE id = $1", o.idle())
	var number int
	o.one("SELECT number FROM patient WHERE surname = 'Щербатова'", &number)
	for _, typed := range []string{"Щербатова", "щерб", "рбато", "Щербтова", "алена щерб", "Щербатва Алена", strconv.Itoa(number)} {
		answer, page := b.post("/cabinet/schedule/patients", "q", typed)
		require.Equal(t, http.StatusOK, answer.StatusCode)
		assert.Contains(t, page, "Щербатова Алёна", typed)
	}
	_, page := b.post("/cabinet/schedule/patients", "q", "Щербатова Пётр")
	assert.NotContains(t, page, "Щербатова")
	answer, _ := o.as("director").post("/cabinet/schedule/patients", "q", "Щербатова")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	answer, page = o.as("cashier").post("/cabinet/schedule/patients", "q", "Щербатова")
	assert.NotContains(t, page, "Щербатова", answer.StatusCode)

	v := b.made(o.slot(0), o.idle())
	_, page = b.get(of(v, ""))
	phone := regexp.MustCompile(`class="tel">\+7 (\d{3}) (\d{3})-(\d{2})-(\d{2})`).FindStringSubmatch(page)
	require.NotNil(t, phone, page)
	for _, typed := range []string{strings.Join(phone[1:], ""), "8" + strings.Join(phone[1:], ""), phone[2] + phone[3], phone[3] + phone[4]} {
		_, page = b.post("/cabinet/schedule/patients", "q", typed)
		assert.Contains(t, page, v.Patient.String(), typed)
	}
}
