package cabinet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// The demo shows everything to anybody, so it is there only where the clinic is made up: every one of its reads is Zapis's own.
func demoActor() core.Actor { return core.Sys("demo") }

// demo is GET /demo: two phones and a calendar.
func (s *Server) demo(w http.ResponseWriter, r *http.Request) {
	v := s.view(r)
	s.render(w, r, http.StatusOK, demoPage(v, s.group(v.Lang, "status", "schedule", "demo")))
}

// demoNew is POST /demo/new: the left phone becomes somebody new's.
func (s *Server) demoNew(w http.ResponseWriter, _ *http.Request) {
	s.Visitors.Forget(w)
	w.WriteHeader(http.StatusNoContent)
}

// said is one line of the talk as the clinic sees it.
type said struct {
	ID      uuid.UUID `json:"id"`
	Side    string    `json:"side"` // in: the patient; out: the clinic
	Kind    string    `json:"kind"` // text, tapped, opened
	Text    string    `json:"text"`
	Choices []string  `json:"choices,omitempty"` // labels of the buttons under it
	File    string    `json:"file,omitempty"`
	At      time.Time `json:"at"`
}

// state is all that the demo's page shows beside the patient's phone.
type state struct {
	Owner string    `json:"owner"` // bot or human
	Talk  []said    `json:"talk"`
	Visit uuid.UUID `json:"visit"` // the visit to look at
	Day   day       `json:"day"`
}

// demoState is GET /demo/state. A guest who has not opened the chat yet sees the first branch's next working day.
func (s *Server) demoState(w http.ResponseWriter, r *http.Request) {
	chat, _ := s.Visitors.Conversation(r)
	branches := s.Book.Current().Branches
	if len(branches) == 0 {
		s.show(w, r, state{Talk: []said{}})
		return
	}
	out := state{Owner: "bot"}
	at, err := s.look(r.Context(), chat, branches, &out)
	if err == nil {
		at.lang, at.actor, at.scope = langOf(r), demoActor(), scope{names: true}
		out.Day, err = s.day(r.Context(), at)
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.show(w, r, out)
}

// look reads the talk and finds the day to show: that of the chat's visit, or the first on which somebody works.
func (s *Server) look(ctx context.Context, chat uuid.UUID, branches []clinic.Branch, out *state) (page, error) {
	at := page{branch: branches[0]}
	err := s.DB.InTx(ctx, demoActor(), func(tx *store.Tx) error {
		rows, err := tx.TalkRows(ctx, chat)
		if err != nil {
			return err
		}
		if out.Talk, err = talk(rows); err != nil {
			return err
		}
		c, err := tx.Conversation(ctx, chat)
		if err == nil {
			out.Owner = c.Owner
		} else if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		v, err := tx.VisitOfChat(ctx, chat)
		if errors.Is(err, pgx.ErrNoRows) {
			return s.firstDay(ctx, tx, &at)
		}
		if err != nil {
			return err
		}
		if b, ok := s.Book.Current().Branch(v.BranchID); ok {
			at.branch = b
		}
		out.Visit = v.ID
		start := v.During.Lower.Time.In(at.branch.Zone)
		at.date = time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, at.branch.Zone)
		return nil
	})
	if err != nil {
		return at, fmt.Errorf("the demo's talk: %w", err)
	}
	return at, nil
}

func (s *Server) firstDay(ctx context.Context, tx *store.Tx, at *page) error {
	today := s.today(at.branch)
	midnight := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)
	first, err := tx.NextWorkingDay(ctx, db.NextWorkingDayParams{Day: midnight, BranchID: at.branch.ID})
	if err != nil {
		return err
	}
	at.date = time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, at.branch.Zone)
	return nil
}

// talk turns the rows, newest first, into lines, oldest first. A tap is told by the label of the button it hit.
func talk(rows []db.TalkRowsRow) ([]said, error) {
	slices.Reverse(rows)
	labels := map[string]string{}
	out := make([]said, 0, len(rows))
	for _, r := range rows {
		var line said
		var err error
		if r.Side == "in" {
			line, err = heard(r, labels)
		} else {
			line, err = answered(r, labels)
		}
		if err != nil {
			return nil, err
		}
		line.ID, line.Side, line.At = r.ID, r.Side, r.At
		out = append(out, line)
	}
	return out, nil
}

func heard(r db.TalkRowsRow, labels map[string]string) (said, error) {
	var in conversation.Incoming
	if err := json.Unmarshal(r.Body, &in); err != nil {
		return said{}, fmt.Errorf("read a journalled message: %w", err)
	}
	switch in.Kind {
	case conversation.Button:
		return said{Kind: "tapped", Text: labels[in.Button]}, nil
	case conversation.Opened:
		return said{Kind: "opened"}, nil
	default:
		return said{Kind: keyText, Text: in.Text}, nil
	}
}

// week is how long a row of a calendar is; its days are not told one by one.
const week = 7

func answered(r db.TalkRowsRow, labels map[string]string) (said, error) {
	var out conversation.Outgoing
	if err := json.Unmarshal(r.Body, &out); err != nil {
		return said{}, fmt.Errorf("read a sent message: %w", err)
	}
	line := said{Kind: keyText, Text: out.Text}
	for _, row := range out.Buttons {
		for _, b := range row {
			labels[b.Data] = b.Label
			if len(row) < week {
				line.Choices = append(line.Choices, b.Label)
			}
		}
	}
	if out.File != nil {
		line.File = out.File.Name
	}
	return line, nil
}

// demoEvents is GET /demo/events?branch=: says that the talk or the branch's day has changed.
func (s *Server) demoEvents(w http.ResponseWriter, r *http.Request) {
	var topics []string
	if chat, ok := s.Visitors.Conversation(r); ok {
		topics = append(topics, "chat:"+chat.String())
	}
	if branch, err := uuid.Parse(r.URL.Query().Get("branch")); err == nil {
		topics = append(topics, "branch:"+branch.String())
	}
	s.tell(w, r, topics...)
}
