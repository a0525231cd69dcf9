package cabinet_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/intake"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// brings uploads a file of a kind and answers with the page that it leads to.
func (b *browser) brings(kind, name, text string) (path, page string) {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(b.t, form.WriteField("kind", kind))
	part, err := form.CreateFormFile("file", name)
	require.NoError(b.t, err)
	_, err = io.WriteString(part, text)
	require.NoError(b.t, err)
	require.NoError(b.t, form.Close())
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+"/cabinet/settings/import", &body)
	require.NoError(b.t, err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	answer, err := b.http.Do(req)
	require.NoError(b.t, err)
	defer answer.Body.Close()
	if path = answer.Header.Get("Location"); path != "" {
		_, page = b.get(path)
		return path, page
	}
	said, err := io.ReadAll(answer.Body)
	require.NoError(b.t, err)
	return "", string(said)
}

// imports does the worker's part.
func (o *office) imports() {
	o.t.Helper()
	desk := intake.Desk{In: o.db, Vault: vaulttest.Vault(o.t), Clock: func() time.Time { return *o.now.Load() }, IDs: core.NewIDs(nil), Book: o.book}
	jobs, err := desk.Jobs(o.t.Context())
	require.NoError(o.t, err)
	who := core.Actor{Kind: core.Staff, ID: o.some("SELECT id FROM staff WHERE login = 'admin'"), Role: "admin", Channel: "worker"}
	for _, job := range jobs {
		require.NoError(o.t, desk.Work(o.t.Context(), access.Default().Admit(who), job))
	}
}

const patientsCSV = "Фамилия;Имя;Телефон;Др\nИмпортова;Анна;8 916 555-77-01;05.03.1985\n\"<svg onload=alert(1)>\";Пётр;89165557702;\nФормулов;\"=1+1\";89165557703;\nИмпортов;Олег;нет;\n"

func TestTheDeskBringsPatientsSeesWhatComesOfItAndTakesThemBack(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	desk := o.as("admin")
	_, page := desk.get("/cabinet/settings/import")
	assert.Contains(t, page, "Пациенты")
	path, page := desk.brings("patients", `C:\мои\"><svg onload=alert(2)>.csv`, patientsCSV)
	require.NotEmpty(t, path, page)
	assert.Contains(t, page, `<option value="phone" selected>`, "columns are told by their headings")
	assert.NotContains(t, page, "<svg onload")
	columns := url.Values{"column": {"surname", "given", "phone", "born"}}

	answer, page := desk.do(http.MethodPost, path+"/columns", columns)
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "номер реестра")
	columns.Set("paper", "Р-1/2026")
	answer, _ = desk.do(http.MethodPost, path+"/columns", columns)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = desk.get(path)
	assert.Contains(t, page, "Записать: 1")
	assert.Contains(t, page, "телефон не распознан")
	assert.NotContains(t, page, "<svg onload")
	assert.Equal(t, 0, o.count("patient WHERE surname = 'Импортова'"), "nothing is written yet")

	answer, table := desk.post(path + "/faults")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.True(t, strings.HasPrefix(answer.Header.Get("Content-Disposition"), "attachment"))
	assert.Contains(t, table, "'=1+1", "a cell is never a formula")

	answer, _ = desk.post(path + "/start")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = desk.get(path)
	assert.Contains(t, page, "<progress")
	o.imports()
	assert.Equal(t, 1, o.count("patient WHERE surname = 'Импортова' AND birth_date = '1985-03-05'"))
	answer, _ = desk.get(path, "HX-Request", "true")
	assert.Equal(t, "true", answer.Header.Get("HX-Refresh"))
	answer, _ = desk.post(path + "/undo")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	o.imports()
	assert.Equal(t, 0, o.count("patient WHERE surname = 'Импортова'"))
	_, page = desk.get(path)
	assert.Contains(t, page, "отменено")
}

func TestWhatIsNoTableIsRefusedInWords(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	desk := o.as("admin")
	for text, want := range map[string]string{
		"%PDF-1.7\x00": "Кодировка файла испорчена", "PK\x03\x04 not a book": "Это не таблица", "одно слово": "Не нашли таблицу", "": "Это не таблица",
		"a;b\n" + strings.Repeat(";", 1000) + "x": "больше 64 столбцов", strings.Repeat("a;b\n", 3<<20): "слишком большая",
	} {
		path, page := desk.brings("patients", "x.csv", text)
		assert.Empty(t, path)
		assert.Contains(t, page, want)
	}
	for _, kind := range []string{"staff", ""} {
		path, page := desk.brings(kind, "x.csv", patientsCSV)
		assert.Empty(t, path)
		assert.Contains(t, page, "Выберите, что в таблице")
	}
}

func TestImportsAreForThoseWhoBringAndDecide(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	path, _ := o.as("admin").brings("patients", "x.csv", patientsCSV)
	for login, want := range map[string]int{"admin": http.StatusOK, "head": http.StatusNotFound, "director": http.StatusNotFound, "cashier": http.StatusForbidden, "doctor": http.StatusForbidden, "security": http.StatusForbidden} {
		answer, _ := o.as(login).get(path)
		assert.Equal(t, want, answer.StatusCode, login)
		if login != "admin" {
			answer, _ = o.as(login).post(path + "/start")
			assert.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, answer.StatusCode, login)
		}
	}
}

func TestAClinicWithoutAConsentIsLedToWhereItIsPublished(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	o.exec("TRUNCATE consent_text CASCADE")
	desk := o.as("admin")
	const way = `href="/cabinet/settings/consents"`
	_, page := desk.get("/cabinet/settings/import")
	assert.Contains(t, page, "Сначала опубликуйте текст согласия")
	assert.Contains(t, page, way)
	path, _ := desk.brings("patients", "x.csv", patientsCSV)
	answer, page := desk.do(http.MethodPost, path+"/columns", url.Values{"column": {"surname", "given", "phone", "born"}, "paper": {"Р-1"}})
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Сначала опубликуйте текст согласия")
}

func TestServicesAreBroughtByOneLetByAnotherAndTakenBackByThem(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	desk, head := o.as("admin"), o.as("head")
	path, page := desk.brings("services", "прайс.csv", "Услуга;Специальность;Минут;Цена\nОсмотр перед прививкой;Терапевт;30;2500\nПрочее;Терапевт;3;\n")
	require.NotEmpty(t, path, page)
	columns := url.Values{"column": {"name", "specialty", "minutes", "price"}}
	answer, _ := desk.do(http.MethodPost, path+"/columns", columns)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = desk.get(path)
	assert.Contains(t, page, "согласует другой человек")
	assert.Contains(t, page, "длительность: от 5 до 720 минут")
	answer, _ = head.get(path)
	assert.Equal(t, http.StatusNotFound, answer.StatusCode, "nobody has asked yet")
	_, _ = desk.post(path + "/start")
	answer, _ = desk.post(path + "/approved")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	_, page = head.get("/cabinet/settings/import")
	assert.Contains(t, page, path)
	_, page = head.get(path)
	assert.Contains(t, page, "Осмотр перед прививкой")
	answer, _ = head.post(path + "/approved")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	o.imports()
	assert.Equal(t, 1, o.count("service WHERE name_ru = 'Осмотр перед прививкой' AND price = 250000"))
	_, page = desk.get(path)
	assert.Contains(t, page, "может тот, кто её согласовал")
	answer, _ = head.post(path + "/undo")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	o.imports()
	assert.Equal(t, 0, o.count("service WHERE name_ru = 'Осмотр перед прививкой'"))
}
