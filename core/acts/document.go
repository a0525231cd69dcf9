package acts

import (
	"context"
	"encoding/base64"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/document"
	"github.com/zapis-clinic/zapis/core/store"
)

// papers does the acts with documents.
type papers struct{ Means }

func documents(m Means) []Act {
	p := papers{m}
	return []Act{{core.Documents, core.Read, "", p.read}, {core.Documents, core.Create, "", p.create}}
}

func (p papers) file(tx *store.Tx, in Input) document.File {
	return document.File{Chart: p.chartOf(tx, in)}
}

// read opens the document ID, or tells of it whoever may only hand it over; or it lists Patient's.
func (p papers) read(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	f := p.file(tx, in)
	if in.ID == uuid.Nil {
		list, err := f.List(ctx, tx.Actor, in.Patient)
		out := Output{View: access.Full, Rows: []Row{}}
		for _, d := range list {
			if d.View != access.Full {
				out.View = d.View
			}
			out.Rows = append(out.Rows, documentRow(d))
		}
		return out, err
	}
	d, data, err := f.Read(ctx, tx.Actor, in.ID)
	if r := core.Refusal(err); r != nil && r.Key == "document_sealed" {
		d, err = f.Find(ctx, tx.Actor, in.ID)
	}
	if err != nil {
		return Output{}, err
	}
	row := documentRow(d)
	if d.View == access.Full {
		row["data"] = base64.StdEncoding.EncodeToString(data)
	}
	return One(d.View, row), nil
}

func documentRow(d document.Document) Row {
	row := Row{keyID: d.ID, keyPatient: d.Patient, "class": d.Class, keyAt: shown(d.At), "mime": d.Mime, "bytes": d.Bytes}
	if d.View == access.Full {
		row[keyKind], row["label"], row["title"] = d.Kind, d.Label, d.Title
	}
	return row
}

// create puts a document into Patient's file: Kind is its class; keyKind, "label", "mime", "title", "branch" and "data" in base64.
func (p papers) create(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	data, err := base64.StdEncoding.DecodeString(in.Fields["data"])
	if err != nil {
		data = nil // refused below, after the rules
	}
	id, err := p.file(tx, in).Put(ctx, tx.Actor, document.New{
		Patient: in.Patient, Branch: in.of("branch"), Class: in.Kind, Kind: in.Fields[keyKind], Label: in.Fields["label"], Mime: in.Fields["mime"],
		Title: in.Fields["title"], Data: data,
	})
	return made(id), err
}
