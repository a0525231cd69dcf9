package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Read every row and seal, and say what was altered, removed or added."`
	Anchor auditAnchorCmd `cmd:"" help:"Remember the newest seal outside the database, now."`
}

type auditVerifyCmd struct {
	Anchor string `help:"File of anchors; by default what ZAPIS_AUDIT_ANCHOR names." placeholder:"FILE"`
}

// mostFindings bounds what is printed: who removed a year of rows is not told row by row.
const mostFindings = 1000

// Run verifies, as the owner of the database: the program itself may not read the journal.
func (v auditVerifyCmd) Run(e *env) error {
	c, err := load()
	if err != nil {
		return err
	}
	if err := c.needOwner(); err != nil {
		return err
	}
	path := v.Anchor
	if path == "" {
		path = c.Anchors
	}
	anchors, bad, err := audit.AnchorFile(path)
	if err != nil {
		return err
	}
	if v.Anchor != "" && len(anchors)+bad == 0 {
		return usageError{fmt.Errorf("--anchor: no anchors in %s", path)}
	}
	p, printed := &progress{to: e.err}, 0
	show := func(f audit.Finding) {
		if printed++; printed <= mostFindings {
			p.clear()
			e.say("%s", inPlain(f))
		}
	}
	if bad > 0 {
		show(audit.Finding{Kind: audit.AnchorUnreadable, Count: bad})
	}
	seen, err := audit.Verify(e.ctx, c.OwnerDatabase, audit.Check{Anchors: anchors, Found: show, Progress: p.show})
	p.clear()
	if err != nil {
		return err
	}
	if printed > mostFindings {
		e.say("… and %d more", printed-mostFindings)
	}
	e.say("%d rows under %d seals, %d anchors", seen.Rows, seen.Seals, len(anchors))
	if seen.Findings > 0 {
		return fmt.Errorf("the journal is not as it was sealed: %d of the above", seen.Findings)
	}
	e.say("nothing was altered")
	return nil
}

type auditAnchorCmd struct{}

// Run remembers the newest seal and prints it.
func (auditAnchorCmd) Run(e *env) error {
	c, err := load()
	if err != nil {
		return err
	}
	return withDatabase(e.ctx, c, func(db *store.DB) error {
		head, err := audit.Newest(e.ctx, db, core.Sys("cli"))
		if err != nil {
			return err
		}
		if head.Seq == 0 {
			return errors.New("nothing is sealed yet: `zapis serve` seals every two seconds")
		}
		a := audit.AnchorOf(head)
		if err := a.Keep(c.Anchors); err != nil {
			return err
		}
		e.say("seal %d of %s, %d rows, root %s: kept in %s", a.Seq, a.At.Format(minutes), a.Rows, a.Root, c.Anchors)
		return nil
	})
}

// minutes is how a date and time is written at a terminal.
const minutes = "2006-01-02 15:04:05Z07:00"

// inPlain is a finding in one line, with no contents.
func inPlain(f audit.Finding) string {
	at, seals := f.At.UTC().Format(minutes), strconv.FormatInt(f.Seal, 10)
	if f.Last > f.Seal {
		seals += " to " + strconv.FormatInt(f.Last, 10)
	}
	switch f.Kind {
	case audit.RowAltered:
		return fmt.Sprintf("altered     row %s of %s (seal %s, position %d)", f.Row, at, seals, f.Position)
	case audit.RowMissing:
		return fmt.Sprintf("removed     row at position %d of seal %s (rows up to %s)", f.Position, seals, at)
	case audit.RowAdded:
		return fmt.Sprintf("added       row %s of %s (says seal %s, position %d)", f.Row, at, seals, f.Position)
	case audit.RowUnsealed:
		return fmt.Sprintf("unsealed    row %s of %s: is a worker running?", f.Row, at)
	case audit.RowsDiffer:
		return fmt.Sprintf("differing   rows of seal %s of %s: swapped, or altered with their hashes", seals, at)
	case audit.SealAltered:
		return fmt.Sprintf("altered     seal %s of %s", seals, at)
	case audit.SealMissing:
		return fmt.Sprintf("removed     seal %s (before %s)", seals, at)
	case audit.ChainBroken:
		return fmt.Sprintf("broken      seal %s of %s does not continue the one before it", seals, at)
	case audit.AnchorDiffers:
		return fmt.Sprintf("made anew   seal %s of %s is not the one that was anchored", seals, at)
	case audit.TailCut:
		return fmt.Sprintf("cut off     seal %s: anchored, the last one of %s", seals, at)
	case audit.ClockBack:
		return fmt.Sprintf("note        seal %s of %s is dated before the one that precedes it: the clock ran backwards", seals, at)
	case audit.AnchorUnreadable:
		return fmt.Sprintf("note        %d lines of the anchor file are no anchors: a crash leaves half a line", f.Count)
	}
	return string(f.Kind)
}
