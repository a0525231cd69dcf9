package stage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
	"github.com/zapis-clinic/zapis/jobs"
)

// Clock is a clock that stands still until it is moved. Each look moves it by a microsecond, so that order can be told.
type Clock struct{ at atomic.Int64 }

// NewClock stands at t.
func NewClock(t time.Time) *Clock {
	c := &Clock{}
	c.Set(t)
	return c
}

// Now is the time.
func (c *Clock) Now() time.Time { return time.UnixMicro(c.at.Add(1)).UTC() }

// Set moves the clock.
func (c *Clock) Set(t time.Time) { c.at.Store(t.UnixMicro()) }

// channel is what Incoming.Channel says of a stage.
const channel = "talk"

// Stage is one chat with a clinic.
type Stage struct {
	DB     *store.DB
	Vault  *vault.Vault
	Screen *Screen
	Clock  core.Clock
	Move   func(time.Time) // moves the clock; nil where it cannot be moved
	Talks  *jobs.Talks

	Twice   bool             // every update is delivered twice
	Restart bool             // the program is restarted after each step
	ByRules bool             // "?" lines are ignored: the rules understand alone
	Model   understand.Model // asked where the rules are unsure, nil for none
	Explain bool             // a "?" line is written under words that the rules understood

	Chat     string
	Log      *slog.Logger
	Shelf    *Shelf    // may be shared with other stages of the same clinic
	Coverage *Coverage // where set, told of everything that is played
	Deaf     bool      // no model listens
	Ear      jobs.Ear  // listens to voice messages; nil: one that hears what the script says

	updates int64
	model   *scripted
	first   conversation.Incoming // the first tap, for a button of yesterday
}

// scripted understands what the script says was meant, or else what the rules find.
type scripted struct {
	rules    jobs.Rules
	cmds     []dialog.Command
	told     bool
	found    []dialog.Command // by the rules
	coverage *Coverage
}

// Read implements jobs.Rules.
func (m *scripted) Read(c *clinic.Catalog, text string, s understand.Situation) understand.Meaning {
	out := understand.Meaning{Text: text, Commands: m.cmds, Confidence: 1, By: "llm"}
	if !m.told {
		out = m.rules.Read(c, text, s)
		m.found = append(m.found, out.Commands...)
	}
	m.coverage.heard(out.Commands...)
	return out
}

// Begin opens the clinic behind the stage. It may be called again: that is a restart.
func (s *Stage) Begin(ctx context.Context) error {
	book, err := clinic.Open(ctx, s.DB)
	if err != nil {
		return err
	}
	if s.Shelf == nil {
		s.Shelf = &Shelf{}
	}
	say, err := s.Shelf.say()
	if err != nil {
		return err
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	s.model = &scripted{rules: s.Shelf, coverage: s.Coverage}
	s.Talks = &jobs.Talks{
		House: &jobs.House{
			DB: s.DB, Vault: s.Vault, Book: book, Guard: s.Shelf.guard(), Engine: s.Coverage.Watch(dialog.Standard()), Words: say,
			Senders: map[string]jobs.Sender{channel: s.Screen}, Clock: s.Clock, IDs: core.NewIDs(nil), Random: rand.Reader, Log: s.Log, Hub: jobs.NewHub(),
		},
		Rules: s.model, Model: s.Model, Sources: map[string]jobs.Source{channel: post{}}, Ear: s.Ear,
	}
	if s.Ear == nil && !s.Deaf {
		s.Talks.Ear = ear{}
	}
	return s.Talks.OpenActs()
}

// Do plays one step and waits until everything it led to is done.
func (s *Stage) Do(ctx context.Context, step Step) error {
	s.model.cmds, s.model.told, s.model.found = step.Cmds, step.Told && !s.ByRules, nil
	var err error
	switch step.Mark {
	case ">":
		err = s.patient(ctx, step.Text)
	case "@":
		err = s.later(ctx, step.Text)
	case "!":
		err = s.meanwhile(ctx, step.Text)
	}
	s.Talks.Wait()
	if err == nil && s.Restart {
		err = s.Begin(ctx)
	}
	return err
}

// patient has the person do something: words, [a button], (anything else).
func (s *Stage) patient(ctx context.Context, text string) error {
	ins, err := s.incoming(text)
	if err != nil {
		return err
	}
	for _, in := range ins {
		if err := s.tapped(ctx, in); err != nil {
			return err
		}
		s.updates++
		in.Channel, in.Account, in.Chat = channel, "talk:test", s.Chat
		in.ExternalID, in.Position, in.At = fmt.Sprintf("%s:%d", s.Chat, s.updates), s.updates, s.Clock() // ids are an account's, not a chat's
		n := 1
		if s.Twice {
			n = 2
		}
		for range n {
			if err := s.Talks.Receive(ctx, []byte("{}"), in); err != nil {
				return fmt.Errorf("%q: %w", text, err)
			}
		}
	}
	return nil
}

func (s *Stage) incoming(text string) ([]conversation.Incoming, error) {
	if label, ok := strings.CutPrefix(text, "["); ok {
		message, c, found := s.Screen.Button(strings.TrimSuffix(label, "]"))
		if !found {
			return nil, fmt.Errorf("no button %q on the screen", label)
		}
		in := conversation.Incoming{Kind: conversation.Button, Button: c.Data, MessageID: message, CallbackID: "cb"}
		if s.first.Button == "" {
			s.first = in
		}
		return []conversation.Incoming{in}, nil
	}
	if act, ok := strings.CutPrefix(text, "("); ok {
		return s.act(strings.TrimSuffix(act, ")"))
	}
	return []conversation.Incoming{{Kind: conversation.Text, Text: text}}, nil
}

// act is something other than words and buttons.
func (s *Stage) act(text string) ([]conversation.Incoming, error) {
	what, rest, _ := strings.Cut(text, " ")
	one := func(in conversation.Incoming) ([]conversation.Incoming, error) {
		return []conversation.Incoming{in}, nil
	}
	switch what {
	case "start":
		return one(conversation.Incoming{Kind: conversation.Opened, Start: rest, Lang: "ru"})
	case "start_en":
		return one(conversation.Incoming{Kind: conversation.Opened, Lang: "en"})
	case "contact":
		return one(conversation.Incoming{Kind: conversation.Contact, Phone: rest, OwnPhone: true})
	case "foreign_contact":
		return one(conversation.Incoming{Kind: conversation.Contact, Phone: rest})
	case "old_button":
		return one(s.first)
	case "forged_button":
		return one(conversation.Incoming{Kind: conversation.Button, Button: rest, CallbackID: "cb"})
	case "long":
		return one(conversation.Incoming{Kind: conversation.Text, Text: strings.Repeat(rest, 4096/max(1, len([]rune(rest))))})
	case "burst": // several messages that come in before any is answered
		var out []conversation.Incoming
		for i, part := range strings.Split(rest, " | ") {
			out = append(out, conversation.Incoming{Kind: conversation.Text, Text: part, Album: strconv.Itoa(i)})
		}
		return out, nil
	case "nul":
		return one(conversation.Incoming{Kind: conversation.Text, Text: "a\x00b\xff" + rest})
	case "blocked":
		s.Screen.Shut = true
		return one(conversation.Incoming{Kind: conversation.Blocked})
	case "unblocked":
		s.Screen.Shut = false
		return one(conversation.Incoming{Kind: conversation.Unblocked})
	case "album":
		s.Coverage.heard(dialog.Command{Do: dialog.Media})
		return album(rest)
	case "photo", "voice", "file":
		s.Coverage.heard(dialog.Command{Do: dialog.Media})
		in := conversation.Incoming{Kind: conversation.Kind(what)}
		in.File, in.Text = bears(what, rest)
		return one(in)
	case "sticker", "location", "edited", "other":
		s.Coverage.heard(dialog.Command{Do: dialog.Media})
		return one(conversation.Incoming{Kind: conversation.Kind(what), Text: rest})
	default:
		return nil, fmt.Errorf("nobody can do (%s)", text)
	}
}

// later moves the clock by a duration or to a moment, and runs what is due then.
func (s *Stage) later(ctx context.Context, text string) error {
	if s.Move == nil {
		return errors.New("the clock cannot be moved here")
	}
	to, err := time.Parse(time.RFC3339, text)
	if d, derr := time.ParseDuration(strings.TrimPrefix(text, "+")); derr == nil {
		to, err = s.Clock().Add(d), nil
	}
	if err != nil {
		return fmt.Errorf("clock %q: neither a duration nor a moment", text)
	}
	s.Move(to)
	before, err := s.session(ctx)
	if err != nil {
		return err
	}
	for _, sweep := range []func(context.Context) error{
		s.Talks.SweepHolds, s.Talks.SweepTalks, s.Talks.SweepReminders, s.Talks.SweepOpenings, s.Talks.SweepPersonal, s.Talks.SweepInbound, s.Talks.SweepOutbox,
	} {
		if err := sweep(ctx); err != nil {
			return err
		}
	}
	after, err := s.session(ctx)
	switch {
	case after.Nudged && !before.Nudged:
		s.Coverage.heard(dialog.Command{Do: dialog.Nudge})
	case before.Flow() != "" && after.Flow() == "":
		s.Coverage.heard(dialog.Command{Do: dialog.Drop})
	}
	return err
}

func window(text string) (dialog.Window, error) {
	var w dialog.Window
	fields := strings.Fields(text)
	into := ""
	for len(fields) > 0 {
		switch fields[0] {
		case "+", "?":
			into, fields = fields[0], fields[1:]
			continue
		case "same":
			w.SameTime, fields = true, fields[1:]
			continue
		}
		s, err := span(append(fields, ""))
		if err != nil {
			return w, fmt.Errorf("window %q: %w", text, err)
		}
		switch into {
		case "+":
			w.Also = append(w.Also, s)
		case "?":
			w.Readings = append(w.Readings, s)
		default:
			w.From, w.To, w.Grain = s.From, s.To, s.Grain
		}
		fields = fields[min(2, len(fields)):]
	}
	return w, nil
}

// span reads "FROM/TO" and a grain.
func span(fields []string) (dialog.Span, error) {
	from, to, _ := strings.Cut(fields[0], "/")
	f, err := time.Parse(time.RFC3339, from)
	if err != nil {
		return dialog.Span{}, err
	}
	u, err := time.Parse(time.RFC3339, to)
	return dialog.Span{From: f, To: u, Grain: dialog.Grain(fields[1])}, err
}
