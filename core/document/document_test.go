package document_test

import (
	"bytes"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/chart/charttest"
	"github.com/zapis-clinic/zapis/core/document"
)

// file is a clinic and its papers.
type file struct {
	*charttest.Ward
	document.File
	t *testing.T
}

func open(t *testing.T) *file {
	t.Helper()
	w := charttest.Open(t)
	return &file{w, document.File{Chart: w.Chart}, t}
}

func paper(class, kind string) document.New {
	return document.New{
		Patient: charttest.Maria(), Branch: charttest.Centre(), Class: class, Kind: kind, Mime: "application/pdf", Title: "Справка о канарейке",
		Data: []byte("%PDF-1.7 канарейка"),
	}
}

func (f *file) put(login string, n document.New) uuid.UUID {
	f.t.Helper()
	id, err := f.Put(f.t.Context(), f.Staff(login), n)
	require.NoError(f.t, err)
	return id
}

func TestADoctorsPaperIsThePatientsToOpen(t *testing.T) {
	t.Parallel()
	f := open(t)
	id := f.put("ivanova", paper(document.Medical, "certificate"))
	d, data, err := f.Read(t.Context(), f.Chat("maria"), id)
	require.NoError(t, err)
	assert.Equal(t, "Справка о канарейке", d.Title)
	assert.Equal(t, "%PDF-1.7 канарейка", string(data))
	f.Hidden("канарейк")
	f.Hidden("PDF-1.7")
}

func TestTheDeskHandsOverAndDoesNotOpen(t *testing.T) {
	t.Parallel()
	f := open(t)
	id := f.put("ivanova", paper(document.Medical, "certificate"))
	labelled := paper(document.Medical, "certificate")
	labelled.Label = "psychiatry"
	hidden := f.put("ivanova", labelled)
	_, _, err := f.Read(t.Context(), f.Staff("admin"), id)
	charttest.Refused(t, err, "document_sealed", "the desk opens")
	_, _, err = f.Read(t.Context(), f.Staff("admin"), hidden)
	charttest.Refused(t, err, "not_found", "what bears a label")
	own := f.put("admin", paper(document.Administrative, "contract"))
	list, err := f.List(t.Context(), f.Staff("admin"), charttest.Maria())
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, own, list[0].ID)
	assert.Equal(t, "Справка о канарейке", list[0].Title)
	assert.Equal(t, access.Status, list[1].View)
	assert.Empty(t, list[1].Title)
	n, err := f.Raw(f.Staff("admin"), "SELECT FROM document_content")
	require.NoError(t, err)
	assert.Equal(t, 1, n, "the sealed bytes are not even there")
}

func TestWhoOpensWhat(t *testing.T) {
	t.Parallel()
	f := open(t)
	medical, bill := f.put("ivanova", paper(document.Medical, "scan")), f.put("cashier", paper(document.Financial, "invoice"))
	for _, login := range []string{"ivanova", "head"} {
		_, _, err := f.Read(t.Context(), f.Staff(login), medical)
		require.NoError(t, err, login)
	}
	_, _, err := f.Read(t.Context(), f.Staff("cashier"), bill)
	require.NoError(t, err)
	for name, who := range f.Others("ivanova", "head", "maria", "admin") {
		_, _, err := f.Read(t.Context(), who, medical)
		charttest.Refused(t, err, "not_found", name)
		_, _, missing := f.Read(t.Context(), who, uuid.New())
		assert.Equal(t, missing.Error(), err.Error(), name)
		if name != "cashier" {
			_, err = f.List(t.Context(), who, charttest.Maria())
			charttest.Refused(t, err, "not_found", name)
		}
	}
}

func TestWhoPutsWhat(t *testing.T) {
	t.Parallel()
	f := open(t)
	may := map[string][]string{
		document.Medical:        {"ivanova", "nurse", "maria", "unproved"},
		document.Administrative: {"ivanova", "nurse", "admin", "maria", "unproved"},
		document.Financial:      {"cashier"},
	}
	kinds := map[string]string{document.Medical: "upload", document.Administrative: "upload", document.Financial: "invoice"}
	for class, list := range may {
		ok := map[string]bool{}
		for _, name := range list {
			ok[name] = true
		}
		for name, who := range f.Others() {
			if class == document.Financial && (name == "ivanova" || name == "nurse" || name == "maria" || name == "unproved") {
				continue // allowed by the matrix, of no use to them
			}
			_, err := f.Put(t.Context(), who, paper(class, kinds[class]))
			if ok[name] {
				require.NoError(t, err, "%s puts %s", name, class)
			} else {
				charttest.Refused(t, err, "not_found", name+" puts "+class)
			}
		}
	}
}

func TestAPaperIsWhatItIsSaidToBe(t *testing.T) {
	t.Parallel()
	f := open(t)
	for key, change := range map[string]func(*document.New){
		"document_type":  func(n *document.New) { n.Mime = "image/png" },
		"document_big":   func(n *document.New) { n.Data = append([]byte("%PDF-"), bytes.Repeat([]byte{1}, document.MaxBytes)...) },
		"document_empty": func(n *document.New) { n.Data = nil },
		"document_kind":  func(n *document.New) { n.Kind = "invoice" },
		"label_unknown":  func(n *document.New) { n.Label = "secret" },
		"text_empty":     func(n *document.New) { n.Title = " " },
	} {
		n := paper(document.Medical, "scan")
		change(&n)
		_, err := f.Put(t.Context(), f.Staff("ivanova"), n)
		charttest.Refused(t, err, key, key)
	}
	svg := paper(document.Medical, "scan")
	svg.Mime, svg.Data = "image/svg+xml", []byte("<svg onload=alert(1)>")
	_, err := f.Put(t.Context(), f.Staff("ivanova"), svg)
	charttest.Refused(t, err, "document_type", "a picture with a script")
}
