package cabinet_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/access"
)

const rules = "/cabinet/admin/policies"

// narrower is a set, with its matrix, in which marketing reads no feedback.
func narrower(t *testing.T) (text, matrix string) {
	t.Helper()
	text = strings.Replace(access.DefaultText(),
		"@id(\"marketing-feedback\") @view(\"min\")\npermit (principal == Role::\"marketing\", action == Action::\"read\", resource == Class::\"feedback\");\n", "", 1)
	matrix = strings.Replace(access.DefaultMatrix(),
		"      marketing:\n        - {may: [read], of: [clinic], sees: min, notes: [no_medical_text]}\n", "      marketing: []\n", 1)
	require.NotEqual(t, access.DefaultText(), text)
	require.NotEqual(t, access.DefaultMatrix(), matrix)
	return strings.ReplaceAll(text, "\n", "\r\n"), strings.ReplaceAll(matrix, "\n", "\r\n") // as browsers send it
}

func TestWhoMayDoWhatIsReadAsATableByThoseWhoAnswerForIt(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	for _, login := range []string{"admin", "doctor", "cashier", "marketing"} {
		b := o.enter(login)
		for _, path := range []string{"/cabinet/admin", rules, rules + "/history", rules + "/new", rules + "/0"} {
			answer, page := b.get(path)
			assert.Equal(t, http.StatusForbidden, answer.StatusCode, "%s %s", login, path)
			assert.Contains(t, page, "Администрирование открыто сотруднику по безопасности")
		}
	}
	for _, login := range []string{"security", "director", "head"} {
		b := o.enter(login)
		answer, page := b.get(rules)
		require.Equal(t, http.StatusOK, answer.StatusCode, login)
		assert.Contains(t, page, "Действуют исходные правила")
		assert.Equal(t, login != "director", strings.Contains(page, "Изменить правила"), login)
		_, page = b.get(rules + "?role=admin")
		assert.Regexp(t, `Назначения</dt>\s*<dd class="none">ничего`, page)
		answer, _ = b.get(rules + "/77")
		assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	}
	answer, page := o.enter("director").get(rules + "/new")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	assert.Contains(t, page, "Скажите им, что изменить")
}

func TestRulesChangeByTwoPeopleAndReturn(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	text, matrix := narrower(t)
	s, d := o.enter("security"), o.enter("director")
	_, page := s.post(rules+"/try", "text", text, "matrix", matrix, "base", "0")
	assert.Contains(t, page, "маркетинг")
	assert.Contains(t, page, "Отзывы")
	assert.Contains(t, page, "можно, только нужное")
	answer, _ := s.post(rules, "text", text, "matrix", matrix, "base", "0")
	require.Equal(t, rules+"/1", answer.Header.Get("Location"))
	_, page = s.get(rules + "/1")
	assert.Contains(t, page, "ждёт утверждения")
	assert.Contains(t, page, "<del>", "what changed in the text")
	assert.NotContains(t, page, "/1/approve", "not one's own")

	s.shows()
	answer, page = s.post(rules + "/1/approve")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	assert.Contains(t, page, "Свои правила не утверждают")
	answer, _ = d.post(rules + "/1/approve")
	assert.Contains(t, answer.Header.Get("Location"), "/cabinet/step-up")
	d.shows()
	answer, _ = d.post(rules + "/1/activate")
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "not yet approved")
	for _, step := range []string{"/approve", "/activate"} {
		answer, _ = d.post(rules + "/1" + step)
		require.Equal(t, http.StatusSeeOther, answer.StatusCode, step)
	}
	_, page = d.get(rules + "?role=marketing")
	assert.Contains(t, page, "Действует версия 1")
	assert.Regexp(t, `Отзывы</dt>\s*<dd class="none">ничего`, page)

	answer, page = s.post(rules, "text", text, "matrix", matrix, "base", "0")
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "вступили в силу другие правила")
	answer, _ = s.post(rules + "/0/restore")
	require.Equal(t, rules+"/2", answer.Header.Get("Location"))
	for _, step := range []string{"/approve", "/activate"} {
		answer, _ = d.post(rules + "/2" + step)
		require.Equal(t, http.StatusSeeOther, answer.StatusCode, step)
	}
	_, page = d.get(rules + "/history")
	assert.Contains(t, page, "возвращает версию 0")
	assert.Contains(t, page, "действовала раньше")
}

func TestABadDraftKeepsWhatWasTypedAndSaysWhere(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	s := o.enter("head")
	text := access.DefaultText() + "\npermit (моё"
	answer, page := s.post(rules, "text", text, "matrix", access.DefaultMatrix(), "base", "0")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "permit (моё")
	assert.Regexp(t, `id="text-wrong">Строка \d+\.`, page)
	text, _ = narrower(t)
	answer, page = s.post(rules, "text", text, "matrix", access.DefaultMatrix(), "base", "0")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Правила расходятся с матрицей")
	_, page = s.get(rules + "/history")
	assert.NotContains(t, page, "ждёт утверждения")
}

func TestACandidateIsComparedAndTakenBack(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	text, matrix := narrower(t)
	s := o.enter("security")
	s.post(rules, "text", text, "matrix", matrix, "base", "0")
	answer, _ := o.enter("head").post(rules + "/1/shadow")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	answer, _ = s.post(rules + "/1/shadow")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page := s.get(rules + "/1")
	assert.Contains(t, page, "сравнивается на деле")
	assert.Contains(t, page, "Пока расхождений нет")
	answer, _ = s.post(rules + "/1/unshadow")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, _ = s.post(rules + "/1/withdraw")
	assert.Contains(t, answer.Header.Get("Location"), "/cabinet/step-up")
	s.shows()
	answer, _ = s.post(rules + "/1/withdraw")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = s.get(rules + "/1")
	assert.Contains(t, page, "отозвана")
}
