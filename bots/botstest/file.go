package botstest

import (
	"net/http"
	"strings"
)

// fakeFile is a file that somebody sent.
type fakeFile struct {
	path string
	data []byte
}

// PutFile keeps a file as if somebody had sent it; path is where getFile says that it is.
func (f *FakeTelegram) PutFile(id, path string, data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.files == nil {
		f.files = map[string]fakeFile{}
	}
	f.files[id] = fakeFile{path, data}
}

func (f *FakeTelegram) getFile(p params) (any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	file, ok := f.files[p["file_id"]]
	if !ok {
		return nil, bad("wrong file_id or the file is temporarily unavailable")
	}
	return map[string]any{"file_id": p["file_id"], "file_size": len(file.data), "file_path": file.path}, nil
}

// serveFile answers /file/bot{token}/{path}; false: another address was asked for.
func (f *FakeTelegram) serveFile(w http.ResponseWriter, r *http.Request) bool {
	rest, ok := strings.CutPrefix(r.URL.Path, "/file/bot"+FakeToken+"/")
	if !ok {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, file := range f.files {
		if file.path == rest {
			_, _ = w.Write(file.data)
			return true
		}
	}
	return false
}
