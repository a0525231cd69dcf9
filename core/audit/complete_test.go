package audit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unrecorded are the operations of core that change rows and put nothing on record, each with the reason.
func unrecorded() map[string]string {
	return map[string]string{
		"schedule.Ahead":    "as Extend",
		"schedule.Extend":   "lays out days that follow from rules and visits; nobody's act",
		"schedule.Rebuild":  "as Extend",
		"question.Add":      "what a chat said stands in the journal of messages; the ruling on it is on record",
		"attachment.Put":    "what a chat sent stands in the journal of messages; the document it becomes is on record (document.Put)",
		"attachment.Hold":   "what a chat sent stands in the journal of messages",
		"attachment.Move":   "the document it becomes is on record (document.Put)",
		"attachment.Expire": "recordings go by the rule that people approved; the rule is on record",
		"inbox.Typing":      "that somebody types is forgotten in seconds",
		"inbox.Seen":        "how far somebody has read; that they opened the conversation is on record",
		"inbox.Late":        "that an answer is late becomes a task, whose story tells it",
		"task.Overdue":      "that it is late stands in the task's own story",
		"vault.*":           "which replica knows which keys is no act; keys.add, promote, retire and reencrypt are, in manage.go",
		"throttle.Right":    "takes a counted guess back; that somebody was locked out is on record",
		"staff.ShowTOTP":    "a secret that is worth nothing until a code of it was seen, which is on record",
		"personal.Remind":   "a task is a question to people; what they answer is on record",
		"messenger.Leave":   "as Report",
		"messenger.Report":  "which replica has which bot is no act; that it was connected, changed or taken away is on record, in desk.go",
		"personal.Propose":  "a proposal is a question to people; what they decide and what goes is on record",
		"personal.Tidy":     "empties copies that have run out; that they were made and taken is on record",
	}
}

// writing are the names of the statements that change rows other than the record's own.
func writing(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("../*/queries*.sql")
	require.NoError(t, err)
	change := regexp.MustCompile(`(?m)\b(INSERT INTO|UPDATE [a-z_]+|DELETE FROM|register_patient\()`)
	out := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, query := range strings.Split(string(text), "-- name: ")[1:] {
			name, _, _ := strings.Cut(query, " ")
			if change.MatchString(query) && !strings.HasPrefix(name, "Audit") {
				out["tx."+name] = true
			}
		}
	}
	return out
}

// function is what one function of a package calls, by name.
type function struct {
	exported bool
	calls    map[string]bool
}

// packageOf reads the functions of a folder. A name that several of them have counts for all: the walk errs on the side of recording less.
func packageOf(t *testing.T, dir string) map[string]function {
	t.Helper()
	out := map[string]function{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		for _, d := range tree.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
				entry := function{exported: f.Name.IsExported(), calls: map[string]bool{}}
				maps.Copy(entry.calls, out[f.Name.Name].calls)
				ast.Inspect(f.Body, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok {
						entry.calls[called(call)] = true
					}
					return true
				})
				out[f.Name.Name] = entry
			}
		}
	}
	return out
}

// called is what a call names: "Name" of a function or a method of the package's, "tx.Name" of a statement, "audit.Name" of the record.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && (x.Name == "tx" || x.Name == "audit") {
			return x.Name + "." + f.Sel.Name
		}
		return f.Sel.Name
	default:
		return ""
	}
}

// reaches says whether a function, or one of its package that it calls, calls what is wanted.
func reaches(all map[string]function, name string, wanted func(string) bool, seen map[string]bool) bool {
	seen[name] = true
	for call := range all[name].calls {
		if wanted(call) {
			return true
		}
		if _, ours := all[call]; ours && !seen[call] && reaches(all, call, wanted, seen) {
			return true
		}
	}
	return false
}

// Every operation of core that changes rows leaves a row of its own, or says why not.
func TestEveryChangeStandsOnRecord(t *testing.T) {
	t.Parallel()
	changes := writing(t)
	require.Greater(t, len(changes), 30)
	recorded := func(call string) bool {
		return slices.Contains([]string{"audit.Add", "audit.Read", "audit.Refused", "audit.Denied", "Note", "Seen"}, call) // the last two are chart's
	}
	why, walked := unrecorded(), 0
	require.NoError(t, fs.WalkDir(os.DirFS(".."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() || slices.Contains([]string{".", "store", "demo", "audit"}, strings.Split(path, "/")[0]) {
			return err
		}
		all := packageOf(t, filepath.Join("..", path))
		for name, f := range all {
			if !f.exported || !reaches(all, name, func(call string) bool { return changes[call] }, map[string]bool{}) {
				continue
			}
			walked++
			key := path + "." + name
			if _, whole := why[path+".*"]; whole {
				continue
			}
			if reaches(all, name, recorded, map[string]bool{}) {
				assert.NotContains(t, why, key, "it stands on record now")
				continue
			}
			assert.Contains(t, why, key, "changes rows and puts nothing on record")
			delete(why, key)
		}
		return nil
	}))
	assert.Greater(t, walked, 25, "operations found")
	for key := range why {
		assert.True(t, strings.HasSuffix(key, ".*"), "%s is an exception and need not be", key)
	}
}
