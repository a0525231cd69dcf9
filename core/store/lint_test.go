package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// built are the places where SQL is put together by hand, each with what is put in. Nothing that came from outside ever is.
func built() map[string]string {
	return map[string]string{
		"core/demo/bulk.go":      "names of the demo's own tables",
		"core/demo/put.go":       "names of the demo's own tables and columns",
		"faults/invariants.go":   "the rules of a drill, constants",
		"faults/rules.go":        "the rules of a drill, constants",
		"core/vault/admit.go":    "names of the sealed columns, constants",
		"core/vault/use.go":      "names of the sealed columns, constants",
		"core/vault/walk.go":     "names of the sealed columns, constants",
		"core/personal/parts.go": "names of tables and columns, constants",
		"core/store/tx.go":       "the number of a savepoint",
		"jobs/river.go":          "the name of River's schema, a constant",
	}
}

var statement = regexp.MustCompile(`(?is)^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP|GRANT|SAVEPOINT|ROLLBACK|RELEASE|TRUNCATE|COPY)\s|\b(ORDER BY|WHERE|LIMIT|VALUES|FROM)\s`)

// assembled says that an expression puts SQL together from parts of which one is no literal.
func assembled(n ast.Node) bool {
	switch e := n.(type) {
	case *ast.BinaryExpr:
		return e.Op == token.ADD && sql(e) && !literal(e)
	case *ast.CallExpr:
		f, ok := e.Fun.(*ast.SelectorExpr)
		return ok && slices.Contains([]string{"Sprintf", "Appendf", "Fprintf"}, f.Sel.Name) && slices.ContainsFunc(e.Args, sql) && len(e.Args) > 1
	}
	return false
}

func literal(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.ParenExpr:
		return literal(e.X)
	case *ast.BinaryExpr:
		return literal(e.X) && literal(e.Y)
	}
	return false
}

// sql says that a literal within e reads like a statement.
func sql(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			text, err := strconv.Unquote(l.Value)
			found = found || (err == nil && text != strings.ToLower(text) && statement.MatchString(text))
		}
		return !found
	})
	return found
}

func TestV17NoStatementIsPutTogetherFromWhatCameFromOutside(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	seen := map[string]bool{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") || strings.HasSuffix(d.Name(), "test")) { // charttest serves tests
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if !assembled(n) {
				return true
			}
			seen[name] = true
			if built()[name] == "" {
				t.Errorf("%s: SQL is put together by hand: pass values as parameters, and names through a map of the few that are allowed", files.Position(n.Pos()))
			}
			return false
		})
		return nil
	}))
	for name := range built() {
		require.True(t, seen[name], "%s puts nothing together any more", name)
	}
}

func TestV17TheLintSeesTheUsualMistakes(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		`"SELECT 1 FROM t ORDER BY " + sort`:                         true,
		`fmt.Sprintf("SELECT * FROM visit ORDER BY %s %s", by, way)`: true,
		`base + " WHERE name = '" + name + "'"`:                      true,
		`"SELECT 1 " + "FROM t"`:                                     false,
		`fmt.Errorf("find %s: %w", id, err)`:                         false,
		`fmt.Sprintf("where %s is", x)`:                              false,
	} {
		e, err := parser.ParseExpr(code)
		require.NoError(t, err)
		require.Equal(t, want, assembled(e), code)
	}
}
