package stage

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"strings"
	"sync"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/dialog"
)

// Coverage gathers what was played: flows that were finished, slots that were set by a command or filled by themselves, verbs.
type Coverage struct {
	mu    sync.Mutex
	flows map[string]int
	slots map[string]int
	verbs map[dialog.Verb]int
}

// Flow says how often a flow reached its end.
func (c *Coverage) Flow(name string) int { return tally(c, c.flows, name) }

// Slot says how often a slot got a value.
func (c *Coverage) Slot(flow, slot string) int { return tally(c, c.slots, flow+"."+slot) }

// Verb says how often a verb was used.
func (c *Coverage) Verb(v dialog.Verb) int { return tally(c, c.verbs, v) }

func tally[K comparable](c *Coverage, counts map[K]int, key K) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return counts[key]
}

// Watch wraps the flows of an engine so that what they do is counted.
func (c *Coverage) Watch(e dialog.Engine) dialog.Engine {
	if c == nil {
		return e
	}
	out := dialog.Engine{}
	for name, flow := range e {
		slots := make([]dialog.Slot, len(flow.Slots))
		for i, slot := range flow.Slots {
			slots[i] = c.slot(name, slot)
		}
		flow.Slots = slots
		finish := flow.Finish
		flow.Finish = func(ctx context.Context, t *dialog.Talk) (dialog.Outcome, error) {
			o, err := finish(ctx, t)
			if err == nil {
				count(c, &c.flows, name)
			}
			return o, err
		}
		out[name] = flow
	}
	return out
}

func (c *Coverage) slot(flow string, slot dialog.Slot) dialog.Slot {
	check, fill := slot.Check, slot.Fill
	key := flow + "." + slot.Name
	if check != nil {
		slot.Check = func(ctx context.Context, t *dialog.Talk, cmd dialog.Command) (string, error) {
			v, err := check(ctx, t, cmd)
			if err == nil {
				count(c, &c.slots, key)
			}
			return v, err
		}
	}
	if fill != nil {
		slot.Fill = func(ctx context.Context, t *dialog.Talk) (string, error) {
			v, err := fill(ctx, t)
			if err == nil && v != "" {
				count(c, &c.slots, key+" filled")
			}
			return v, err
		}
	}
	return slot
}

func count[K comparable](c *Coverage, counts *map[K]int, key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if *counts == nil {
		*counts = map[K]int{}
	}
	(*counts)[key]++
}

func (c *Coverage) heard(cmds ...dialog.Command) {
	if c == nil {
		return
	}
	for _, cmd := range cmds {
		count(c, &c.verbs, cmd.Do)
	}
}

// tapped counts what a button means, or that it no longer means anything.
func (s *Stage) tapped(ctx context.Context, in conversation.Incoming) error {
	if s.Coverage == nil || in.Kind != conversation.Button {
		return nil
	}
	token, _, _ := strings.Cut(in.Button, ".")
	sum := sha256.Sum256([]byte(token))
	var data []byte
	err := s.DB.InTx(ctx, core.Sys("test"), func(tx *store.Tx) error {
		return tx.QueryRow(ctx, "SELECT coalesce((SELECT actions FROM keyboard WHERE token_hash = $1), '[]')", sum[:]).Scan(&data)
	})
	if err != nil {
		return err
	}
	var actions [][]dialog.Command
	if err := json.Unmarshal(data, &actions); err != nil {
		return err
	}
	_, index, _ := strings.Cut(in.Button, ".")
	if i, err := strconv.ParseUint(index, 36, 16); err == nil && int(i) < len(actions) {
		s.Coverage.heard(actions[i]...)
	} else {
		s.Coverage.heard(dialog.Command{Do: dialog.Stale})
	}
	return nil
}

// session is the stored session of the chat.
func (s *Stage) session(ctx context.Context) (dialog.Session, error) {
	var data []byte
	err := s.DB.InTx(ctx, core.Sys("test"), func(tx *store.Tx) error {
		return tx.QueryRow(ctx, "SELECT coalesce((SELECT session FROM conversation WHERE id = $1), '{}')", conversation.ID("talk:test", s.Chat)).Scan(&data)
	})
	if err != nil {
		return dialog.Session{}, err
	}
	return dialog.ReadSession(data)
}
