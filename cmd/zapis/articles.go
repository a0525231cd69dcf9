package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/knowledge"
	"github.com/zapis-clinic/zapis/core/store"
)

type articlesCmd struct {
	Load articlesLoadCmd `cmd:"" help:"Load the clinic's articles from a directory of .md or .txt files: parking.ru.md, parking.en.md."`
}

type articlesLoadCmd struct {
	Dir    string `arg:"" type:"existingdir" help:"The directory."`
	DryRun bool   `help:"Say what would change, and change nothing."`
	Prune  bool   `help:"Remove articles that are not in the directory."`
}

// Run loads all files or none, and says what changed. What is wrong is told a line each.
func (a articlesLoadCmd) Run(e *env) error {
	list, bad, err := knowledge.Read(os.DirFS(a.Dir))
	if err != nil {
		return err
	}
	for _, p := range bad {
		_, _ = fmt.Fprintln(e.err, p.String())
	}
	switch {
	case len(bad) > 0:
		return fmt.Errorf("%d problems in %s; nothing was loaded: mend them and load again", len(bad), a.Dir)
	case len(list) == 0:
		return usageError{errors.New("no .md or .txt file in " + a.Dir)}
	}
	c, err := load()
	if err != nil {
		return err
	}
	return withDatabase(e.ctx, c, func(db *store.DB) error {
		shelf := knowledge.Shelf{In: db, Clock: time.Now, IDs: core.NewIDs(nil)}
		changes, err := shelf.Load(e.ctx, core.Sys("cli"), knowledge.Load{Articles: list, Prune: a.Prune, Dry: a.DryRun})
		if err != nil {
			return err
		}
		a.say(e, changes)
		return nil
	})
}

func (a articlesLoadCmd) say(e *env, c knowledge.Changes) {
	verb := map[bool]string{true: "would be ", false: ""}[a.DryRun]
	for _, list := range []struct {
		what string
		keys []string
	}{{"added", c.Added}, {"changed", c.Changed}} {
		if len(list.keys) > 0 {
			e.say("%s%s: %s", verb, list.what, strings.Join(list.keys, ", "))
		}
	}
	if len(c.Gone) > 0 && a.Prune {
		e.say("%sremoved: %s", verb, strings.Join(c.Gone, ", "))
	} else if len(c.Gone) > 0 {
		e.say("not in the directory, kept (--prune removes them): %s", strings.Join(c.Gone, ", "))
	}
	e.say("articles: %d added, %d changed, %d as they were", len(c.Added), len(c.Changed), c.Same)
}
