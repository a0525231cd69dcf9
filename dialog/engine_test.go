package dialog_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/words"
)

// asks is a slot that asks by its name and keeps whatever is said.
func asks(name string, clears ...string) dialog.Slot {
	return dialog.Slot{
		Name: name, Clears: clears,
		Ask: func(context.Context, *dialog.Talk) (dialog.Reply, error) { return dialog.Reply{Text: name + "?"}, nil },
		Check: func(_ context.Context, _ *dialog.Talk, c dialog.Command) (string, error) {
			if c.Value == "bad" {
				return "", core.Refuse(core.Invalid, "time_past")
			}
			return c.Value, nil
		},
	}
}

// says is a flow's end that tells two slots.
func says(slots ...string) func(context.Context, *dialog.Talk) (dialog.Outcome, error) {
	return func(_ context.Context, t *dialog.Talk) (dialog.Outcome, error) {
		parts := []string{"done"}
		for _, s := range slots {
			parts = append(parts, t.Get(s))
		}
		return dialog.Outcome{Replies: []dialog.Reply{{Text: strings.Join(parts, " "), Keep: true}}}, nil
	}
}

func order() dialog.Flow {
	return dialog.Flow{Name: "order", Slots: []dialog.Slot{asks("a", "b"), asks("b")}, Finish: says("a", "b")}
}

// turn plays commands and returns the session and what was said.
func turn(t *testing.T, e dialog.Engine, s dialog.Session, cmds ...dialog.Command) (next dialog.Session, said []string, err error) {
	t.Helper()
	book, err := words.Load()
	require.NoError(t, err)
	talk := &dialog.Talk{Desk: dialog.Desk{Clinic: &clinic.Catalog{}}, Words: book, Now: time.Date(2026, 11, 24, 7, 15, 0, 0, time.UTC), Lang: "ru"}
	next, replies, err := e.Turn(t.Context(), talk, s, cmds)
	for _, r := range replies {
		said = append(said, r.Text)
	}
	return next, said, err
}

func start(flow string) dialog.Command { return dialog.Command{Do: dialog.Start, Flow: flow} }

func set(slot, value string) dialog.Command {
	return dialog.Command{Do: dialog.Set, Slot: slot, Value: value}
}

func met() dialog.Session { return dialog.Session{Version: dialog.Version, Met: true} }

func TestFactsGivenAtOnceSkipQuestions(t *testing.T) {
	t.Parallel()
	s, said, err := turn(t, dialog.New(order()), met(), start("order"), set("b", "2"))
	require.NoError(t, err)
	require.Equal(t, []string{"a?"}, said)
	s, said, err = turn(t, dialog.New(order()), s, set("a", "1"))
	require.NoError(t, err)
	require.Equal(t, []string{"b?"}, said, "a clears b: it belonged to another a")
	_, said, err = turn(t, dialog.New(order()), s, set("b", "2"))
	require.NoError(t, err)
	require.Equal(t, []string{"done 1 2"}, said)
}

func TestARefusedAnswerIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s, _, err := turn(t, dialog.New(order()), met(), start("order"))
	require.NoError(t, err)
	s, said, err := turn(t, dialog.New(order()), s, set("a", "bad"))
	require.NoError(t, err)
	require.Equal(t, []string{"Это время уже прошло.", "a?"}, said)
	require.Equal(t, "a", s.Asked)
}

func TestAnotherTopicReturnsToTheFirst(t *testing.T) {
	t.Parallel()
	aside := dialog.Flow{Name: "aside", Slots: []dialog.Slot{asks("x")}, Finish: says("x")}
	e := dialog.New(order(), aside)
	s, _, err := turn(t, e, met(), start("order"), set("a", "1"))
	require.NoError(t, err)
	s, said, err := turn(t, e, s, start("aside"))
	require.NoError(t, err)
	require.Equal(t, []string{"x?"}, said)
	s, said, err = turn(t, e, s, set("x", "9"))
	require.NoError(t, err)
	require.Equal(t, []string{"done 9", "b?"}, said)
	require.Equal(t, "order", s.Flow())
}

func TestTheLowestOfFourTopicsIsForgotten(t *testing.T) {
	t.Parallel()
	e := dialog.New(order())
	for _, name := range []string{"p", "q", "r"} {
		e[name] = dialog.Flow{Name: name, Slots: []dialog.Slot{asks(name + "1")}, Finish: says()}
	}
	s := met()
	for _, name := range []string{"order", "p", "q", "r"} {
		var err error
		s, _, err = turn(t, e, s, start(name))
		require.NoError(t, err)
	}
	var flows []string
	for _, f := range s.Stack {
		flows = append(flows, f.Flow)
	}
	require.Equal(t, []string{"p", "q", "r"}, flows)
}

func TestATurnThatFailsLeavesTheSessionAsItWas(t *testing.T) {
	t.Parallel()
	e := dialog.New(order())
	s, _, err := turn(t, e, met(), start("order"))
	require.NoError(t, err)
	before, err := json.Marshal(s)
	require.NoError(t, err)
	broken := order()
	broken.Finish = func(context.Context, *dialog.Talk) (dialog.Outcome, error) {
		return dialog.Outcome{}, errors.New("the database is away")
	}
	_, said, err := turn(t, dialog.New(broken), s, set("a", "1"), set("b", "2"))
	require.ErrorContains(t, err, "finish order: the database is away")
	require.Empty(t, said)
	after, err := json.Marshal(s)
	require.NoError(t, err)
	require.JSONEq(t, string(before), string(after))
}

func TestAFlowThatGoesInCirclesIsAFault(t *testing.T) {
	t.Parallel()
	again := order()
	again.Finish = func(context.Context, *dialog.Talk) (dialog.Outcome, error) {
		return dialog.Outcome{}, core.Refuse(core.Conflict, "time_taken")
	}
	again.Redo = map[string]string{"time_taken": "b"}
	again.Slots[1].Ask, again.Slots[1].Fill = nil, func(context.Context, *dialog.Talk) (string, error) { return "2", nil }
	_, _, err := turn(t, dialog.New(again), met(), start("order"), set("a", "1"))
	require.ErrorContains(t, err, "goes in circles")
}

func TestASessionOfAnOlderVersionKeepsItsSlotsAndAsksAnew(t *testing.T) {
	t.Parallel()
	s, err := dialog.ReadSession([]byte(`{"v":0,"stack":[{"flow":"order","slots":{"a":"1"}}],"asked":"a","lang":"en","gone":true}`))
	require.NoError(t, err)
	require.Equal(t, dialog.Version, s.Version)
	s.Met = true
	s, said, err := turn(t, dialog.New(order()), s, dialog.Command{Do: dialog.Repeat})
	require.NoError(t, err)
	require.Equal(t, []string{"b?"}, said)
	require.Equal(t, "b", s.Asked)
}

func TestASessionOfAFlowThatIsGoneDoesNotHoldThePerson(t *testing.T) {
	t.Parallel()
	s := met()
	s.Stack = []dialog.Frame{{Flow: "abolished"}}
	_, said, err := turn(t, dialog.New(order()), s, dialog.Command{Do: dialog.Repeat})
	require.NoError(t, err)
	require.Len(t, said, 1)
	require.Contains(t, said[0], "Чем могу помочь?")
}

func TestASessionThatCannotBeReadIsBegunAnew(t *testing.T) {
	t.Parallel()
	s, err := dialog.ReadSession([]byte(`{"stack":7}`))
	require.Error(t, err)
	require.Equal(t, dialog.Session{Version: dialog.Version}, s)
}

func TestCommandsSurviveBeingStored(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	for _, c := range []dialog.Command{
		start("booking"), set("doctor", "Иванова"),
		{Do: dialog.View, Slot: "time", Value: "12"},
		{Do: dialog.Back},
		{Do: dialog.Set, Slot: "when", When: &dialog.Window{From: at, To: at.Add(30 * time.Minute), Grain: dialog.Minute}},
		{Do: dialog.Clarify, Choices: []dialog.Command{start("booking"), set("doctor", "Петров")}},
	} {
		data, err := json.Marshal(c)
		require.NoError(t, err)
		var back dialog.Command
		require.NoError(t, json.Unmarshal(data, &back))
		require.Empty(t, cmp.Diff(c, back), string(data))
	}
}
