package access

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/zapis-clinic/zapis/core"
)

// Trial is what became of trying a set, before anybody proposes it. Where something is wrong, that is what there is; else the changes.
type Trial struct {
	Line     int       // of the text, from 1, where it is unsound; 0 is the set as a whole
	Unsound  string    // why the text is refused
	Sheet    string    // what is wrong with the matrix
	Row      int       // the line of the matrix, where that is known
	Findings []Finding // where the set answers otherwise than its own matrix: the simplest question of each place
	LockOut  bool      // it would be the last set
	Self     bool      // whoever asks would get more rights by it: another proposes it
	Changes  []Change  // against the set in force, at most two hundred
}

// Sound says that the set could be proposed by somebody.
func (t Trial) Sound() bool {
	return t.Unsound == "" && t.Sheet == "" && len(t.Findings) == 0 && !t.LockOut
}

// Examine tries a set as Propose would, and says what it would change. Nothing is kept.
func (b Book) Examine(ctx context.Context, actor core.Actor, text, matrix string) (Trial, error) {
	if err := mayRead(actor); err != nil {
		return Trial{}, err
	}
	live, err := b.inForce(ctx, actor)
	if err != nil {
		return Trial{}, err
	}
	if matrix == "" {
		matrix = matrixText
	}
	next, err := Vet(text, matrix)
	if err != nil {
		return failed(err), nil
	}
	t := Trial{}
	if live.next, err = ReadMatrix(matrix); err != nil {
		return Trial{}, err
	}
	live.after = next
	t.Changes = live.changes()
	m, err := Standard()
	if err != nil {
		return Trial{}, err
	}
	t.Self = gains(actor.Role, actor.Rules, next, m)
	return t, nil
}

// inForce reads the set in force, to compare another with.
func (b Book) inForce(ctx context.Context, actor core.Actor) (sheets, error) {
	text, matrix, err := b.Text(ctx, actor, actor.Rules.Version())
	if err != nil {
		return sheets{}, err
	}
	var s sheets
	if s.before, err = Parse(text); err == nil {
		s.old, err = ReadMatrix(matrix)
	}
	if err != nil {
		return sheets{}, fmt.Errorf("the policies in force: %w", err)
	}
	return s, nil
}

// simplestOf keeps one finding of each place and pair of answers: the first, which needs the fewest facts.
func simplestOf(list []Finding) []Finding {
	var out []Finding
	for _, f := range list {
		if !slices.ContainsFunc(out, func(o Finding) bool {
			return o.Class == f.Class && o.Role == f.Role && o.Action == f.Action && o.Expected == f.Expected && o.Got == f.Got
		}) {
			out = append(out, f)
		}
	}
	return out
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// failed is why a set is refused, for its author's page.
func failed(err error) Trial {
	var set *SetError
	var trial *TrialError
	switch {
	case errors.As(err, &set):
		return Trial{Line: set.Line, Unsound: set.Error()}
	case errors.As(err, &trial):
		return Trial{Findings: simplestOf(trial.Findings)}
	case errors.Is(err, errLockOut):
		return Trial{LockOut: true}
	}
	t := Trial{Sheet: err.Error()}
	if at := yamlLine.FindStringSubmatch(t.Sheet); at != nil {
		t.Row, _ = strconv.Atoi(at[1])
	}
	return t
}
