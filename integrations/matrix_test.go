package integrations_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/integration"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/integrations"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// world is the API over the matrix's world.
func world(t *testing.T) *line {
	t.Helper()
	w := accesstest.Open(t)
	l, ids := &line{t: t, keys: map[string]string{}, now: accesstest.Now}, core.NewIDs(nil)
	catalog, err := clinic.Open(t.Context(), w.DB)
	require.NoError(t, err)
	book, err := acts.New(w.DB, acts.Note{Clock: accesstest.Now, IDs: ids}, acts.All(acts.Means{DB: w.DB, Clock: accesstest.Now, IDs: ids, Vault: vaulttest.Vault(t), Catalog: catalog}))
	require.NoError(t, err)
	l.tokens = integration.Tokens{In: w.DB, Vault: vaulttest.Vault(t), Clock: accesstest.Now, IDs: ids, Random: rand.Reader}
	api := integrations.API{Acts: book, Guard: access.Default(), Tokens: l.tokens, Gate: edge.NewGate(0), Log: slog.New(slog.DiscardHandler)}
	r := chi.NewRouter()
	api.Routes(r)
	web := httptest.NewServer(r)
	t.Cleanup(web.Close)
	l.url = web.URL
	l.owner, err = pgx.Connect(t.Context(), w.Database.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.owner.Close(context.Background()) })
	return l
}

// holder makes the token of a contract and gives it the cards that the world's integration made.
func (l *line) holder(name, contract string) string {
	l.t.Helper()
	token := l.token(name, contract)
	_, err := l.owner.Exec(l.t.Context(), "UPDATE patient SET made_by = (SELECT id FROM api_token WHERE name = $1) WHERE made_by IS NOT NULL", name)
	require.NoError(l.t, err)
	return token
}

func address(c access.Cell, in acts.Input) (method, path, body string) {
	path = "/api/v1/" + string(c.Class)
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
	if c.Action != core.Read && c.Action != core.Aggregate {
		text, _ := json.Marshal(said)
		return http.MethodPost, path + "/" + string(c.Action), string(text)
	}
	if c.Action == core.Aggregate {
		path += "/aggregate"
	}
	query := url.Values{}
	for name, value := range said {
		query.Set(name, value)
	}
	return http.MethodGet, path + "?" + query.Encode(), ""
}

func TestEveryCellOfTheMatrixIsAnsweredToIntegrations(t *testing.T) {
	t.Parallel()
	cells, err := access.Cells()
	require.NoError(t, err)
	l := world(t)
	byContract := map[string][]access.Cell{}
	for _, c := range cells {
		if c.Role == "service" {
			byContract[c.Contract] = append(byContract[c.Contract], c)
		}
	}
	asked, n := 0, 0
	for contract, list := range byContract {
		if contract == "nothing" { // a token for nothing is none
			contract = "settings"
		}
		n++
		token := l.holder(fmt.Sprintf("t%d", n), contract)
		for _, c := range list {
			in, ok := accesstest.Input(c)
			if !ok || (c.Class == core.Results && c.Facts.Kind == "sample") { // a sample is taken by a person
				continue
			}
			asked++
			method, path, body := address(c, in)
			status, text := l.ask(token, method, path, body)
			name := strings.Join(strings.Fields(fmt.Sprint(c.Action, " ", c.Class, " ", c.Facts.Kind, " ", c.Situation, " of ", c.Contract)), " ")
			assert.Contains(t, map[bool][]int{
				true:  {http.StatusOK, http.StatusConflict, http.StatusUnprocessableEntity},
				false: {http.StatusNotFound, http.StatusForbidden},
			}[c.Expected.Allowed], status, "%s: %s", name, text)
		}
	}
	t.Logf("%d cells asked by integrations", asked)
}
