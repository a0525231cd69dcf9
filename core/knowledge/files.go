package knowledge

import (
	"cmp"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

var fileEnd = regexp.MustCompile(`\.(md|txt)$`)

// maxFiles bounds a directory of articles.
const maxFiles = 5000

// Read reads every article of a directory, without those below it. What is wrong is told of all files at once; with any problem nothing
// should be loaded.
func Read(dir fs.FS) ([]Article, []Problem, error) {
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return nil, nil, fmt.Errorf("articles: %w", err)
	}
	var list []Article
	var bad []Problem
	from := map[string]string{}
	for _, e := range entries {
		if e.IsDir() || !fileEnd.MatchString(e.Name()) || strings.EqualFold(e.Name(), "readme.md") {
			continue
		}
		if len(list) == maxFiles {
			return nil, nil, fmt.Errorf("articles: more than %d files", maxFiles)
		}
		text, err := fs.ReadFile(dir, e.Name())
		if err != nil {
			return nil, nil, fmt.Errorf("articles: %w", err)
		}
		a, problems := Parse(e.Name(), string(text))
		key := a.Slug + "." + a.Lang
		if twin, twice := from[key]; twice && len(problems) == 0 {
			problems = append(problems, Problem{File: e.Name(), Why: "the same article as " + twin})
		}
		from[key] = e.Name()
		bad = append(bad, problems...)
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b Article) int { return cmp.Or(cmp.Compare(a.Slug, b.Slug), cmp.Compare(a.Lang, b.Lang)) })
	return list, bad, nil
}
