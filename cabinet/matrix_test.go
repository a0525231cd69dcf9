package cabinet_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/cabinet"
	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/jobs"
)

// worldOffice is a cabinet over the matrix's world, in which every role signs in by its name.
func worldOffice(t *testing.T) *office {
	t.Helper()
	w := accesstest.Open(t)
	o := &office{t: t, db: w.DB, address: w.Database, hub: jobs.NewHub(), now: &atomic.Pointer[time.Time]{}, guest: &guest{}}
	o.set(accesstest.Now())
	hash, err := argon2id.CreateHash(demo.Password, &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	require.NoError(t, err)
	o.exec("UPDATE staff SET password_hash = $1, demo = true", hash)
	catalog, err := clinic.Open(t.Context(), w.DB)
	require.NoError(t, err)
	ids, safe := core.NewIDs(nil), vaulttest.Vault(t)
	doings, err := acts.New(w.DB, acts.Note{Clock: accesstest.Now, IDs: ids}, acts.All(acts.Means{DB: w.DB, Clock: accesstest.Now, IDs: ids, Vault: safe, Catalog: catalog}))
	require.NoError(t, err)
	server, err := cabinet.New(cabinet.Config{
		DB: w.DB, Book: catalog, Guard: access.Default(), Acts: doings, Hub: o.hub, Clock: accesstest.Now, IDs: ids, Random: rand.Reader, PublicURL: "http://127.0.0.1",
		Vault: safe, Demo: true, Visitors: o.guest, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	r := chi.NewRouter()
	server.Routes(r)
	web := httptest.NewServer(r)
	t.Cleanup(web.Close)
	t.Cleanup(server.Close)
	o.url = web.URL
	return o
}

// put asks for a cell's act over the web and gives the status.
func (b *browser) put(c access.Cell, in acts.Input) (int, string) {
	b.t.Helper()
	path := "/cabinet/data/" + string(c.Class)
	if in.ID != uuid.Nil {
		path += "/" + in.ID.String()
	}
	said := map[string]string{"kind": in.Kind}
	for name, value := range in.Fields {
		if name != "kind" {
			said[name] = value
		}
	}
	for name, id := range map[string]uuid.UUID{"patient": in.Patient, "visit": in.Visit} {
		if id != uuid.Nil {
			said[name] = id.String()
		}
	}
	if c.Action == core.Read || c.Action == core.Aggregate {
		if c.Action == core.Aggregate {
			path += "/aggregate"
		}
		answer, text := b.get(path + "?" + query(said))
		return answer.StatusCode, text
	}
	body, err := json.Marshal(said)
	require.NoError(b.t, err)
	return b.act(path+"/"+string(c.Action), string(body))
}

// webFiner lists where the web is narrower than a cell, and why.
func webFiner() map[string]string {
	return map[string]string{
		"doctor sign records care":       "a draft is signed by who wrote it",
		"doctor sign prescriptions care": "a draft is signed by who wrote it",
		"cashier create payments other":  "an invoice is issued for a visit that one sees",
	}
}

func TestEveryCellOfTheMatrixIsAnsweredOverTheWeb(t *testing.T) {
	t.Parallel()
	cells, err := access.Cells()
	require.NoError(t, err)
	var asked atomic.Int64
	t.Cleanup(func() { t.Logf("%d cells asked over the web", asked.Load()) })
	for _, role := range access.Roles() {
		if role == "patient" || role == "service" { // they have entries of their own
			continue
		}
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			who := worldOffice(t).as(role)
			answer, _ := who.post("/cabinet/step-up", "password", demo.Password, "next", "/cabinet/me")
			require.Equal(t, http.StatusSeeOther, answer.StatusCode)
			// What is allowed is done, and done last: it changes the world.
			for _, allowed := range []bool{false, true} {
				for _, c := range cells {
					in, ok := accesstest.Input(c)
					if !ok || c.Role != role || c.Expected.Allowed != allowed {
						continue
					}
					asked.Add(1)
					status, text := who.put(c, in)
					name := strings.Join(strings.Fields(fmt.Sprint(c.Role, " ", c.Action, " ", c.Class, " ", c.Facts.Kind, " ", c.Situation)), " ")
					if _, known := webFiner()[name]; known {
						continue
					}
					assert.Contains(t, map[bool][]int{
						true:  {http.StatusOK, http.StatusConflict, http.StatusUnprocessableEntity},
						false: {http.StatusNotFound, http.StatusForbidden},
					}[allowed], status, "%s: %s", name, text)
				}
			}
		})
	}
}

func query(said map[string]string) string {
	out := url.Values{}
	for name, value := range said {
		out.Set(name, value)
	}
	return out.Encode()
}
