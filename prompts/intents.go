// Package prompts holds what a clinic may extend without a build: the examples by which flows are known, and what a model is told.
package prompts

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

//go:embed intents/*.txt
var intentFiles embed.FS

// Places are the files that come with the program and, over them, those of a clinic's own directory; "" for none.
func Places(dir string) []fs.FS {
	if dir == "" {
		return []fs.FS{intentFiles}
	}
	return []fs.FS{intentFiles, os.DirFS(dir)}
}

// Intents are phrases by the flow that they ask for. A file intents/<flow>.txt of a later place adds its lines to those of an
// earlier one, or takes their place where its first line is "# replace". Lines that are empty or begin with # say nothing.
func Intents(places ...fs.FS) (map[string][]string, error) {
	phrases := map[string][]string{}
	for _, place := range places {
		files, err := fs.Glob(place, "intents/*.txt")
		if err != nil {
			return nil, fmt.Errorf("look for examples: %w", err)
		}
		slices.Sort(files)
		for _, file := range files {
			text, err := fs.ReadFile(place, file)
			if err != nil {
				return nil, fmt.Errorf("read examples: %w", err)
			}
			flow := strings.TrimSuffix(path.Base(file), ".txt")
			if strings.HasPrefix(string(text), "# replace") {
				phrases[flow] = nil
			}
			phrases[flow] = append(phrases[flow], lines(string(text))...)
		}
	}
	if len(phrases) == 0 {
		return nil, errors.New("no examples of any flow")
	}
	return phrases, nil
}

func lines(text string) []string {
	var kept []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			kept = append(kept, line)
		}
	}
	return kept
}
