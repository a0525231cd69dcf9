package store_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// waiting are queries that nobody asks yet, and why.
func waiting() map[string]string {
	return map[string]string{
		"PassagesToEmbed": "of articles by meaning, which wait for a model of embeddings", "PassageEmbed": "of articles by meaning",
	}
}

func TestEveryQueryIsAskedBySomebody(t *testing.T) {
	t.Parallel()
	named, called := regexp.MustCompile(`(?m)^-- name: (\w+)`), regexp.MustCompile(`\.([A-Z]\w*)\b`)
	queries, used := map[string]string{}, map[string]bool{}
	root := os.DirFS(filepath.Join("..", ".."))
	require.NoError(t, fs.WalkDir(root, ".", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "node_modules" || path == "core/store/db" || (path != "." && strings.HasPrefix(e.Name(), "."))):
			return fs.SkipDir
		case e.IsDir() || (!strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".sql")):
			return nil
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".sql") {
			for _, m := range named.FindAllStringSubmatch(string(text), -1) {
				queries[m[1]] = path
			}
			return nil
		}
		for _, m := range called.FindAllStringSubmatch(string(text), -1) {
			used[m[1]] = true
		}
		return nil
	}))
	require.Greater(t, len(queries), 100)
	for name, path := range queries {
		assert.True(t, used[name] || waiting()[name] != "", "%s of %s has no caller", name, path)
	}
}
