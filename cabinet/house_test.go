package cabinet_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/knowledge"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/dialog/words"
	"github.com/zapis-clinic/zapis/jobs"
)

// agreed proposes by a form as the desk, has the head approve, and carries it out.
func (o *office) agreed(path string, form ...string) {
	o.t.Helper()
	answer, page := o.as("admin").post(path, form...)
	require.Equal(o.t, http.StatusSeeOther, answer.StatusCode, page)
	require.Equal(o.t, http.StatusSeeOther, o.as("head").decided("approved").StatusCode)
	o.carryOut()
	require.Equal(o.t, 0, o.count("settings_request WHERE state = 'failed'"))
}

func aBranch(name, open string) []string {
	return []string{
		"name_ru", name, "name_en", "Branch", "city_ru", "Казань", "city_en", "Kazan", "address_ru", "ул. Баумана, 1", "address_en", "1 Bauman st.", "phone", "+78430000001",
		"zone", "Europe/Moscow", "notice", "30", "horizon", "45", "cutoff", "120", "grid", "15", "position", "9", "open", open,
	}
}

func TestABranchIsOpenedAndClosedAndItsVisitsAreStillSpokenOf(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	id := uuid.New()
	o.agreed("/cabinet/settings/branches/new", append(aBranch("Казанский", "1"), "id", id.String())...)
	b, ok := o.book.Current().Branch(id)
	require.True(t, ok, "every replica reads it again without a restart")
	assert.Equal(t, "Казань", b.City.RU)
	assert.Len(t, o.book.Current().Branches, 3)

	desk := o.as("admin")
	moscow := o.book.Current().Branches[0]
	path := "/cabinet/settings/branches/" + moscow.ID.String()
	_, page := desk.post(path, aBranch("", "1")...)
	assert.Contains(t, page, "Нужно название")
	assert.Contains(t, page, `value="Казань"`, "what was typed stays")
	answer, page := desk.post(path, append(aBranch("Иной", "1"), "seen", "0000000000000000")...)
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Пока вы писали", "who comes second is told")

	_, page = desk.get(path)
	assert.Contains(t, page, "Впереди визитов")
	visits := o.count("visit")
	o.agreed(path, aBranch("Центр", "")...)
	assert.Equal(t, visits, o.count("visit"), "nothing is lost")
	c := o.book.Current()
	closed, known := c.Branch(moscow.ID)
	assert.True(t, known && closed.Closed)
	assert.Len(t, c.Branches, 2)
	for _, d := range c.Doctors {
		assert.NotContains(t, d.Branches, moscow.ID, "nobody is offered there")
	}
}

func TestTheZoneOfABranchWhereDoctorsWorkStays(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	form := aBranch("Центр", "1")
	form[15] = "Asia/Omsk"
	answer, page := o.as("admin").post("/cabinet/settings/branches/"+o.book.Current().Branches[0].ID.String(), form...)
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "часовой пояс не меняют")
}

func TestADoctorComesWithWhatTheyPerformAndOwnPricesLast(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	c := o.book.Current()
	service := c.ServicesOf("cardiologist", uuid.Nil)[0]
	id := uuid.New()
	form := []string{
		"id", id.String(), "surname", `О"><svg onload=alert(1)>`, "given", "Ия", "female", "1", "specialties", "cardiologist", "branches", c.Branches[0].ID.String(),
		"performs", service.ID.String(), "minutes_" + service.ID.String(), "55", "open", "1",
	}
	o.agreed("/cabinet/settings/doctors/new", form...)
	o.exec("UPDATE practitioner_service SET price = 990000 WHERE practitioner_id = $1", id)
	path := "/cabinet/settings/doctors/" + id.String()
	_, page := o.as("admin").get(path)
	assert.Contains(t, page, `value="55"`)
	assert.NotContains(t, page, "<svg onload")
	form[3] = "Осипова"
	o.agreed(path, form...)
	d, ok := o.book.Current().Doctor(id)
	require.True(t, ok)
	assert.Equal(t, "Осипова Ия", d.Full())
	assert.Equal(t, int64(990000), d.Services[service.ID].Price, "the cashier's price is not the desk's")
	assert.InDelta(t, 55, d.Services[service.ID].Duration.Minutes(), 0)

	o.agreed(path, form[:len(form)-2]...)
	d, ok = o.book.Current().Doctor(id)
	assert.True(t, ok && d.Closed)
	assert.NotContains(t, o.book.Current().DoctorsOf("cardiologist", uuid.Nil), d)
}

func TestRoomsAndSpecialitiesAreSetUp(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	branch := o.book.Current().Branches[0].ID.String()
	room := uuid.NewString()
	o.agreed("/cabinet/settings/rooms/new", "id", room, "branch", branch, "room_kind", "device", "name", "УЗИ-9", "capacity", "2", "equipment", "датчик", "position", "1", "open", "1")
	_, page := o.as("admin").get("/cabinet/settings/rooms?branch=" + branch)
	assert.Contains(t, page, "УЗИ-9")
	o.agreed("/cabinet/settings/rooms/"+room, "branch", branch, "room_kind", "device", "name", "УЗИ-9", "capacity", "2", "position", "1")
	assert.Equal(t, 1, o.count("resource WHERE NOT active"))

	o.agreed("/cabinet/settings/specialties/new", "id", uuid.NewString(), "specialty_code", "osteopath", "name_ru", "Остеопат", "name_en", "Osteopath", "position", "50", "open", "1")
	x, ok := o.book.Current().Specialty("osteopath")
	assert.True(t, ok && !x.Closed)
	o.agreed("/cabinet/settings/specialties/cardiologist", "specialty_code", "cardiologist", "name_ru", "Кардиолог", "name_en", "Cardiologist")
	for _, s := range o.book.Current().Bookable() {
		assert.NotEqual(t, "cardiologist", s.Code, "closed: nobody books it")
	}
	assert.Empty(t, o.book.Current().DoctorsOf("cardiologist", uuid.Nil))
}

func TestTheHouseIsForThoseWhoSetItUpOrDecide(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	for login, want := range map[string]int{"admin": 200, "head": 200, "director": 200, "cashier": 403, "doctor": 403, "marketing": 403, "security": 403} {
		for _, part := range []string{"branches", "rooms", "specialties", "doctors"} {
			answer, _ := o.as(login).get("/cabinet/settings/" + part)
			assert.Equal(t, want, answer.StatusCode, "%s %s", login, part)
		}
	}
	id := o.book.Current().Branches[0].ID.String()
	for _, login := range []string{"head", "director", "cashier", "doctor"} {
		answer, _ := o.as(login).post("/cabinet/settings/branches/"+id, aBranch("Иной", "1")...)
		assert.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, answer.StatusCode, login)
	}
	assert.Equal(t, 0, o.count("settings_request"))
	answer, _ := o.as("admin").get("/cabinet/settings/branches/" + uuid.NewString())
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
}

func TestTheBotsWordsAreTheClinicsOwnUntilTheyAreGivenBack(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	say, err := words.Load()
	require.NoError(t, err)
	o.book.Hear(func(c *clinic.Catalog) { require.NoError(t, say.Adopt(jobs.OwnWords(c))) })
	ours := say.Say("ru", "reminder.text", "In", "завтра")
	desk, path := o.as("admin"), "/cabinet/settings/words/reminder.text.ru"
	_, page := desk.get("/cabinet/settings/words?q=" + "reminder.text")
	assert.Contains(t, page, path)
	_, page = desk.get(path)
	assert.Contains(t, page, "{{.In}}")
	assert.Contains(t, page, "через 1 день", "a preview with samples")
	assert.Contains(t, page, "частей: 1")

	answer, page := desk.post(path, "other", "Ждём вас!")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "те же данные: {{.In}}")
	assert.Contains(t, page, "Ждём вас!", "what was typed stays")
	o.agreed(path, "other", "Ждём вас {{.In}}!")
	assert.Equal(t, "Ждём вас завтра!", say.Say("ru", "reminder.text", "In", "завтра"))
	assert.NotContains(t, say.Say("en", "reminder.text", "In", "tomorrow"), "Ждём")
	_, page = desk.get("/cabinet/settings/words/reminder.text_for.ru")
	assert.NotContains(t, page, "Ждём вас", "a history is of one sentence")
	o.agreed(path, "ours", "1")
	assert.Equal(t, ours, say.Say("ru", "reminder.text", "In", "завтра"))
	_, page = desk.get(path)
	assert.Contains(t, page, "слова Zapis")
	for _, none := range []string{"emergency.call.ru", "none.ru", "months.ru", "x"} {
		answer, _ = desk.get("/cabinet/settings/words/" + none)
		assert.Equal(t, http.StatusNotFound, answer.StatusCode, none)
	}
}

func TestRemindersGoByTheRulesOfTheBranchOrOfTheSpeciality(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	branch := o.book.Current().Branches[0].ID
	desk, path := o.as("admin"), "/cabinet/settings/reminders/"+branch.String()
	_, page := desk.get(path)
	assert.Contains(t, page, `value="24; 2"`, "what stands today")
	assert.Contains(t, page, "пн 23 ноября, 10:00", "of a visit tomorrow at ten: a day before")
	assert.Contains(t, page, "Напоминаем: ваш визит через 1 день.")
	assert.Contains(t, page, "вт 24 ноября, 08:00")
	_, page = desk.get(path + "?seen=&hours_before=1&quiet_from=21&quiet_to=10")
	assert.Contains(t, page, "Не уйдёт: до конца тихих часов", "as the form would have it")
	answer, page := desk.post(path, "hours_before", "завтра", "quiet_from", "21", "quiet_to", "8")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "от 0 до 5 чисел")
	assert.Contains(t, page, `value="завтра"`)

	o.agreed(path, "hours_before", "48; 1,5", "quiet_from", "22", "quiet_to", "7", "channel1", "max", "channel2", "telegram")
	b, _ := o.book.Current().Branch(branch)
	assert.Equal(t, []int32{2880, 90}, b.Reminders)
	assert.Equal(t, []string{"max", "telegram"}, b.Channels)
	assert.Equal(t, [2]int{22, 7}, [2]int{b.QuietFrom, b.QuietTo})
	_, page = desk.get(path)
	assert.Contains(t, page, "вт 24 ноября, 08:30")

	o.agreed("/cabinet/settings/reminders/specialty-cardiologist", "own_reminders", "1", "hours_before", "72")
	x, _ := o.book.Current().Specialty("cardiologist")
	assert.Equal(t, []int32{4320}, x.Reminders)
	o.agreed("/cabinet/settings/reminders/specialty-cardiologist", "hours_before", "72")
	x, _ = o.book.Current().Specialty("cardiologist")
	assert.Nil(t, x.Reminders, "as the branch has it")
	answer, _ = desk.get("/cabinet/settings/reminders/specialty-none")
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
}

func TestAnArticleAnswersAsSoonAsItIsApprovedAndUntilItIsWithdrawn(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	finder := knowledge.NewFinder()
	find := func(text string) (found knowledge.Found) { // as the bot's turn looks for it
		require.NoError(t, o.db.InTx(t.Context(), core.Sys("test"), func(tx *store.Tx) error {
			var err error
			found, err = finder.Find(t.Context(), tx, knowledge.Question{Text: text, Lang: "ru"})
			return err
		}))
		return found
	}
	question := "есть ли у вас аквариум с пираньями"
	desk := o.as("admin")
	_, page := desk.get("/cabinet/settings/articles?ask=" + url.QueryEscape(question))
	assert.NotContains(t, page, "Ответит (уверенность")
	_, page = desk.get("/cabinet/settings/articles/new?asked=" + url.QueryEscape(question))
	assert.Contains(t, page, question, "the way from a question that none answered")

	long := strings.Repeat("Пираньи сыты. ", 900)
	form := []string{"slug", "piranhas", "lang", "ru", "title", "Аквариум с пираньями", "asked", question, "body", "Да, в холле.\r\n\r\n## Кормление\r\n" + long, "audience", "patients", "published", "1"}
	answer, page := desk.post("/cabinet/settings/articles/new", append(form, "url", "ftp://x")...)
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Адрес начинается с https")
	assert.Contains(t, page, "Да, в холле.")
	o.agreed("/cabinet/settings/articles/new", form...)
	found := find(question)
	assert.True(t, found.Sure && found.Article.Slug == "piranhas", "%+v", found)
	assert.Equal(t, "Да, в холле.", found.Passage.Body)
	_, ok := o.book.Current().Article("piranhas", "ru")
	assert.True(t, ok)
	_, page = desk.get("/cabinet/settings/articles?ask=" + url.QueryEscape(question))
	assert.Contains(t, page, "Ответит (уверенность")

	path := "/cabinet/settings/articles/piranhas.ru"
	form[9] = "Нет, уехали."
	answer, page = desk.post(path, append(form, "seen", "0000000000000000")...)
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Пока вы писали")
	o.agreed(path, form...)
	assert.Equal(t, "Нет, уехали.", find(question).Passage.Body)
	_, page = desk.get(path)
	assert.Contains(t, page, "<del>", "versions")

	o.agreed(path, form[:len(form)-2]...)
	assert.NotEqual(t, "piranhas", find(question).Article.Slug, "withdrawn: it answers nobody")
	_, page = desk.get(path)
	assert.Contains(t, page, "Нет, уехали.", "and is kept")
	o.agreed(path, form...)
	assert.Equal(t, "Нет, уехали.", find(question).Passage.Body)
}
