package cabinet_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// waits makes a task of a kind for a human.
func (o *office) waits(kind string) string {
	o.t.Helper()
	id := uuid.New()
	o.exec("INSERT INTO task (id, kind, key, created_at) VALUES ($1, $2, $3, $4)", id, kind, id.String(), monday())
	return "/cabinet/tasks/" + id.String()
}

func TestAnAdministratorTakesATaskAndClosesIt(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path := o.waits("handoff")
	b := o.as("admin")
	_, page := b.get("/cabinet/tasks")
	assert.Contains(t, page, "Пациент ждёт человека")
	answer, _ := b.post(path+"/take", "version", "1", "next", "https://evil.example/")
	assert.Equal(t, path, answer.Header.Get("Location"))
	answer, page = b.post(path+"/take", "version", "1")
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "Задачу только что изменил коллега")
	answer, page = b.post(path+"/close", "version", "2", "outcome", "what", "text", "позвонила дважды")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "позвонила дважды", "what was typed stays")
	answer, _ = b.post(path+"/close", "version", "2", "outcome", "solved", "text", "позвонила дважды")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = b.get(path)
	assert.Contains(t, page, "решено")
	assert.Contains(t, page, "позвонила дважды")
	_, page = b.get("/cabinet/tasks")
	assert.Contains(t, page, "Открытых задач нет")
}

func TestATaskIsWrittenDownOnThePage(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	answer, page := b.post("/cabinet/tasks", "text", "перезвонить", "due", "вчера")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "перезвонить")
	answer, _ = b.post("/cabinet/tasks", "text", "перезвонить <b>сегодня</b>", "due", "2026-11-24T12:00")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = b.get("/cabinet/tasks")
	assert.Contains(t, page, "Задача записана.")
	assert.Contains(t, page, "перезвонить &lt;b&gt;сегодня")
	_, page = b.get("/cabinet/tasks")
	assert.NotContains(t, page, "Задача записана.", "said once")
	_, page = b.get("/cabinet/tasks", "Hx-Request", "true")
	assert.NotRegexp(t, "<html", page, "a part of the page")
}

func TestTasksAreForThoseWhoseWorkTheyAre(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path := o.waits("glass_review")
	for _, role := range []string{"doctor", "cashier", "marketing", "director"} {
		b := o.as(role)
		answer, _ := b.get("/cabinet/tasks")
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, role)
		answer, _ = b.get(path)
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, role)
	}
	answer, _ := o.as("admin").get(path)
	assert.Equal(t, http.StatusNotFound, answer.StatusCode, "not an administrator's")
	answer, _ = o.as("security").get(path)
	assert.Equal(t, http.StatusOK, answer.StatusCode)
}
