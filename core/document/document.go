// Package document decides who puts papers into a patient's file, who opens them, and who hands them over sealed.
package document

import (
	"bytes"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/upload"
)

// File keeps documents.
type File struct{ chart.Chart }

// The classes of document: the rules know them as kinds.
const (
	Administrative = "administrative"
	Medical        = "medical"
	Financial      = "financial"
)

// Upload is the kind of what a patient sent by themselves.
const Upload = "upload"

// MaxBytes bounds a document: 20 MB, as channels do and the database does.
const MaxBytes = 20 << 20

// maxTitle bounds a title in characters.
const maxTitle = 200

// Document is what is known of a paper without opening it; FHIR's DocumentReference. Whoever may only hand it over gets no title.
type Document struct {
	ID      uuid.UUID
	Patient uuid.UUID
	Branch  uuid.UUID
	Class   string
	Kind    string
	Label   string
	Mime    string
	Bytes   int
	Author  uuid.UUID
	At      time.Time
	Title   string
	View    string // access.Status: a sealed file
	Mine    bool
}

const (
	object  = "document"
	content = "document_content"
)

func document(d db.Document, who core.Actor) Document {
	return Document{
		ID: d.ID, Patient: d.PatientID, Branch: store.ID(d.BranchID), Class: d.Class, Kind: d.Kind, Label: store.Str(d.Label), Mime: d.Mime,
		Bytes: int(d.Bytes), Author: store.ID(d.AuthorID), At: d.CreatedAt, Mine: chart.Wrote(who, d.AuthorID),
	}
}

func (d Document) thing() chart.Thing {
	return chart.Thing{Class: core.Documents, Object: object, ID: d.ID, Patient: d.Patient, Facts: core.Facts{
		Author: d.Mine, Restricted: d.Label != "", Kind: d.Class,
	}}
}

// kindsOf lists the kinds of paper that a class has.
func kindsOf(class string) []string {
	switch class {
	case Administrative:
		return []string{"consent", "scan", "identity", "contract", Upload}
	case Medical:
		return []string{"scan", "certificate", "result", Upload}
	case Financial:
		return []string{"invoice", "contract"}
	default:
		return nil
	}
}

// looksLike says whether bytes are of the type that they are said to be. Pictures that carry scripts and archives are none of them.
func looksLike(mime string, data []byte) bool {
	begins := func(magic string) bool { return bytes.HasPrefix(data, []byte(magic)) }
	switch mime {
	case "application/pdf":
		return begins("%PDF-")
	case "image/jpeg":
		return begins("\xff\xd8\xff")
	case "image/png":
		return begins("\x89PNG\r\n\x1a\n")
	case "text/plain":
		return utf8.Valid(data) && !bytes.ContainsRune(data, 0)
	default:
		return false
	}
}

// sent says whether bytes are of a type that people send from their phones: core/upload lists them.
func sent(mime string, data []byte) bool {
	found, err := upload.Of(data)
	return err == nil && string(found) == mime
}

// check refuses a paper that does not belong here.
func check(class, kind, mime string, data []byte) error {
	switch {
	case !slices.Contains(kindsOf(class), kind):
		return core.Refuse(core.Invalid, "document_kind")
	case len(data) == 0:
		return core.Refuse(core.Invalid, "document_empty")
	case len(data) > MaxBytes:
		return core.Refuse(core.Invalid, "document_big")
	case !looksLike(mime, data) && (kind != Upload || !sent(mime, data)):
		return core.Refuse(core.Invalid, "document_type")
	default:
		return nil
	}
}
