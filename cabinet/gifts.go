package cabinet

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// giftsOf are those of the settings, and what a chat's links to its results and documents give.
func (s *Server) giftsOf(given map[string]Gift) map[string]Gift {
	out := map[string]Gift{}
	for purpose, gift := range given {
		out[purpose] = gift
	}
	if s.Acts != nil {
		out[string(core.Results)], out[string(core.Documents)] = s.resultsGift, s.documentsGift
	}
	return out
}

// opened reads all of a class that a ticket's chat may read now: its rights are looked at again, for they may have ended since the link.
func (s *Server) opened(ctx context.Context, class core.Class, t patient.Ticket) ([]acts.Row, error) {
	who := s.Guard.Admit(core.Actor{Kind: core.Patient, ID: t.Object, Channel: "link"}).During(ctx)
	list, err := s.Acts.Do(ctx, who, class, core.Read, acts.Input{Patient: t.Patient})
	if err != nil {
		return nil, err
	}
	var out []acts.Row
	for _, row := range list.Rows {
		id, _ := row["id"].(uuid.UUID)
		one, err := s.Acts.Do(ctx, who, class, core.Read, acts.Input{ID: id})
		if core.Refusal(err) != nil { // not released yet
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, one.Rows...)
	}
	return out, nil
}

// resultsGift is a text with the values of what is released.
func (s *Server) resultsGift(w http.ResponseWriter, r *http.Request, t patient.Ticket) error {
	rows, err := s.opened(r.Context(), core.Results, t)
	if err != nil {
		return s.withheld(w, r, err)
	}
	v := s.view(r)
	var text strings.Builder
	for _, row := range rows {
		at, _ := row["at"].(string)
		fmt.Fprintf(&text, "%s %s\n", v.Say("ticket.result_of"), strings.TrimSuffix(strings.SplitN(at, "T", 2)[0], "Z"))
		values, _ := row["values"].([]acts.Row)
		for _, value := range values {
			fmt.Fprintf(&text, "  %v: %v\n", value["code"], value["value"])
		}
	}
	edge.Attachment(w, r, edge.File{Name: "results.txt", MIME: "text/plain; charset=utf-8", Data: []byte(text.String())})
	return nil
}

// documentsGift is an archive of the patient's documents.
func (s *Server) documentsGift(w http.ResponseWriter, r *http.Request, t patient.Ticket) error {
	rows, err := s.opened(r.Context(), core.Documents, t)
	if err != nil {
		return s.withheld(w, r, err)
	}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	for i, row := range rows {
		text, _ := row["data"].(string)
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return fmt.Errorf("a document's bytes: %w", err)
		}
		title, _ := row["title"].(string)
		file, err := archive.Create(fmt.Sprintf("%02d-%s", i+1, edge.SafeName(title)))
		if err != nil {
			return fmt.Errorf("pack documents: %w", err)
		}
		if _, err := file.Write(data); err != nil {
			return fmt.Errorf("pack documents: %w", err)
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("pack documents: %w", err)
	}
	edge.Attachment(w, r, edge.File{Name: "documents.zip", MIME: "application/zip", Data: packed.Bytes()})
	return nil
}

// withheld answers a refusal as a link that is over: the chat's rights have ended since.
func (s *Server) withheld(w http.ResponseWriter, r *http.Request, err error) error {
	if core.Refusal(err) == nil {
		return err
	}
	s.refuse(w, r, &core.Error{Code: core.NotFound, Key: "ticket_unknown"})
	return nil
}
