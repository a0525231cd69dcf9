package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/dialog/understand"
	"github.com/zapis-clinic/zapis/dialog/understand/exam"
	"github.com/zapis-clinic/zapis/prompts/eval"
)

type evalCmd struct {
	Set     string `help:"One set only." placeholder:"NAME"`
	Offline bool   `help:"Never ask a model."`
	Dir     string `help:"Sets of a directory instead of the program's own." placeholder:"DIR"`
	JSON    bool   `help:"Results as JSON, with every case that was missed."`
	Missed  bool   `help:"The cases that were missed, after each table."`
}

// Run measures the understanding on sets of phrases whose meaning is known; a floor that is missed is a failure.
func (c evalCmd) Run(e *env) error {
	var dir fs.FS = eval.Sets
	if c.Dir != "" {
		dir = os.DirFS(c.Dir)
	}
	sets, err := exam.Sets(dir, c.Set)
	if err != nil {
		return usageError{err}
	}
	floors, err := exam.Floors(dir)
	if err != nil {
		return err
	}
	reader, err := c.reader()
	if err != nil {
		return err
	}
	in := exam.Conditions{Now: evaluated(), Clock: time.Now}
	var results []exam.Result
	var below []string
	for _, set := range sets {
		ask := reader
		if set.Name == exam.SlotsSet {
			own := understand.New(exam.Clinic())
			ask = func(_ context.Context, text string, s understand.Situation) (understand.Meaning, error) {
				return own.Read(text, s), nil
			}
		}
		result, err := exam.Run(e.ctx, set, ask, in)
		if err != nil {
			return err
		}
		results = append(results, result)
		if miss := floors[set.Name].Below(result); miss != "" {
			below = append(below, miss)
		}
	}
	if err := c.show(e, results); err != nil {
		return err
	}
	if len(below) > 0 {
		return errors.New(strings.Join(below, "; "))
	}
	return nil
}

// evaluated is when phrases are said that do not say when: the Wednesday that the sets were written for.
func evaluated() time.Time {
	return time.Date(2026, time.March, 11, 10, 15, 0, 0, time.FixedZone("MSK", 3*60*60))
}

// reader understands with the vocabulary of the demo clinic.
func (c evalCmd) reader() (exam.Reader, error) {
	reader, err := newReader()
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, text string, s understand.Situation) (understand.Meaning, error) {
		return reader.Read(text, s), nil
	}, nil
}

func (c evalCmd) show(e *env, results []exam.Result) error {
	if c.JSON {
		out := json.NewEncoder(e.out)
		out.SetIndent("", "  ")
		return out.Encode(results)
	}
	for _, r := range results {
		if err := r.Table(e.out); err != nil {
			return err
		}
		for _, m := range r.Missed {
			if c.Missed {
				e.say("%s: %s for %s: %s", m.Outcome, m.Got, m.Class, m.Text)
			}
		}
	}
	if len(results) > 1 && !c.Missed {
		e.say("%s", fmt.Sprintf("%d sets; --missed lists the cases", len(results)))
	}
	return nil
}
