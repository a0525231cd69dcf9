package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/question"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
)

type questionsCmd struct {
	Export questionsExportCmd `cmd:"" help:"Write what staff corrected as cases for the evaluation, one JSON object a line, without names and numbers."`
}

type questionsExportCmd struct {
	File string `arg:"" help:"The file; it must not exist."`
}

// Run writes the cases. A name that slipped through is for whoever reads the file before they pass it on: the last line says so.
func (x questionsExportCmd) Run(e *env) error {
	c, err := load()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(x.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("%s: cannot be written: name a file that is not there yet", x.File)
	}
	defer func() { _ = file.Close() }()
	n, lines := 0, json.NewEncoder(file)
	lines.SetEscapeHTML(false)
	err = withVault(e.ctx, c, func(db *store.DB, keeper *vault.Keeper) error {
		box := question.Box{Clock: time.Now, IDs: core.NewIDs(nil), Vault: keeper.Vault}
		return box.Export(e.ctx, db, core.Sys("cli"), func(c question.Case) error {
			n++
			return lines.Encode(c)
		})
	})
	if err != nil {
		return err
	}
	e.say("%d cases in %s; read them before you pass them on: a name may stand where nobody would expect one", n, x.File)
	return file.Close()
}
