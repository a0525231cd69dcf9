package personal

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/zapis-clinic/zapis/core/upload"
)

// pack makes the archive: data.json for machines, data.pdf for people, and the documents as they are.
func pack(g gathered, speech Speech, now time.Time) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	add := func(name string, data []byte) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: now})
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	}
	tables := map[string]any{}
	for _, p := range g.parts {
		tables[p.Table] = p.Rows
	}
	machine, err := json.MarshalIndent(map[string]any{"made_at": now, "tables": tables, "who_looked": g.looks}, "", "  ")
	if err != nil {
		return nil, err
	}
	people, err := paper(g, speech, now)
	if err != nil {
		return nil, err
	}
	if err := add("data.json", machine); err != nil {
		return nil, err
	}
	if err := add("data.pdf", people); err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(g.files)) {
		if err := add(fmt.Sprintf("documents/%s%s", id, ending(g, id)), g.files[id]); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// ending is what a document's name ends in, by its kind.
func ending(g gathered, id string) string {
	for _, p := range g.parts {
		for _, r := range p.Rows {
			if (p.Table == "document" || p.Table == attached) && r["id"] == id {
				mime, _ := r["mime"].(string) // of a file that was never looked at there is none
				return upload.Kind(mime).Ending()
			}
		}
	}
	return ""
}
