package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/jobs/stage"
)

type talkCmd struct {
	Flow string `help:"Begin with this flow instead of the menu: booking, visits, prices …"`
}

// help is what one may do at the prompt.
const talkHelp = "Write to the clinic; a number taps that button. :save FILE keeps the talk as a golden conversation, :quit ends it."

// Run is a conversation in the terminal, on the real database.
func (t talkCmd) Run(e *env) error {
	if flows := begun(); t.Flow != "" && !slices.Contains(flows, t.Flow) {
		return usageError{fmt.Errorf("there is no flow %q; did you mean %s? There are %s", t.Flow, nearest(t.Flow, flows), strings.Join(flows, ", "))}
	}
	c, err := load()
	if err != nil {
		return err
	}
	return withVault(e.ctx, c, func(db *store.DB, keeper *vault.Keeper) error {
		ctx, stop := context.WithCancel(e.ctx)
		var follow sync.WaitGroup
		follow.Go(func() { keeper.Follow(ctx, keysEvery, c.logger(e.err)) })
		defer follow.Wait()
		defer stop()
		s := &stage.Stage{DB: db, Vault: keeper.Vault, Screen: &stage.Screen{}, Clock: time.Now, Chat: uuid.NewString(), Log: c.logger(e.err)}
		if err := s.Begin(e.ctx); err != nil {
			return err
		}
		e.say("%s", talkHelp)
		talk := &talk{env: e, stage: s}
		if err := talk.do("(start)"); err != nil {
			return err
		}
		if t.Flow != "" {
			if err := talk.begin(t.Flow); err != nil {
				return err
			}
		}
		return talk.run()
	})
}

// begun are the flows that a person can begin, by name.
func begun() []string {
	var names []string
	for name, flow := range dialog.Standard() {
		if !flow.Called {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// command is what is meant for the terminal and not for the clinic.
var command = regexp.MustCompile(`^:[a-z]+\b`)

// talk is a conversation under way.
type talk struct {
	*env
	stage   *stage.Stage
	script  strings.Builder
	buttons []string
}

func (t *talk) run() error {
	lines := bufio.NewScanner(t.in)
	for {
		_, _ = fmt.Fprint(t.out, "> ")
		if !lines.Scan() {
			return lines.Err()
		}
		text := strings.TrimSpace(lines.Text())
		file, save := strings.CutPrefix(text, ":save ")
		switch {
		case text == "":
		case text == ":quit":
			return nil
		case command.MatchString(text) && !save: // ":)" is for the clinic
			t.say("there are :save FILE and :quit, and no %s", text)
		case save:
			if err := os.WriteFile(file, []byte(t.script.String()), 0o600); err != nil {
				t.say("cannot write %s: %v", file, err)
			}
		default:
			if err := t.do(t.button(text)); err != nil {
				return err
			}
		}
	}
}

// button is the label behind a number.
func (t *talk) button(text string) string {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > len(t.buttons) {
		return text
	}
	return "[" + t.buttons[n-1] + "]"
}

func (t *talk) do(text string) error { return t.step(stage.Step{Mark: ">", Text: text}) }

// begin starts a flow as the words for it would.
func (t *talk) begin(flow string) error {
	return t.step(stage.Step{Mark: ">", Text: flow, Cmds: []dialog.Command{{Do: dialog.Start, Flow: flow}}, Told: true})
}

func (t *talk) step(s stage.Step) error {
	text := s.Text
	if err := t.stage.Do(t.ctx, s); err != nil {
		return err
	}
	heard := t.stage.Heard()
	_, _ = t.script.WriteString("> " + text + "\n" + heard)
	t.show(heard)
	return nil
}

// show prints the answer with its buttons numbered.
func (t *talk) show(heard string) {
	if strings.Contains(heard, "[ ") {
		t.buttons = nil
	}
	for line := range strings.Lines(heard) {
		mark, rest, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		if mark != "[" {
			t.say("  %s", rest)
			continue
		}
		if strings.Trim(rest, "[] 0123456789") == "" { // days of a calendar are typed as they are
			t.say("    [ %s", rest)
			continue
		}
		var row []string
		for label := range strings.SplitSeq(strings.TrimSuffix(rest, " ]"), " | ") {
			t.buttons = append(t.buttons, label)
			row = append(row, fmt.Sprintf("%d %s", len(t.buttons), label))
		}
		t.say("    [ %s ]", strings.Join(row, " | "))
	}
}
