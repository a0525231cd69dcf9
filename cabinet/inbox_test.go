package cabinet_test

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/cabinet"
)

// asks is a patient's chat in which a human is waited for.
func (o *office) asks(words string) (path string, chat uuid.UUID) {
	o.t.Helper()
	_, chat, _ = o.linked()
	o.exec("UPDATE conversation SET owner = 'human', last_inbound_at = $2 WHERE id = $1", chat, monday())
	o.exec("INSERT INTO inbox (conversation_id, opened_at, waiting_since) VALUES ($1, $2, $2)", chat, monday())
	o.says(chat, words)
	return "/cabinet/inbox/" + chat.String(), chat
}

// says is a message of the patient's.
func (o *office) says(chat uuid.UUID, words string) {
	o.t.Helper()
	body, err := json.Marshal(map[string]any{"kind": "text", "text": words})
	require.NoError(o.t, err)
	id := uuid.New()
	o.exec(`INSERT INTO inbound (id, conversation_id, account, external_id, position, body, raw, state, received_at) VALUES ($1, $2, 'a', $3, 1, $4, '', 'handled', $5)`,
		id, chat, id.String(), body, *o.now.Load())
}

var hidden = regexp.MustCompile(`name="(key|said|version)"[^>]*value="([^"]*)"`)

// fields are the hidden fields of a page: as a browser would send them.
func fields(page string) map[string]string {
	out := map[string]string{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		out[m[1]] = m[2]
	}
	return out
}

func (b *browser) reply(path, page, text string) (reply, string) {
	f := fields(page)
	return b.do(http.MethodPost, path+"/reply", map[string][]string{"text": {text}, "key": {f["key"]}, "said": {f["said"]}}, "Hx-Request", "true")
}

func (o *office) sentTexts() string {
	return o.value("SELECT coalesce(string_agg(body->>'text', '|' ORDER BY seq), '') FROM outbox WHERE kind = 'human'")
}

func TestAnAdministratorAnswersAPatient(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path, chat := o.asks("можно ли <b>завтра</b>?")
	b := o.as("admin")
	_, list := b.get("/cabinet/inbox")
	assert.Contains(t, list, "можно ли &lt;b&gt;завтра")
	assert.Contains(t, list, path)
	_, page := b.get(path)
	assert.Contains(t, page, "можно ли &lt;b&gt;завтра")
	answer, part := b.reply(path, page, "Да, в десять.")
	require.Equal(t, http.StatusOK, answer.StatusCode, part)
	assert.NotContains(t, part, "Да, в десять.", "the box is empty again")
	answer, _ = b.reply(path, page, "Да, в десять.")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Equal(t, "Да, в десять.", o.sentTexts(), "the same form sent twice is one message")
	assert.Equal(t, "reply|admin", o.value("SELECT o.lane || '|' || s.login FROM outbox o JOIN staff s ON s.id = o.staff_id WHERE o.kind = 'human'"))
	_, page = b.get(path)
	assert.Contains(t, page, "Да, в десять.")
	_, list = b.get("/cabinet/inbox?tab=mine")
	assert.Contains(t, list, path)
	_, list = b.get("/cabinet/inbox?tab=waiting")
	assert.NotContains(t, list, path, "nobody waits any more")
	_, list = b.get("/cabinet/inbox?tab=all&page=1")
	assert.Contains(t, list, ">Назад</a>", "the way back a page")
	assert.Equal(t, "1", o.value(fmt.Sprintf("SELECT count(*)::text FROM audit WHERE action = 'conversation.opened' AND object_id = '%s'", chat)), "an open page is one look")
}

func TestTwoPeopleAtOneConversation(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path, _ := o.asks("перезвоните мне")
	first, second := o.as("admin"), o.as("head")
	_, seenByFirst := first.get(path)
	_, seenBySecond := second.get(path)
	told, stop := second.changes("/cabinet/inbox/events?chat=" + path[len("/cabinet/inbox/"):])
	defer stop()
	<-told // at the beginning
	answer, _ := first.post(path+"/typing", "x", "")
	require.Equal(t, http.StatusNoContent, answer.StatusCode)
	<-told
	_, part := second.get(path+"?part=thread", "Hx-Request", "true")
	assert.Contains(t, part, "admin печатает…")
	answer, _ = first.reply(path, seenByFirst, "Перезвоню в 12.")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	<-told
	answer, part = second.reply(path, seenBySecond, "Сейчас наберу.")
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, part, "Отвечает admin")
	assert.Contains(t, part, "Сейчас наберу.", "what was typed stays")
	answer, page := second.post(path+"/take", "version", fields(seenBySecond)["version"])
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "as it was seen it is no more")
	assert.Contains(t, page, "Разговор только что изменил коллега")
	answer, _ = second.post(path+"/take", "version", fields(page)["version"])
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, part = second.reply(path, seenBySecond, "Сейчас наберу.")
	assert.Equal(t, http.StatusConflict, answer.StatusCode, part)
	assert.Contains(t, part, "только что ответили (admin)")
	_, page = second.get(path)
	answer, _ = second.reply(path, page, "Сейчас наберу.")
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Equal(t, "Перезвоню в 12.|Сейчас наберу.", o.sentTexts())
}

func TestAConversationIsClosedPutOffLabelledAndGivenBack(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path, chat := o.asks("спасибо")
	b := o.as("admin")
	do := func(what string, more ...string) (reply, string) {
		_, page := b.get(path)
		return b.post(path+"/"+what, append([]string{"version", fields(page)["version"]}, more...)...)
	}
	answer, page := do("later", "until", "2020-01-01T10:00")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, page)
	answer, _ = do("later", "until", "2026-11-24T12:00")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, list := b.get("/cabinet/inbox?tab=later")
	assert.Contains(t, list, path)
	answer, _ = do("label", "labels", "Анализы, срочно , анализы")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, list = b.get("/cabinet/inbox?tab=later&label=" + "%D1%81%D1%80%D0%BE%D1%87%D0%BD%D0%BE")
	assert.Contains(t, list, path)
	assert.Equal(t, "{анализы,срочно}", o.value("SELECT labels::text FROM inbox"))
	answer, _ = do("close")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, list = b.get("/cabinet/inbox?tab=closed")
	assert.Contains(t, list, path)
	answer, _ = do("reopen")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, _ = do("back")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	assert.Equal(t, "bot", o.value("SELECT owner FROM conversation WHERE id = '"+chat.String()+"'"))
	assert.Contains(t, o.value("SELECT body->>'text' FROM outbox ORDER BY seq DESC LIMIT 1"), "Снова на связи бот", "it greets with one line")
	answer, _ = do("back")
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
}

func TestANoteTellsAColleague(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path, _ := o.asks("жалоба")
	b := o.as("admin")
	answer, _ := b.post(path+"/note", "text", "@head посмотрите, пожалуйста. @nobody")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page := b.get(path)
	assert.Contains(t, page, "Задачу получили: head.")
	assert.Contains(t, page, "заметка для коллег")
	head := o.as("head")
	_, page = head.get("/cabinet/tasks?show=mine")
	assert.Contains(t, page, "посмотрите, пожалуйста")
	assert.Equal(t, "0", o.value("SELECT count(*)::text FROM inbox_note WHERE position('посмотрите'::bytea IN text_sealed) > 0"))
	assert.Equal(t, "0", o.value("SELECT count(*)::text FROM outbox"), "the patient hears nothing")
}

func TestWhatDidNotArriveIsSentAgainOnce(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path, chat := o.asks("алло")
	lost, medical := uuid.New(), uuid.New()
	for id, class := range map[uuid.UUID]any{lost: nil, medical: "results"} {
		o.exec(`INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, state, not_before, created_at, error, data_class)
VALUES ($1, $2, 'telegram', 'service', 'reminder', $4, '{"text": "Ждём вас завтра", "buttons": [[{"label": "Да", "data": "x"}]]}', 'unknown', $3, $3, 'ambiguous', $5)`,
			id, chat, monday(), id.String(), class)
	}
	b := o.as("admin")
	_, page := b.get(path)
	assert.Contains(t, page, "Неизвестно, дошло ли")
	assert.Contains(t, page, "Содержание видно только врачам.")
	o.exec("UPDATE inbox SET staff_id = (SELECT id FROM staff WHERE login = 'head') WHERE conversation_id = $1", chat)
	answer, page := b.post(path+"/again", "message", lost.String())
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "Отвечает head", "a colleague has it")
	o.exec("UPDATE inbox SET staff_id = NULL WHERE conversation_id = $1", chat)
	answer, page = b.post(path+"/again", "message", lost.String())
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, page)
	answer, page = b.post(path+"/again", "message", lost.String())
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "уже отправили ещё раз")
	assert.Equal(t, "1", o.value("SELECT count(*)::text FROM audit WHERE action = 'conversation.sent_again'"), "what was not sent is not on record")
	answer, _ = b.post(path+"/again", "message", medical.String())
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.JSONEq(t, `{"text": "Ждём вас завтра"}`, o.value("SELECT string_agg(body::text, '') FROM outbox WHERE kind = 'human'"))
}

func TestEveryLineOfOneMomentIsOnSomePage(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path, chat := o.asks("алло")
	o.exec(`INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, state, not_before, created_at)
SELECT md5('line' || i)::uuid, $1, 'telegram', 'reply', 'dialog', 'line' || i, jsonb_build_object('text', 'Строка ' || i || '.'), 'sent', $2, $2
FROM generate_series(1, 100) i`, chat, monday())
	b := o.as("admin")
	_, page := b.get(path)
	older := regexp.MustCompile(`href="([^"]*before=[^"]*)"`).FindStringSubmatch(page)
	require.NotNil(t, older)
	_, before := b.get(html.UnescapeString(older[1]))
	for i := range 100 {
		line := fmt.Sprintf("Строка %d.", i+1)
		assert.Equal(t, 1, strings.Count(page, line)+strings.Count(before, line), line)
	}
	answer, _ := b.get(path + "?before=x.y.z")
	assert.Equal(t, http.StatusOK, answer.StatusCode)
}

func TestCannedRepliesFillThemselvesIn(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path, _ := o.asks("когда мне приходить?")
	b := o.as("admin")
	answer, page := b.post("/cabinet/inbox/canned", "title", "Парковка", "text", "")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Парковка", "what was typed stays")
	answer, _ = b.post("/cabinet/inbox/canned", "title", "Парковка", "text", "{имя}, {клиника} во дворе")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, _ = b.post("/cabinet/inbox/canned", "title", "парковка", "text", "ещё")
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	_, part := b.get(path+"/canned", "Hx-Request", "true")
	given := o.value("SELECT p.given FROM patient p JOIN patient_link l ON l.patient_id = p.id JOIN inbox i ON i.conversation_id = l.conversation_id LIMIT 1")
	assert.Contains(t, part, given+", {клиника} во дворе")
	_, page = b.get(path)
	answer, part = b.reply(path, page, "{клиника} во дворе")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, part, "Заполните {клиника}")
}

func TestTheInboxIsForThoseWhoseWorkItIs(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path, chat := o.asks("это личное")
	for _, role := range []string{"doctor", "cashier", "marketing", "director", "security"} {
		b := o.as(role)
		for _, address := range []string{"/cabinet/inbox", path, path + "/canned", "/cabinet/inbox/settings"} {
			answer, page := b.get(address)
			assert.Equal(t, http.StatusForbidden, answer.StatusCode, "%s %s", role, address)
			assert.NotContains(t, page, "это личное")
		}
		answer, _ := b.reply(path, "", "здравствуйте")
		assert.Contains(t, []int{http.StatusForbidden, http.StatusUnprocessableEntity}, answer.StatusCode, role)
	}
	// The patient comes to another branch than the desk's: of such a chat it knows nothing.
	o.exec("UPDATE patient SET branches = ARRAY[(SELECT id FROM branch ORDER BY position DESC LIMIT 1)] WHERE id IN (SELECT patient_id FROM patient_link WHERE conversation_id = $1)", chat)
	o.exec("UPDATE staff SET branches = ARRAY[(SELECT id FROM branch ORDER BY position LIMIT 1)] WHERE login = 'admin'")
	b := o.as("admin")
	answer, _ := b.get(path)
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	for _, tab := range []string{"waiting", "free", "all"} {
		_, list := b.get("/cabinet/inbox?tab=" + tab)
		assert.NotContains(t, list, path, tab)
	}
	_, list := b.post("/cabinet/inbox", "q", "личное")
	assert.NotContains(t, list, path)
	_, list = o.as("head").post("/cabinet/inbox", "q", "личное")
	assert.Contains(t, list, path)
}

func TestSomebodyWhoWaitsTooLongIsMarked(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path, _ := o.asks("вы там?")
	o.set(monday().Add(20 * time.Minute))
	_, list := o.as("admin").get("/cabinet/inbox")
	assert.Contains(t, list, path)
	assert.Contains(t, list, "ждёт 20 мин, срок прошёл")
}

// value is one text as the owner of the database sees it.
func (o *office) value(sql string) string {
	o.t.Helper()
	var out string
	o.one(sql, &out)
	return out
}

func TestWhatTheBotMisreadBecomesACase(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path, chat := o.asks("хочу перенести приём")
	message := o.value("SELECT id::text FROM inbound WHERE conversation_id = '" + chat.String() + "'")
	b := o.as("admin")
	address := path + "/misread/" + message
	answer, page := b.get(address, "Hx-Request", "true")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, page, "хочу перенести приём")
	answer, _ = b.post(address, "flow", "")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	answer, page = b.post(address, "flow", "reschedule")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, page)
	answer, _ = b.post(address, "flow", "cancel")
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "one message is one case")
	assert.Equal(t, "misread settled reschedule", o.value("SELECT why || ' ' || state || ' ' || right_flow FROM question"))
	_, page = b.get("/cabinet/questions?state=settled")
	assert.Contains(t, page, "бот понял неверно")
	answer, _ = o.as("head").get(path + "/misread/" + message)
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	answer, _ = o.as("head").post(address, "flow", "cancel")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode, "rulings are the desk's")
}

// writer is a model that writes for staff.
type writer struct {
	on   atomic.Bool
	said chan []string
}

func (w *writer) On(context.Context) bool { return w.on.Load() }

func (w *writer) Write(_ context.Context, lang string, own, said, articles []string) (string, error) {
	w.said <- slices.Concat([]string{lang}, own, said, articles)
	return "Парковка во дворе, въезд с улицы.", nil
}

func (o *office) drafts() cabinet.Drafts {
	o.writer.said = make(chan []string, 4)
	return o.writer
}

func TestADraftComesIntoTheBoxForAHumanToSend(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path, _ := o.asks("где у вас парковка?")
	b := o.as("admin")
	_, page := b.get(path)
	assert.NotContains(t, page, "Черновик ответа", "with the model off there is no button")
	answer, _ := b.post(path+"/draft", "text", "")
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	o.writer.on.Store(true)
	_, page = b.get(path)
	assert.Contains(t, page, "Черновик ответа")
	answer, part := b.post(path+"/draft", "text", "Здравствуйте!", "key", fields(page)["key"])
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, part, "Здравствуйте!\n\nПарковка во дворе")
	assert.Equal(t, fields(page)["key"], fields(part)["key"])
	told := <-o.writer.said
	assert.Contains(t, told, "Пациент: где у вас парковка?")
	assert.Contains(t, told[len(told)-1], "Парковка", "from the clinic's articles")
	assert.Empty(t, o.sentTexts(), "nothing is sent by itself")
	answer, _ = o.as("doctor").post(path+"/draft", "text", "")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
}

func TestTheDeskSaysWhoseAFileOfAFamilyIs(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path, chat := o.asks("вот снимок")
	child := o.some("SELECT p.id FROM patient p WHERE p.id NOT IN (SELECT patient_id FROM patient_link) ORDER BY p.id LIMIT 1")
	file := o.some("SELECT id FROM inbound WHERE conversation_id = $1", chat)
	o.exec("UPDATE inbound SET body = '{\"kind\": \"photo\"}' WHERE id = $1", file)
	o.exec("INSERT INTO attachment (id, conversation_id, kind, state, due_at, at, done_at) VALUES ($1, $2, 'photo', 'kept', $3, $3, $3)", file, chat, monday())
	b := o.as("head")
	_, page := b.get(path)
	assert.NotContains(t, page, "Чей это файл?", "its only person's")
	o.exec("INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES ($1, $2, 'child', $3)", chat, child, monday())
	_, page = b.get(path)
	require.Contains(t, page, "Чей это файл?")
	answer, _ := b.post(path+"/whose", "file", file.String(), "person", uuid.NewString())
	assert.Equal(t, http.StatusNotFound, answer.StatusCode, "a stranger to the chat")
	answer, _ = o.as("doctor").post(path+"/whose", "file", file.String(), "person", child.String())
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	answer, _ = b.post(path+"/whose", "file", file.String(), "person", child.String())
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = b.get(path)
	assert.Contains(t, page, "ложится в карту")
	assert.NotContains(t, page, "Чей это файл?")
	assert.Equal(t, "1", o.value("SELECT count(*)::text FROM audit WHERE action = 'conversation.file_named' AND patient_id = '"+child.String()+"'"))
}
