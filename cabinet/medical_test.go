package cabinet_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/document"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// clinicOf is an office whose database goes by its clock, with a patient of Ivanova's and one that is not.
func clinicOf(t *testing.T) (o *office, hers, foreign uuid.UUID) {
	t.Helper()
	o = open(t, true)
	o.db.Clock = func() time.Time { return *o.now.Load() }
	return o, o.patient("v.practitioner_id = s.practitioner_id"),
		o.patient("NOT EXISTS (SELECT FROM visit x WHERE x.patient_id = v.patient_id AND x.practitioner_id = s.practitioner_id)")
}

// patient is one whose visit is of a kind; s is the demo's doctor.
func (o *office) patient(kind string) uuid.UUID {
	o.t.Helper()
	var id uuid.UUID
	require.NoError(o.t, o.db.InTx(o.t.Context(), core.Sys("test"), func(tx *store.Tx) error {
		return tx.QueryRow(o.t.Context(), "SELECT v.patient_id FROM visit v, staff s WHERE s.login = 'doctor' AND v.active AND v.patient_id IS NOT NULL AND "+kind+
			" ORDER BY v.starts_at, v.id LIMIT 1").Scan(&id)
	}))
	return id
}

func medicalOf(id uuid.UUID) string { return "/cabinet/patients/" + id.String() + "/medical" }

// books is what the office's medical data is kept with.
func (o *office) books() chart.Chart {
	return chart.Chart{In: o.db, Clock: o.roster.Clock, IDs: o.roster.IDs, Vault: vaulttest.Vault(o.t)}
}

// paper puts a certificate into a patient's file.
func (o *office) paper(of uuid.UUID) uuid.UUID {
	o.t.Helper()
	id, err := document.File{Chart: o.books()}.Put(o.t.Context(), core.Sys("test"), document.New{
		Patient: of, Class: document.Medical, Kind: "certificate", Mime: "application/pdf", Title: "Справка", Data: []byte("%PDF-1.7 справка"),
	})
	require.NoError(o.t, err)
	return id
}

// digits are the last of a patient's phone.
func (o *office) digits(of uuid.UUID) string {
	o.t.Helper()
	cards := patient.Cards{In: o.db, Vault: vaulttest.Vault(o.t), Clock: o.roster.Clock, IDs: o.roster.IDs}
	require.NoError(o.t, cards.SetPhone(o.t.Context(), core.Sys("test"), of, "+79161230067", true))
	return "67"
}

// last is the last match of a pattern's group.
func last(t *testing.T, pattern, text string) string {
	t.Helper()
	all := regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, all, pattern)
	return all[len(all)-1][1]
}

func TestADoctorWritesSignsAndPrescribesOnThePatientsPage(t *testing.T) {
	t.Parallel()
	o, hers, _ := clinicOf(t)
	b := o.as("doctor")
	page := medicalOf(hers)
	for _, form := range [][]string{
		{"do", "record.draft", "kind", "conclusion", "text", "Здорова <b>и точка</b>"},
		{"do", "prescription.draft", "text", "Гулять"},
		{"do", "result.order", "kind", "hiv"},
	} {
		answer, body := b.post(page, form...)
		require.Equal(t, http.StatusSeeOther, answer.StatusCode, body)
	}
	_, body := b.get(page)
	id := last(t, `\?record=([0-9a-f-]+)`, body)
	assert.Contains(t, body, "черновик")
	_, opened := b.get(page + "?record=" + id)
	_, list := b.get("/cabinet/patients")
	for _, shown := range []string{body, opened, list} {
		assert.NotRegexp(t, `>(medical|glass|page)\.[a-z]`, shown, "a key without words")
	}
	assert.Contains(t, opened, "Здорова &lt;b&gt;и точка&lt;/b&gt;")
	answer, _ := b.post(page, "do", "record.sign", "id", id)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, body = b.post(page, "do", "record.sign", "id", id)
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, body, "подписана")
	answer, body = b.post(page, "do", "record.draft", "kind", "note", "text", " ")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, body, "Напишите текст")

	_, body = o.as("head").get(page + "?record=" + id)
	assert.Contains(t, body, "Оценить")
	answer, body = o.as("admin").get(page)
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.NotContains(t, body, "record=", "the desk sees no records")
	assert.NotContains(t, body, "prescription=")
	assert.NotContains(t, body, "ВИЧ")
	for _, login := range []string{"marketing", "director", "security"} {
		answer, body := o.as(login).get(page + "?record=" + id)
		assert.Equal(t, http.StatusNotFound, answer.StatusCode, login)
		assert.NotContains(t, body, "Здорова", login)
	}
}

func TestAForeignPatientLooksLikeNone(t *testing.T) {
	t.Parallel()
	o, _, foreign := clinicOf(t)
	b := o.as("doctor")
	there, body := b.get(medicalOf(foreign))
	nobody := uuid.MustParse("018f3a52-0000-7000-8000-00000000dead")
	none, noneBody := b.get(medicalOf(nobody))
	assert.Equal(t, http.StatusNotFound, there.StatusCode)
	assert.Equal(t, there.StatusCode, none.StatusCode)
	clean := func(text string, id uuid.UUID) string {
		return regexp.MustCompile(id.String()).ReplaceAllString(text, "")
	}
	assert.Equal(t, clean(noneBody, nobody), clean(body, foreign))
}

func TestInAnEmergencyTheGlassIsBrokenOnThePageAndJudgedByTheHead(t *testing.T) {
	t.Parallel()
	o, _, foreign := clinicOf(t)
	b := o.as("doctor")
	at := "/cabinet/patients/" + foreign.String() + "/glass"
	answer, _ := b.post(at, "reason", "emergency", "why", "упал в коридоре, без сознания")
	assert.Contains(t, answer.Header.Get("Location"), "/cabinet/step-up", "first one shows again who one is")
	answer, _ = b.get(at)
	assert.Equal(t, "/cabinet/step-up?next="+url.QueryEscape(at), answer.Header.Get("Location"))
	answer, _ = b.post("/cabinet/step-up", "password", demo.Password, "next", at)
	require.Equal(t, at, answer.Header.Get("Location"))
	answer, body := b.post(at, "reason", "emergency", "why", "упал")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, body, "хотя бы 15")
	answer, body = b.post(at, "reason", "emergency", "why", "упал в коридоре, без сознания")
	require.Equal(t, medicalOf(foreign), answer.Header.Get("Location"), body)
	answer, body = b.get(medicalOf(foreign))
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, body, "Экстренный доступ открыт до 11:26")
	answer, _ = b.post(medicalOf(foreign), "do", "record.draft", "kind", "note", "text", "x")
	assert.Equal(t, http.StatusNotFound, answer.StatusCode, "reading only")
	_, body = b.get("/cabinet/me")
	assert.Contains(t, body, "Экстренный доступ открыт", "the banner stands on every page")

	head := o.as("head")
	_, body = head.get("/cabinet/glass")
	assert.Contains(t, body, "упал в коридоре, без сознания")
	assert.NotRegexp(t, `>(medical|glass|page)\.[a-z]`, body)
	_, seen := o.as("security").get("/cabinet/glass")
	assert.NotContains(t, seen, "упал в коридоре")
	answer, _ = head.post(last(t, `action="(/cabinet/glass/[0-9a-f-]+)"`, body), "verdict", "justified")
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, body = head.get("/cabinet/glass")
	assert.Contains(t, body, "Проверять нечего")
	for _, login := range []string{"admin", "cashier", "marketing", "director"} {
		answer, _ := o.as(login).get("/cabinet/glass")
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, login)
	}

	o.set(monday().Add(30 * time.Minute))
	answer, body = b.get(medicalOf(foreign))
	if answer.StatusCode == http.StatusSeeOther { // a clinical session lies idle no longer than a quarter of an hour
		answer, body = o.as("doctor").get(medicalOf(foreign))
	}
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	assert.NotContains(t, body, "открыт до")
}

func TestTheDeskHandsASealedPaperOverByALink(t *testing.T) {
	t.Parallel()
	o, hers, _ := clinicOf(t)
	admin, id := o.as("admin"), o.paper(hers)
	_, body := admin.get(medicalOf(hers))
	assert.Contains(t, body, "Запечатанный документ")
	answer, _ := admin.get("/cabinet/documents/" + id.String())
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	answer, body = admin.post(medicalOf(hers), "do", "document.hand_over", "id", id.String())
	require.Equal(t, http.StatusOK, answer.StatusCode, body)
	path := last(t, `https?://[^/"<]+(/p/[A-Za-z0-9_-]{22})`, body)
	guest := o.browser()
	answer, body = guest.post(path, "digits", o.digits(hers))
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Equal(t, "%PDF-1.7 справка", body)
	assert.Contains(t, answer.Header.Get("Content-Disposition"), "attachment")
	answer, _ = guest.post(path, "digits", o.digits(hers))
	assert.Equal(t, http.StatusNotFound, answer.StatusCode, "once")
}
