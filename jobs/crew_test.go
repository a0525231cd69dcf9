package jobs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/jobs"
)

func TestV21ArgumentsOfJobsAreIdsNumbersAndEnumerations(t *testing.T) {
	t.Parallel()
	crew := (&jobs.Talks{House: &jobs.House{}}).Crew()
	require.GreaterOrEqual(t, len(crew.Args), 7)
	for _, args := range crew.Args {
		require.Empty(t, personal(reflect.TypeOf(args), args.Kind()), "arguments of a job stay in the database as plain JSON")
	}
	type named struct{ Name string }
	require.Equal(t, []string{"x.Name"}, personal(reflect.TypeFor[named](), "x"), "the check finds a name")
	require.NotEmpty(t, personal(reflect.TypeFor[map[uuid.UUID]any](), "x"))
}

// personal lists the fields of a type that could hold a person's data: plain texts and whatever may hold one. A text of a named type is an
// enumeration.
func personal(of reflect.Type, path string) []string {
	if slices.Contains([]reflect.Type{reflect.TypeFor[uuid.UUID](), reflect.TypeFor[time.Time](), reflect.TypeFor[time.Duration]()}, of) {
		return nil
	}
	switch of.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return nil
	case reflect.Pointer:
		return personal(of.Elem(), path)
	case reflect.Slice, reflect.Array:
		if of.Elem().Kind() != reflect.Uint8 { // bytes hold anything
			return personal(of.Elem(), path+"[]")
		}
	case reflect.Struct:
		var found []string
		for field := range of.Fields() {
			found = append(found, personal(field.Type, path+"."+field.Name)...)
		}
		return found
	case reflect.String:
		if of.PkgPath() != "" {
			return nil
		}
	default:
	}
	return []string{path}
}

func TestV21EveryWorkerIsEnlisted(t *testing.T) {
	t.Parallel()
	var found []string
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".local") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && strings.HasPrefix(s.Sel.Name, "AddWorker") {
				found = append(found, filepath.Base(path))
			}
			return true
		})
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{"crew.go"}, found, "add workers with enlist in jobs/crew.go")
}
