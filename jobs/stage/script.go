package stage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/dialog"
)

// Step is one thing that happens in a script, with the lines that stand before it.
type Step struct {
	Mark string // ">" the patient, "@" the clock, "!" somebody else
	Text string
	Cmds []dialog.Command // of a "?" line: what a model would have understood
	Told bool             // there is a "?" line
}

// Script is a written conversation: comments, steps, and what was answered, which is only compared.
type Script struct {
	Lines []Line
}

// Line is one line of a script. A line of the patient's carries its step.
type Line struct {
	Raw  string
	Step *Step
}

// ReadScript takes a script apart. Lines of the clinic ("<", "[", "=") are left out: they are written anew.
func ReadScript(text string) (Script, error) {
	var s Script
	var last *Step
	for raw := range strings.Lines(text) {
		raw = strings.TrimRight(raw, "\r\n")
		mark, rest, _ := strings.Cut(raw, " ")
		switch mark {
		case "<", "[", "=", "":
			if strings.TrimSpace(raw) != "" {
				continue
			}
		case ">", "@", "!":
			last = &Step{Mark: mark, Text: rest}
			s.Lines = append(s.Lines, Line{Raw: raw, Step: last})
			continue
		case "?":
			cmds, err := Commands(rest)
			if err != nil || last == nil {
				return s, fmt.Errorf("line %q: a \"?\" follows the patient's words: %w", raw, err)
			}
			last.Cmds, last.Told = cmds, true
		}
		s.Lines = append(s.Lines, Line{Raw: raw})
	}
	return s, nil
}

// Note is the other way: what Commands reads back as cmds; "" for commands that cannot be written so.
func Note(cmds []dialog.Command) string {
	parts := make([]string, 0, len(cmds))
	for _, c := range cmds {
		part := []string{string(c.Do)}
		value := c.Value
		if c.When != nil {
			value = written(c.When)
		}
		for _, s := range []string{c.Flow, c.Slot, value} {
			if s != "" {
				part = append(part, s)
			}
		}
		parts = append(parts, strings.Join(part, " "))
	}
	note := strings.Join(parts, "; ")
	back, err := Commands(note)
	want, errWant := json.Marshal(plain(cmds))
	got, errGot := json.Marshal(back)
	if errors.Join(err, errWant, errGot) != nil || !bytes.Equal(want, got) {
		return ""
	}
	return note
}

// written is a window as a note has it: "FROM/TO grain + FROM/TO grain ? FROM/TO grain same", the others that suit after +, what else it
// may mean after ?.
func written(w *dialog.Window) string {
	one := func(s dialog.Span) string {
		return s.From.Format(time.RFC3339) + "/" + s.To.Format(time.RFC3339) + " " + string(s.Grain)
	}
	parts := []string{one(dialog.Span{From: w.From, To: w.To, Grain: w.Grain})}
	for _, s := range w.Also {
		parts = append(parts, "+", one(s))
	}
	for _, s := range w.Readings {
		parts = append(parts, "?", one(s))
	}
	if w.SameTime {
		parts = append(parts, "same")
	}
	return strings.Join(parts, " ")
}

// plain leaves out what a note does not have: where in the text a window was said and how sure that is.
func plain(cmds []dialog.Command) []dialog.Command {
	out := slices.Clone(cmds)
	for i, c := range out {
		if c.When != nil {
			w := *c.When
			w.Words, w.Confidence = nil, 0
			out[i].When = &w
		}
	}
	return out
}

// Commands reads "start booking; set doctor Иванова; set when 2026-11-25T10:00+03:00/2026-11-25T13:00+03:00 part".
func Commands(text string) ([]dialog.Command, error) {
	var out []dialog.Command
	for part := range strings.SplitSeq(text, ";") {
		f := append(strings.SplitN(strings.TrimSpace(part), " ", 3), "", "")
		c := dialog.Command{Do: dialog.Verb(f[0])}
		switch c.Do {
		case "":
			continue
		case dialog.Start:
			c.Flow = f[1]
		case dialog.Set:
			c.Slot, c.Value = f[1], f[2]
			if f[1] == "when" && strings.Contains(f[2], "/") {
				w, err := window(f[2])
				if err != nil {
					return nil, err
				}
				c.Value, c.When = "", &w
			}
		case dialog.Clear, dialog.View:
			c.Slot, c.Value = f[1], f[2]
		default:
			c.Value = strings.TrimSpace(f[1] + " " + f[2])
		}
		out = append(out, c)
	}
	return out, nil
}
