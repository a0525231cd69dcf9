package acts_test

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/chart/charttest"
	"github.com/zapis-clinic/zapis/core/clinic"
)

// ward is a clinic with everything that can be done in it.
type ward struct {
	*charttest.Ward
	t    *testing.T
	book *acts.Book
}

func openWard(t *testing.T) *ward {
	t.Helper()
	w := charttest.Open(t)
	catalog, err := clinic.Open(t.Context(), w.DB)
	require.NoError(t, err)
	all := acts.All(acts.Means{DB: w.DB, Clock: w.Clock, IDs: w.IDs, Vault: w.Vault, Catalog: catalog})
	book, err := acts.New(w.DB, acts.Note{Clock: w.Clock, IDs: w.IDs}, all)
	require.NoError(t, err)
	return &ward{w, t, book}
}

func (w *ward) do(who core.Actor, action core.Action, class core.Class, in acts.Input) acts.Output {
	w.t.Helper()
	out, err := w.book.Do(w.t.Context(), who, class, action, in)
	require.NoError(w.t, err, "%s %s as %s", action, class, who.Role)
	return out
}

func made(t *testing.T, out acts.Output) uuid.UUID {
	t.Helper()
	id, ok := out.Rows[0]["id"].(uuid.UUID)
	require.True(t, ok)
	return id
}

func TestMedicalDataIsInTheListOfActs(t *testing.T) {
	t.Parallel()
	w := openWard(t)
	doctor, nurse, maria := w.Staff("ivanova"), w.Staff("nurse"), w.Chat("maria")
	of := acts.Input{Patient: charttest.Maria(), Fields: fields("text", "канарейка")}
	record := made(t, w.do(doctor, core.Create, core.Records, of))
	w.do(doctor, core.Update, core.Records, acts.Input{ID: record, Fields: fields("text", "канарейка, исправлено")})
	w.do(doctor, core.Sign, core.Records, acts.Input{ID: record})
	assert.Equal(t, "канарейка, исправлено", w.do(maria, core.Read, core.Records, acts.Input{ID: record}).Rows[0]["text"])
	assert.Len(t, w.do(maria, core.Read, core.Records, acts.Input{Patient: charttest.Maria()}).Rows, 1)
	w.do(w.Staff("head"), core.Approve, core.Records, acts.Input{ID: record, Fields: fields("verdict", "good", "note", "хорошо")})
	w.do(nurse, core.Create, core.Records, acts.Input{Patient: charttest.Maria(), Kind: "vitals", Fields: fields("text", "120/80")})

	order := made(t, w.do(doctor, core.Create, core.Prescriptions, of))
	w.do(doctor, core.Sign, core.Prescriptions, acts.Input{ID: order})
	w.do(nurse, core.Create, core.Prescriptions, acts.Input{ID: order, Kind: "execution"})
	assert.Len(t, w.do(w.Machine("prescriptions:erx"), core.Read, core.Prescriptions, acts.Input{ID: order, Kind: "erx"}).Rows, 1)
	w.do(doctor, core.Void, core.Prescriptions, acts.Input{ID: order})

	test := made(t, w.do(nurse, core.Create, core.Results, acts.Input{Patient: charttest.Maria(), Kind: "sample"}))
	w.do(w.Machine("results"), core.Create, core.Results, acts.Input{ID: test, Fields: fields("born", "1980-05-17", "status", "final", "code", "718-7", "value", "142")})
	w.do(doctor, core.Sign, core.Results, acts.Input{ID: test})
	w.do(maria, core.Read, core.Results, acts.Input{ID: test})

	paper := acts.Input{Patient: charttest.Maria(), Kind: "medical", Fields: fields("kind", "upload", "title", "Выписка", "mime", "application/pdf",
		"data", base64.StdEncoding.EncodeToString([]byte("%PDF-1.7")))}
	upload := made(t, w.do(maria, core.Create, core.Documents, paper))
	w.do(doctor, core.Read, core.Documents, acts.Input{ID: upload})
	w.do(maria, core.Create, core.VisitReason, acts.Input{Visit: charttest.Today(), Fields: fields("text", "болит")})
	w.do(nurse, core.Read, core.VisitReason, acts.Input{Visit: charttest.Today()})

	for class, id := range map[core.Class]uuid.UUID{core.Results: test, core.Documents: upload, core.VisitReason: charttest.Today()} {
		out := w.do(w.Staff("admin"), core.Read, class, acts.Input{ID: id})
		assert.NotEqual(t, access.Full, out.View, class)
		text, err := json.Marshal(out)
		require.NoError(t, err)
		for _, word := range []string{"142", "718-7", "routine", "Выписка", "data", "болит"} {
			assert.NotContains(t, string(text), word, class)
		}
	}
	for class, id := range map[core.Class]uuid.UUID{core.Records: record, core.Prescriptions: order} {
		for name, who := range w.Others("ivanova", "nurse", "head", "maria") {
			_, err := w.book.Do(t.Context(), who, class, core.Read, acts.Input{ID: id})
			charttest.Refused(t, err, "not_found", name)
		}
	}
	model := maria
	model.Agent = []string{"read records"}
	_, err := w.book.Do(t.Context(), model, core.Records, core.Read, acts.Input{ID: record})
	charttest.Refused(t, err, "not_found", "a model")
	w.do(model, core.Read, core.Records, acts.Input{ID: record, Button: true})
}
