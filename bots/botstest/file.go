package botstest

import (
	"encoding/binary"
	"net/http"
	"strings"
)

// fakeFile is a file that somebody sent.
type fakeFile struct {
	path  string
	data  []byte
	size  int              // that getFile tells
	serve http.HandlerFunc // instead of data
}

// PutFile keeps a file as if somebody had sent it; path is where getFile says that it is.
func (f *FakeTelegram) PutFile(id, path string, data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files[id] = fakeFile{path: path, data: data, size: len(data)}
}

// PutBadFile keeps a file that is not what getFile says, or not there: serve answers whoever fetches it.
func (f *FakeTelegram) PutBadFile(id, path string, size int, serve http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files[id] = fakeFile{path: path, size: size, serve: serve}
}

// usual are the files that Chat.Photo, Voice and Document send.
func usual() map[string]fakeFile {
	files := map[string]fakeFile{
		"AgACfake": {path: "photos/file_1.png", data: []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82")},
		"AwACfake": {path: "voice/file_2.oga", data: Recording(3, "")},
		"BQACfake": {path: "documents/file_3.pdf", data: []byte("%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj\n" +
			"3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>> endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000057 00000 n \n" +
			"0000000114 00000 n \ntrailer <</Size 4 /Root 1 0 R>>\nstartxref\n180\n%%EOF\n")},
	}
	for id, file := range files {
		file.size = len(file.data)
		files[id] = file
	}
	return files
}

// Recording is a voice message (Opus in Ogg) that lasts so many seconds; said lies in it, for an ear that reads.
func Recording(seconds uint64, said string) []byte {
	const rate = 48000
	page := func(kind string, samples uint64, body string) string {
		return "OggS\x00" + kind + string(binary.LittleEndian.AppendUint64(nil, samples)) + strings.Repeat("\x00", 13) + body
	}
	return []byte(page("\x02", 0, "OpusHead\x01\x01") + page("\x00", rate, said) + page("\x04", seconds*rate, ""))
}

func (f *FakeTelegram) getFile(p params) (any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	file, ok := f.files[p["file_id"]]
	if !ok {
		return nil, bad("wrong file_id or the file is temporarily unavailable")
	}
	return map[string]any{"file_id": p["file_id"], "file_size": file.size, "file_path": file.path}, nil
}

// serveFile answers /file/bot{token}/{path}; false: another address was asked for.
func (f *FakeTelegram) serveFile(w http.ResponseWriter, r *http.Request) bool {
	rest, ok := strings.CutPrefix(r.URL.Path, "/file/bot"+FakeToken+"/")
	if !ok {
		return false
	}
	file, found := f.fileAt(rest)
	switch {
	case !found:
		http.NotFound(w, r)
	case file.serve != nil:
		file.serve(w, r)
	default:
		_, _ = w.Write(file.data)
	}
	return true
}

func (f *FakeTelegram) fileAt(path string) (fakeFile, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, file := range f.files {
		if file.path == path {
			return file, true
		}
	}
	return fakeFile{}, false
}
