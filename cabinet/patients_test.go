package cabinet_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
)

func cardOf(id uuid.UUID) string { return "/cabinet/patients/" + id.String() }

// TestEachBlockOfACardIsThereForWhomTheMatrixSays asks for every block as every role of every patient, and holds the answer to the matrix.
func TestEachBlockOfACardIsThereForWhomTheMatrixSays(t *testing.T) {
	t.Parallel()
	cells, err := access.Cells()
	require.NoError(t, err)
	expected := map[string]access.Expected{} // class kind role situation
	for _, c := range cells {
		if c.Action == core.Read {
			expected[fmt.Sprint(c.Class, " ", c.Facts.Kind, " ", c.Role, " ", c.Situation)] = c.Expected
		}
	}
	of := map[string][]string{
		"visits": {"appointments "}, "medical": {"records ", "prescriptions "}, "results": {"results "}, "papers": {"documents medical", "documents administrative", "documents financial"},
		"money": {"payments "}, "feedback": {"feedback "}, "looks": {"audit medical"},
	}
	for _, role := range []string{"doctor", "nurse", "admin", "head", "cashier", "marketing", "director", "security"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			b := worldOffice(t).as(role)
			for _, situation := range []string{"own", "care", "other"} {
				id := accesstest.ID(accesstest.Patient(role, situation))
				answer, page := b.get(cardOf(id))
				open := expected["contacts  "+role+" "+situation]
				assert.Equal(t, map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[open.Allowed], answer.StatusCode, "%s %s", role, situation)
				for block, classes := range of {
					listed := strings.Contains(page, "/block/"+block+`"`)
					answer, _ := b.get(cardOf(id)+"/block/"+block, "HX-Request", "true")
					assert.Equal(t, listed, answer.StatusCode == http.StatusOK, "%s %s %s: what the card lists is what can be had", role, situation, block)
					var views []string
					for _, class := range classes {
						if e := expected[class+" "+role+" "+situation]; e.Allowed {
							views = append(views, e.View)
						}
					}
					if !open.Allowed || len(views) == 0 && situation != "care" { // in care, a visit may be of another day or doctor than the cell's
						assert.False(t, listed, "%s %s %s", role, situation, block)
					}
					useful := slices.ContainsFunc(views, func(v string) bool {
						return v == access.Full || v == access.Min && block != "feedback" || v == access.Status
					})
					if open.Allowed && useful {
						assert.True(t, listed, "%s %s %s", role, situation, block)
					}
				}
			}
		})
	}
}

func TestACardIsFoundOpenedAndChanged(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	id := o.idle()
	o.exec("UPDATE patient SET surname = 'Щербатова', given = 'Алёна', patronymic = 'Игоревна', birth_date = '1985-03-05' WHERE id = $1", id)
	b := o.as("admin")
	answer, list := b.do(http.MethodPost, "/cabinet/patients/find", map[string][]string{"q": {"щирбатова"}}, "HX-Request", "true")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, list, cardOf(id))
	assert.NotContains(t, list, "<html")
	_, page := b.post("/cabinet/patients/find", "q", "Щербатова")
	assert.Contains(t, page, cardOf(id))

	_, page = b.get(cardOf(id))
	for _, words := range []string{"Щербатова Алёна Игоревна", "05.03.1985, 41 год", "Визиты", "Счета и оплаты", "Семья"} {
		assert.Contains(t, page, words)
	}
	assert.NotContains(t, page, "Записи и назначения", "an administrator sees no prescriptions")
	_, form := b.get(cardOf(id) + "/edit")
	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(form)[1]
	fill := func(more ...string) []string {
		return append([]string{"version", version, "surname", "Щербатова", "given", "Алёна", "patronymic", "Игоревна", "born", "1985-03-05", "lang", "ru", "sex", "female"}, more...)
	}
	answer, page = b.post(cardOf(id)+"/edit", fill("phone", "12")...)
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, `value="12"`, "what was typed is kept")
	answer, _ = b.post(cardOf(id)+"/edit", fill("phone", "8 926 123-45-67")...)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)

	second := fill()
	second[3] = "Щербатова-Петрова"
	second[13] = "male"
	answer, page = b.post(cardOf(id)+"/edit", second...)
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "сохранил admin")
	assert.Contains(t, page, "Теперь в карте: женский")
	assert.Contains(t, page, "Щербатова-Петрова")
	second[1] = regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(page)[1]
	answer, _ = b.post(cardOf(id)+"/edit", second...)
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = b.get(cardOf(id) + "/sheet")
	assert.Contains(t, page, "Щербатова-Петрова Алёна Игоревна")
	for _, login := range []string{"doctor", "head", "cashier"} {
		answer, _ = o.as(login).post(cardOf(id)+"/edit", second...)
		assert.Contains(t, []int{http.StatusNotFound, http.StatusForbidden}, answer.StatusCode, login)
	}
}

func TestANewCardNeedsTheConsentOnPaper(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	answer, page := b.post("/cabinet/patients", "name", "Грибоедова Нина Александровна", "phone", "8 926 765-43-21", "sex", "female", "lang", "ru")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Грибоедова Нина Александровна")
	answer, page = b.post("/cabinet/patients", "name", "Грибоедова Нина Александровна", "phone", "8 926 765-43-21", "sex", "female", "lang", "ru", "paper", "17/2026")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, page)
	_, page = b.get(answer.Header.Get("Location"))
	assert.Contains(t, page, "Грибоедова Нина Александровна")
	assert.Contains(t, page, "+7 926 765-43-21")
	assert.Contains(t, page, "женский")
	answer, _ = o.as("doctor").get("/cabinet/patients/new")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
}

func TestNamesThatBreakOutOfMarkupDoNot(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	id := o.idle()
	o.exec(`UPDATE patient SET surname = '"><svg onload=alert(1)>', given = '=cmd|x' WHERE id = $1`, id)
	b := o.as("admin")
	for _, path := range []string{"", "/edit", "/sheet", "/block/visits"} {
		_, page := b.get(cardOf(id) + path)
		assert.NotContains(t, page, "<svg onload", path)
	}
	_, page := b.post("/cabinet/patients/find", "q", `svg onload`)
	assert.NotContains(t, page, "<svg onload")
}

func TestTwoCardsAreComparedMergedAndSeparatedAgain(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	one := o.idle()
	o.exec("UPDATE patient SET surname = 'Щербатова', given = 'Алёна', patronymic = 'Игоревна', birth_date = '1985-03-05' WHERE id = $1", one)
	b := o.as("admin")
	answer, page := b.post("/cabinet/patients", "name", "Щербатова Алёна", "born", "1985-03-05", "phone", "8 926 765-43-21", "lang", "ru", "paper", "18/2026")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, page)
	two := uuid.MustParse(strings.TrimPrefix(answer.Header.Get("Location"), "/cabinet/patients/"))
	_, page = b.get("/cabinet/patients/doubles")
	assert.Contains(t, page, "одно имя и дата рождения")
	_, page = b.get("/cabinet/patients/merge?a=" + one.String() + "&b=" + two.String())
	assert.Contains(t, page, "+7 926 765-43-21")
	form := []string{"a", one.String(), "b", two.String(), "name", "0", "born", "0", "sex", "0", "lang", "0", "do", "merge"}
	for _, side := range []string{"a", "b"} {
		form = append(form, "version_"+side, regexp.MustCompile(`name="version_` + side + `" value="(\d+)"`).FindStringSubmatch(page)[1])
	}
	stale := slices.Clone(form)
	stale[len(stale)-1] = "0"
	answer, page = b.post("/cabinet/patients/merge", stale...)
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "Пока вы правили карту")
	answer, page = b.post("/cabinet/patients/merge", form...)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, page)
	answer, _ = b.get(cardOf(two))
	assert.Equal(t, cardOf(one), answer.Header.Get("Location"), "the other card's id leads to the survivor")
	_, page = b.get(cardOf(one))
	assert.Contains(t, page, "+7 926 765-43-21")

	_, page = b.get("/cabinet/patients/doubles")
	undo := regexp.MustCompile(`/cabinet/patients/merges/[0-9a-f-]+/undo`).FindString(page)
	require.NotEmpty(t, undo)
	for _, login := range []string{"doctor", "head", "cashier", "security"} {
		other := o.as(login)
		answer, _ = other.post(undo)
		assert.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, answer.StatusCode, login)
		answer, _ = other.get("/cabinet/patients/doubles")
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, login)
		answer, _ = other.post("/cabinet/patients/merge", form...)
		assert.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, answer.StatusCode, login)
	}
	answer, _ = b.post(undo)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, page = b.get(cardOf(two))
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, page, "+7 926 765-43-21")
}

func TestAButtonPressedTwiceMakesOneCard(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	desk := o.as("admin")
	_, page := desk.get("/cabinet/patients/new")
	key := regexp.MustCompile(`name="key" value="([0-9a-f-]{36})"`).FindStringSubmatch(page)
	require.NotNil(t, key)
	form := []string{"key", key[1], "name", "Двойнова Анна Петровна", "phone", "+79160009988", "born", "1990-05-04", "sex", "female", "lang", "ru", "paper", "17"}
	first, _ := desk.post("/cabinet/patients", form...)
	second, _ := desk.post("/cabinet/patients", form...)
	require.Equal(t, http.StatusSeeOther, first.StatusCode)
	assert.Equal(t, first.Header.Get("Location"), second.Header.Get("Location"))
	assert.Equal(t, 1, o.count("patient WHERE surname = 'Двойнова'"))
}
