// Package faults decides what must hold after anything went wrong: its tests break things the way the world does, and after each
// of them the same invariants are checked on the database itself, trusting neither constraints nor the code that wrote the rows.
package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/dialog"
)

// Scene is what is looked at after a fault, once everything under way has come to rest.
type Scene struct {
	OwnerURL string    // the database, as its owner: every row
	Now      time.Time // by the clock of the program that was tried
	Since    time.Time // when the trial began; what stood before is somebody else's
	Logs     string    // whatever the program logged
	Canaries []string  // personal data used in the trial, which must be in the clinic's tables and nowhere else
}

// Broken lists the invariants that do not hold, each with what breaks it; none is the good outcome.
func Broken(ctx context.Context, s Scene) ([]string, error) {
	conn, err := pgx.Connect(ctx, s.OwnerURL)
	if err != nil {
		return nil, fmt.Errorf("connect as the owner: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var out []string
	for _, rule := range rules() {
		found, err := rule.broken(ctx, conn, s)
		if err != nil {
			return out, fmt.Errorf("%s: %w", rule.name, err)
		}
		out = append(out, found...)
	}
	for _, look := range []func(context.Context, *pgx.Conn, Scene) ([]string, error){states, canaries} {
		found, err := look(ctx, conn, s)
		if err != nil {
			return out, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// rule is an invariant as a query: every row it returns is a breach, in words. $1 is Scene.Now, $2 is Scene.Since.
type rule struct{ name, query string }

// perRule bounds how many breaches of one rule are listed.
const perRule = 5

func (r rule) broken(ctx context.Context, conn *pgx.Conn, s Scene) ([]string, error) {
	query := fmt.Sprintf("WITH at AS (SELECT $1::timestamptz AS now, $2::timestamptz AS since), breach (what) AS (%s) SELECT what FROM breach, at LIMIT %d",
		r.query, perRule)
	rows, err := conn.Query(ctx, query, s.Now, s.Since)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for i, what := range found {
		found[i] = r.name + ": " + what
	}
	return found, err
}

// states checks I10: every talk stands somewhere in the automaton.
func states(ctx context.Context, conn *pgx.Conn, _ Scene) ([]string, error) {
	rows, err := conn.Query(ctx, "SELECT id::text, session FROM conversation WHERE version > 0")
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	var out []string
	engine := dialog.Standard()
	var id string
	var session []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &session}, func() error {
		if why := illegal(engine, session); why != "" {
			out = append(out, "I10 a talk is in a state that does not exist: "+id+": "+why)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	return out, nil
}

// illegal says why a session is no state of the engine; "" where it is one.
func illegal(e dialog.Engine, data []byte) string {
	var s dialog.Session
	if err := json.Unmarshal(data, &s); err != nil {
		return "unreadable"
	}
	if s.Version != dialog.Version {
		return fmt.Sprintf("version %d", s.Version)
	}
	if len(s.Stack) > 3 {
		return fmt.Sprintf("%d flows at once", len(s.Stack))
	}
	for _, frame := range s.Stack {
		flow, known := e[frame.Flow]
		if !known {
			return "flow " + frame.Flow
		}
		slots := map[string]bool{}
		for _, slot := range flow.Slots {
			slots[slot.Name] = true
		}
		for slot := range frame.Slots {
			if !slots[slot] {
				return "slot " + frame.Flow + "." + slot
			}
		}
	}
	return ""
}

// canaries checks I9: personal data stays in the tables made for it.
func canaries(ctx context.Context, conn *pgx.Conn, s Scene) ([]string, error) {
	texts := map[string]string{"the log": s.Logs}
	for where, query := range map[string]string{
		"a job":         "SELECT coalesce(string_agg(args::text || ' ' || errors::text, ' '), '') FROM river.river_job",
		"the audit":     "SELECT coalesce(string_agg(a::text, ' '), '') FROM audit a",
		"a task":        "SELECT coalesce(string_agg(t::text, ' '), '') FROM task t",
		"a send error":  "SELECT coalesce(string_agg(error, ' '), '') FROM outbox",
		"a visit event": "SELECT coalesce(string_agg(e::text, ' '), '') FROM visit_event e",
	} {
		if strings.Contains(query, "river.") && !stands(ctx, conn, "river.river_job") {
			continue
		}
		var text string
		if err := conn.QueryRow(ctx, query).Scan(&text); err != nil {
			return nil, fmt.Errorf("look for personal data in %s: %w", where, err)
		}
		texts[where] = text
	}
	var out []string
	for where, text := range texts {
		for _, c := range s.Canaries {
			if strings.Contains(strings.ToLower(text), strings.ToLower(c)) {
				out = append(out, fmt.Sprintf("I9 personal data in %s: %q", where, c))
			}
		}
	}
	return out, nil
}

func stands(ctx context.Context, conn *pgx.Conn, table string) bool {
	var yes bool
	err := conn.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&yes)
	return err == nil && yes
}
