package dialog

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
)

// The slots of feedback, and what stands for nothing in them.
const (
	slotScore = "score"
	slotWords = "words"
	nothing   = "none"
)

// Feedback asks how the last visit was, from 0 to 10, and in words. Without a visit that is over, what was said goes to the desk.
func Feedback() Flow {
	return Flow{
		Name: "feedback",
		Slots: []Slot{
			{Name: slotDoctor, Fill: func(context.Context, *Talk) (string, error) { return anyone, nil }, Check: checkDoctor, Clears: []string{slotVisit}},
			{Name: slotVisit, Fill: lastVisit},
			{Name: slotScore, Fill: skipWithoutVisit, Ask: askScore, Check: checkScore},
			{Name: slotWords, Fill: skipWithoutVisit, Ask: askWords, Check: checkWords},
		},
		Finish: giveFeedback,
	}
}

// lastVisit is the newest visit that is over, with the doctor who was named where one was; nothing where there is none.
func lastVisit(ctx context.Context, t *Talk) (string, error) {
	family, err := t.Desk.People.Family(ctx)
	if err != nil {
		return "", err
	}
	best, at := uuid.Nil, ""
	for _, p := range family {
		out, err := t.Desk.Doings.Do(ctx, core.Appointments, core.Read, acts.Input{Patient: p.ID, Fields: map[string]string{
			"from": t.Now.AddDate(0, 0, -30).UTC().Format(time.RFC3339), "to": t.Now.UTC().Format(time.RFC3339),
		}})
		if core.Refusal(err) != nil {
			continue
		}
		if err != nil {
			return "", err
		}
		for _, row := range out.Rows {
			start, _ := row["start"].(string)
			if doctor := t.ID(slotDoctor); row["status"] == "done" && start > at && (doctor == uuid.Nil || doctor == idOf(row, "doctor")) {
				best, at = idOf(row, "id"), start
			}
		}
	}
	if best == uuid.Nil {
		return nothing, nil
	}
	return best.String(), nil
}

func skipWithoutVisit(_ context.Context, t *Talk) (string, error) {
	if t.Get(slotVisit) == nothing {
		return nothing, nil
	}
	return "", nil
}

func askScore(ctx context.Context, t *Talk) (Reply, error) {
	out, err := t.Desk.Doings.Do(ctx, core.Appointments, core.Read, acts.Input{ID: t.ID(slotVisit)})
	if err != nil || len(out.Rows) == 0 {
		return Reply{}, err
	}
	start, _ := out.Rows[0]["start"].(string)
	at, err := time.Parse(time.RFC3339, start)
	if err != nil {
		return Reply{}, err
	}
	d, _ := t.Desk.Clinic.Doctor(idOf(out.Rows[0], "doctor"))
	text := t.Say("feedback.ask", "Day", t.Words.Far(t.Lang, at.In(t.zone()), t.Now.In(t.zone())), "Doctor", t.Words.Name(t.Lang, d.Full()))
	var buttons []Button
	for n := range 11 {
		buttons = append(buttons, Button{Label: strconv.Itoa(n), Commands: set(slotScore, strconv.Itoa(n))})
	}
	return withCancel(t, Reply{Text: text, Buttons: grid(6, buttons)}), nil
}

func checkScore(_ context.Context, _ *Talk, c Command) (string, error) {
	n, err := strconv.Atoi(strings.TrimSpace(c.Value))
	if err != nil || n < 0 || n > 10 {
		return "", refusing("score_unknown")
	}
	return strconv.Itoa(n), nil
}

func askWords(_ context.Context, t *Talk) (Reply, error) {
	return withBack(t, Reply{Text: t.Say("feedback.words"), Buttons: [][]Button{{{Label: t.Say("button.no_words"), Commands: set(slotWords, nothing)}}}}), nil
}

// maxFeedback bounds what is said, in characters.
const maxFeedback = 4000

func checkWords(_ context.Context, _ *Talk, c Command) (string, error) {
	text := strings.TrimSpace(c.Value)
	if text == "" || utf8.RuneCountInString(text) > maxFeedback {
		return "", refusing("words_long")
	}
	return text, nil
}

func giveFeedback(ctx context.Context, t *Talk) (Outcome, error) {
	if t.Get(slotVisit) == nothing {
		return Outcome{Handoff: "handoff.feedback"}, nil
	}
	in := acts.Input{Visit: t.ID(slotVisit), Fields: map[string]string{slotScore: t.Get(slotScore)}}
	if words := t.Get(slotWords); words != nothing {
		in.Fields["text"] = words
	}
	if _, err := t.Desk.Doings.Do(ctx, core.Feedback, core.Create, in); err != nil {
		return Outcome{}, err
	}
	return Outcome{Replies: []Reply{{Text: t.Say("feedback.thanks"), Keep: true}}}, nil
}
