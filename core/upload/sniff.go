package upload

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Of finds out what a file is by its first bytes, and refuses what is two things at once. What is in it, Check looks at.
func Of(data []byte) (Kind, error) {
	kind, err := magic(data)
	if err != nil {
		return "", err
	}
	if kind != Text && twoFaced(kind, data) {
		return "", errKind
	}
	return kind, nil
}

func magic(data []byte) (Kind, error) {
	switch {
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return PDF, nil
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return JPEG, nil
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return PNG, nil
	case len(data) >= 16 && bytes.HasPrefix(data, []byte("RIFF")) && string(data[8:12]) == "WEBP":
		return WEBP, nil
	case bytes.HasPrefix(data, []byte("OggS")):
		return OGG, nil
	case bytes.HasPrefix(data, []byte("ID3")), len(data) > 4 && data[0] == 0xff && slices.Contains([]byte{0xfb, 0xfa, 0xf3, 0xf2}, data[1]):
		return MP3, nil
	case len(data) >= 16 && string(data[4:8]) == "ftyp":
		return brand(data)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return office(data)
	case plain(data):
		return Text, nil
	}
	return "", errKind
}

// brand tells pictures from films: both are boxes of ISO 14496-12.
func brand(data []byte) (Kind, error) {
	switch major := string(data[8:12]); {
	case slices.Contains([]string{"heic", "heix", "heim", "heis", "mif1"}, major):
		return HEIC, nil
	case slices.Contains([]string{"isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "MSNV", "M4V ", "3gp4", "3gp5"}, major):
		return MP4, nil
	case major == "M4A ":
		return M4A, nil
	}
	return "", errKind
}

// office tells a document and a table from any other archive.
func office(data []byte) (Kind, error) {
	if tooMany(data) {
		return "", errLarge
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", errKind
	}
	names := map[string]bool{}
	for _, f := range r.File {
		names[f.Name] = true
	}
	switch {
	case !names["[Content_Types].xml"]:
		return "", errKind
	case names["word/document.xml"]:
		return Word, nil
	case names["xl/workbook.xml"]:
		return Calc, nil
	}
	return "", errKind
}

// edge is how far into a file, and back from its end, another file may begin: readers of PDF and zip look that far.
const edge = 70 << 10

// twoFaced says that a file could be taken for another kind as well: a picture with an archive at its end, a document that begins as a page.
func twoFaced(kind Kind, data []byte) bool {
	head, tail := data[:min(len(data), edge)], data[max(0, len(data)-edge):]
	if kind != Word && kind != Calc && bytes.Contains(tail, []byte("PK\x05\x06")) {
		return true
	}
	if at := bytes.Index(head[:min(len(head), 1<<10)], []byte("%PDF-")); at > 0 || (at == 0 && kind != PDF) {
		return true
	}
	for _, part := range [][]byte{head[:min(len(head), 1<<10)], tail[max(0, len(tail)-(1<<10)):]} {
		low := bytes.ToLower(part)
		for _, mark := range []string{"<script", "<html", "<svg", "<!doctype", "<iframe", "<body", "<?php", "javascript:"} {
			if bytes.Contains(low, []byte(mark)) {
				return true
			}
		}
	}
	return kind == PNG && trailing(data)
}

// trailing says that something stands behind a PNG's end. Cameras append to JPEG, so there only the marks above count.
func trailing(data []byte) bool {
	const head, around = 8, 12
	for at := head; at+around <= len(data); {
		size := int(binary.BigEndian.Uint32(data[at:]))
		next := at + around + size
		if string(data[at+4:at+8]) == "IEND" {
			return next != len(data)
		}
		if size < 0 || next > len(data) {
			return true
		}
		at = next
	}
	return true
}

// plain says that a file is a text and no markup: a browser that guesses must have nothing to guess.
func plain(data []byte) bool {
	if len(data) == 0 || !utf8.Valid(data) {
		return false
	}
	text := bytes.TrimLeftFunc(bytes.TrimPrefix(data, []byte("\ufeff")), unicode.IsSpace)
	low := bytes.ToLower(text)
	if bytes.HasPrefix(text, []byte("<")) || bytes.Contains(low, []byte("<script")) || bytes.Contains(low, []byte("<svg")) || bytes.Contains(low, []byte("<html")) {
		return false
	}
	return !bytes.ContainsFunc(text, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\r' && c != '\t' && c != '\f' })
}
