package schedule

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Rule is a stretch of work that repeats, in the branch's wall-clock time: on a weekday, or on the first days of a cycle that begins with
// its plan ("two on, two off"). It ends the next day where To is not after From.
type Rule struct {
	Weekday int       `json:"weekday,omitempty"` // 1 Monday … 7 Sunday; 0 in a cycle
	Parity  string    `json:"parity,omitempty"`  // "odd" or "even" ISO weeks; "" is every week
	On      int       `json:"on,omitempty"`      // days of the cycle at work
	Off     int       `json:"off,omitempty"`     // and off
	From    string    `json:"from"`              // "09:00"
	To      string    `json:"to"`
	Room    uuid.UUID `json:"room"`
}

// Plan is a practitioner's working time in one branch from Since on. Until is its last day; zero is for good. After it, what held before
// holds again. No rules is no reception.
type Plan struct {
	Practitioner uuid.UUID `json:"practitioner"`
	Branch       uuid.UUID `json:"branch"`
	Since        time.Time `json:"since"` // dates are midnights UTC
	Until        time.Time `json:"until,omitzero"`
	Rules        []Rule    `json:"rules"`
}

// maxRules is how much of a plan anybody could read: two stretches a day in odd and in even weeks.
const maxRules = 28

// maxCycle is the longest cycle of days on and off, each.
const maxCycle = 31

const clockForm = "15:04"

// Check refuses a plan that cannot be meant: of the past, without end before its beginning, with stretches that overlap.
func (p Plan) Check(today time.Time) error {
	switch {
	case p.Practitioner == uuid.Nil || p.Branch == uuid.Nil:
		return core.Refuse(core.Invalid, "extra_time_whose")
	case p.Since.Before(today) || p.Since.After(today.AddDate(2, 0, 0)):
		return core.Refuse(core.Invalid, "plan_since")
	case !p.Until.IsZero() && p.Until.Before(p.Since):
		return core.Refuse(core.Invalid, "ends_before_start")
	case len(p.Rules) > maxRules:
		return core.Refuse(core.Invalid, "plan_long")
	}
	for i, r := range p.Rules {
		if !r.sound() {
			return core.Refuse(core.Invalid, "plan_rule", "Rule", r.From+"–"+r.To)
		}
		for _, other := range p.Rules[:i] {
			if r.meets(other) {
				return core.Refuse(core.Invalid, "plan_overlap", "Rule", r.From+"–"+r.To)
			}
		}
	}
	return nil
}

func (r Rule) sound() bool {
	_, bad := time.Parse(clockForm, r.From)
	_, worse := time.Parse(clockForm, r.To)
	weekly := r.Weekday >= 1 && r.Weekday <= 7 && r.On == 0 && r.Off == 0
	cycle := r.Weekday == 0 && r.On >= 1 && r.On <= maxCycle && r.Off >= 0 && r.Off <= maxCycle && r.Parity == ""
	return bad == nil && worse == nil && r.From != r.To && (weekly || cycle) && slices.Contains([]string{"", "odd", "even"}, r.Parity)
}

// meets says that two stretches of one day overlap; a night's end is not compared with the next day's beginning, which merge joins.
func (r Rule) meets(o Rule) bool {
	if (r.Weekday == 0) != (o.Weekday == 0) {
		return true // a week and a cycle would cross somewhere
	}
	if r.Weekday != o.Weekday || r.Parity != "" && o.Parity != "" && r.Parity != o.Parity {
		return false
	}
	return r.From < o.end() && o.From < r.end()
}

func (r Rule) end() string {
	if r.To <= r.From {
		return "24:00"
	}
	return r.To
}

// template is the rule as it is kept.
func (p Plan) template(r Rule, id uuid.UUID) db.ScheduleTemplate {
	t := db.ScheduleTemplate{
		ID: id, PractitionerID: p.Practitioner, BranchID: p.Branch, RoomID: store.Ref(r.Room), FromTime: clockTime(r.From), ToTime: clockTime(r.To),
		ValidFrom: p.Since, ValidTo: dateRef(p.Until),
	}
	if r.Weekday > 0 {
		day := int16(r.Weekday) //nolint:gosec // 1 to 7: sound
		t.Weekday = &day
		if r.Parity != "" {
			t.Parity = &r.Parity
		}
		return t
	}
	on, off, start := int32(r.On), int32(r.Off), p.Since //nolint:gosec // up to maxCycle: sound
	t.CycleOn, t.CycleOff, t.CycleStart = &on, &off, &start
	return t
}

func clockTime(s string) pgtype.Time {
	t, _ := time.Parse(clockForm, s) // sound
	return pgtype.Time{Microseconds: int64(t.Hour()*60+t.Minute()) * int64(time.Minute/time.Microsecond), Valid: true}
}

func clockOf(t pgtype.Time) string {
	return time.Time{}.Add(time.Duration(t.Microseconds) * time.Microsecond).Format(clockForm)
}

func dateRef(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// ruleOf is a kept rule as a plan has it.
func ruleOf(t db.ScheduleTemplate) Rule {
	r := Rule{From: clockOf(t.FromTime), To: clockOf(t.ToTime), Room: store.ID(t.RoomID), Parity: store.Str(t.Parity)}
	if t.Weekday != nil {
		r.Weekday = int(*t.Weekday)
		return r
	}
	if t.CycleOn != nil && t.CycleOff != nil {
		r.On, r.Off = int(*t.CycleOn), int(*t.CycleOff)
	}
	return r
}

// change is what a plan does to the rules that are kept: next is all of them afterwards.
type change struct {
	next   []db.ScheduleTemplate
	gone   []uuid.UUID
	ended  []db.ScheduleTemplate // valid_to is another
	joined []db.ScheduleTemplate
}

// over lays a plan over the rules: those of its branch end the day before it, and those that it interrupts go on after it.
func (p Plan) over(rules []db.ScheduleTemplate, ids core.IDs) change {
	var c change
	for _, t := range rules {
		if t.BranchID != p.Branch || t.ValidTo != nil && t.ValidTo.Before(p.Since) || !p.Until.IsZero() && t.ValidFrom.After(p.Until) {
			c.next = append(c.next, t)
			continue
		}
		if !p.Until.IsZero() && (t.ValidTo == nil || t.ValidTo.After(p.Until)) {
			after := t
			after.ID, after.ValidFrom = ids(), p.Until.AddDate(0, 0, 1)
			c.joined = append(c.joined, after)
		}
		if t.ValidFrom.Before(p.Since) {
			t.ValidTo = dateRef(p.Since.AddDate(0, 0, -1))
			c.ended, c.next = append(c.ended, t), append(c.next, t)
		} else {
			c.gone = append(c.gone, t.ID)
		}
	}
	for _, r := range p.Rules {
		t := p.template(r, ids())
		if t.RoomID == nil {
			t.RoomID = p.room(t, rules)
		}
		c.joined = append(c.joined, t)
	}
	c.next = append(c.next, c.joined...)
	return c
}

// room is where somebody works who is given no room: where they work so far, at those hours rather than on that day, on that day rather
// than on others.
func (p Plan) room(t db.ScheduleTemplate, rules []db.ScheduleTemplate) *uuid.UUID {
	var best *uuid.UUID
	most := 0
	for _, was := range rules {
		if was.RoomID == nil || was.BranchID != p.Branch || was.ValidTo != nil && was.ValidTo.Before(p.Since) {
			continue
		}
		fits, a, b := 1, ruleOf(t), ruleOf(was)
		if a.Weekday == b.Weekday {
			fits++
		}
		if a.From < b.end() && b.From < a.end() {
			fits++
		}
		if a.meets(b) {
			fits++
		}
		if fits > most {
			best, most = was.RoomID, fits
		}
	}
	return best
}

// Hours is the working time in force for a practitioner in a branch: the plan that holds on a day, and from when until when it does.
type Hours struct {
	Since, Until time.Time // zero: always, and for good
	Rules        []Rule
}

// hoursOf are the stretches of time in which the same rules of a branch hold, from a day on.
func hoursOf(rules []db.ScheduleTemplate, branch uuid.UUID, from time.Time) []Hours {
	edges := []time.Time{from}
	for _, t := range rules {
		if t.BranchID != branch {
			continue
		}
		if t.ValidFrom.After(from) {
			edges = append(edges, t.ValidFrom)
		}
		if t.ValidTo != nil && !t.ValidTo.Before(from) {
			edges = append(edges, t.ValidTo.AddDate(0, 0, 1))
		}
	}
	slices.SortFunc(edges, time.Time.Compare)
	edges = slices.CompactFunc(edges, time.Time.Equal)
	var out []Hours
	for i, edge := range edges {
		h := Hours{Since: edge}
		if i+1 < len(edges) {
			h.Until = edges[i+1].AddDate(0, 0, -1)
		}
		for _, t := range rules {
			if t.BranchID == branch && !edge.Before(t.ValidFrom) && (t.ValidTo == nil || !edge.After(*t.ValidTo)) {
				h.Rules = append(h.Rules, ruleOf(t))
			}
		}
		slices.SortFunc(h.Rules, func(a, b Rule) int { return cmp.Or(a.Weekday-b.Weekday, cmp.Compare(a.From, b.From)) })
		out = append(out, h)
	}
	return out
}
