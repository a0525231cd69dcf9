// Package prompts holds what models are told, as files that are reviewed as prose. A clinic may put files of its own over them.
package prompts

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"text/template"
)

//go:embed *.tmpl
var files embed.FS

// Open returns the prompts of the program, a directory's over them; "" is none.
func Open(dir string) fs.FS {
	if dir == "" {
		return files
	}
	return over{os.DirFS(dir), files}
}

// over is files of which the first that has a name counts.
type over struct{ first, second fs.FS }

// Open implements fs.FS.
func (o over) Open(name string) (fs.File, error) {
	f, err := o.first.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return o.second.Open(name)
	}
	return f, err
}

// Read parses a template. What it names must be there when it is rendered.
func Read(from fs.FS, name string) (*template.Template, error) {
	t, err := template.New(name).Option("missingkey=error").ParseFS(from, name)
	if err != nil {
		return nil, fmt.Errorf("prompt %s: %w", name, err)
	}
	return t, nil
}

// Render fills a template in.
func Render(t *template.Template, data any) (string, error) {
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return "", fmt.Errorf("prompt %s: %w", t.Name(), err)
	}
	return out.String(), nil
}
