package cabinet_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// act asks for an act with a JSON body.
func (b *browser) act(path, body string) (int, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+path, strings.NewReader(body))
	require.NoError(b.t, err)
	req.Header.Set("Content-Type", "application/json")
	answer, err := b.http.Do(req)
	require.NoError(b.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(b.t, err)
	return answer.StatusCode, string(text)
}

func TestAMemberDoesOverTheWebWhatTheirRoleMay(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	visit := o.some("SELECT id FROM visit WHERE status = 'booked' AND price > 0 ORDER BY starts_at, id LIMIT 1")
	admin, cashier, doctor := o.as("admin"), o.as("cashier"), o.as("doctor")
	status, body := admin.act("/cabinet/data/payments", `{"visit":"`+visit.String()+`"}`)
	require.Equal(t, http.StatusOK, status, body)
	var made struct {
		Rows []struct {
			ID uuid.UUID `json:"id"`
		} `json:"rows"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &made))
	invoice := made.Rows[0].ID.String()
	status, body = admin.act("/cabinet/data/payments/"+invoice, `{"amount":100,"method":"cash","key":"1"}`)
	require.Equal(t, http.StatusOK, status, body)
	answer, body := cashier.get("/cabinet/data/payments/" + invoice)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, body, `"paid":100`)

	_, missing := doctor.get("/cabinet/data/payments/" + uuid.NewString())
	answer, foreign := doctor.get("/cabinet/data/payments/" + invoice)
	require.Equal(t, http.StatusNotFound, answer.StatusCode)
	assert.Equal(t, missing, foreign, "what is not theirs is what does not exist")
	for _, path := range []string{"/cabinet/data/payments/none", "/cabinet/data/secrets/" + invoice, "/cabinet/data/payments/" + invoice + "/export", "/cabinet/data/contacts/" + invoice} {
		answer, text := doctor.get(path)
		assert.Equal(t, http.StatusNotFound, answer.StatusCode, path)
		assert.Equal(t, missing, text, path)
	}
	for _, path := range []string{"", "/approve", "/void", "/delete"} {
		status, text := doctor.act("/cabinet/data/payments/"+invoice+path, `{"amount":1,"method":"cash","key":"x"}`)
		assert.Equal(t, http.StatusNotFound, status, path)
		assert.Equal(t, missing, text, path)
	}
	status, _ = o.browser().act("/cabinet/data/payments/"+invoice, `{}`)
	assert.Equal(t, http.StatusUnauthorized, status)
}

func TestAnActIsAskedForInJSON(t *testing.T) {
	t.Parallel()
	admin := open(t, true).as("admin")
	answer, _ := admin.do(http.MethodPost, "/cabinet/data/contacts", map[string][]string{"name": {"Иван Петров"}})
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	for _, body := range []string{`{`, `[]`, `{"name":{"a":1}}`, `{} {}`} {
		status, text := admin.act("/cabinet/data/contacts", body)
		assert.Equal(t, http.StatusUnprocessableEntity, status, text)
	}
}

// some is the id that a query of the owner's finds.
func (o *office) some(sql string, args ...any) uuid.UUID {
	o.t.Helper()
	conn, err := pgx.Connect(o.t.Context(), o.address.OwnerURL)
	require.NoError(o.t, err)
	defer conn.Close(context.Background())
	var id uuid.UUID
	require.NoError(o.t, conn.QueryRow(o.t.Context(), sql, args...).Scan(&id))
	return id
}
