package cabinet

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/settings"
)

// The shapes of a plan that the form can draw.
const (
	shapeWeek   = "week"
	shapeParity = "parity" // odd and even weeks
	shapeCycle  = "cycle"
)

// planForm is the form of working time, as it was filled in or as it begins.
type planForm struct {
	Shape   string
	Since   string
	Until   string
	On, Off string
	Fields  map[string]string // of the table: row, stretch and side, as in "o1a"
	typed   bool
}

// planRow is one line of the table: a weekday, in odd or even weeks where the shape tells them apart, or any day of a cycle.
type planRow struct {
	Prefix  string
	Weekday int
	Parity  string
}

// sides are the ends of a line's two stretches.
const sides = "abcd"

func emptyPlan(shape string) planForm {
	if shape != shapeParity && shape != shapeCycle {
		shape = shapeWeek
	}
	return planForm{Shape: shape, Fields: map[string]string{}, On: "2", Off: "2"}
}

func readPlan(r *http.Request) planForm {
	f := emptyPlan(r.PostFormValue("shape"))
	f.Since, f.Until, f.On, f.Off, f.typed = r.PostFormValue("since"), r.PostFormValue("until"), r.PostFormValue("on"), r.PostFormValue("off"), true
	for _, row := range f.rows() {
		for _, side := range sides {
			f.Fields[row.Prefix+string(side)] = r.PostFormValue(row.Prefix + string(side))
		}
	}
	return f
}

func (f planForm) rows() []planRow {
	var out []planRow
	switch f.Shape {
	case shapeCycle:
		return []planRow{{Prefix: "c"}}
	case shapeParity:
		for _, parity := range []string{"odd", "even"} {
			for day := 1; day <= 7; day++ {
				out = append(out, planRow{parity[:1] + strconv.Itoa(day), day, parity})
			}
		}
	default:
		for day := 1; day <= 7; day++ {
			out = append(out, planRow{"w" + strconv.Itoa(day), day, ""})
		}
	}
	return out
}

// begin fills a form that nobody has typed into with what holds, from tomorrow on.
func (f *planForm) begin(h settings.Hours, now time.Time) {
	if f.typed {
		return
	}
	f.Since = now.AddDate(0, 0, 1).Format(time.DateOnly)
	if len(h.Plans) == 0 {
		return
	}
	for _, row := range f.rows() {
		var sides []string
		for _, rule := range h.Plans[0].Rules {
			if rule.Weekday == row.Weekday && (rule.Parity == "" || rule.Parity == row.Parity) {
				sides = append(sides, rule.From, rule.To)
			}
			if rule.Weekday == 0 && row.Weekday == 0 {
				f.On, f.Off = strconv.Itoa(rule.On), strconv.Itoa(rule.Off)
			}
		}
		for i, text := range sides[:min(len(sides), 4)] {
			f.Fields[row.Prefix+string("abcd"[i])] = text
		}
	}
}

// plan is what the form means.
func (f planForm) plan(doctor, branch uuid.UUID) (schedule.Plan, error) {
	p := schedule.Plan{Practitioner: doctor, Branch: branch}
	var err error
	if p.Since, err = time.Parse(time.DateOnly, f.Since); err != nil {
		return p, core.Refuse(core.Invalid, "plan_since")
	}
	if f.Until != "" {
		if p.Until, err = time.Parse(time.DateOnly, f.Until); err != nil {
			return p, core.Refuse(core.Invalid, "ends_before_start")
		}
	}
	on, _ := strconv.Atoi(f.On) // 0 is refused as a rule that gives no work
	off, _ := strconv.Atoi(f.Off)
	for _, row := range f.rows() {
		for _, two := range []string{"ab", "cd"} {
			r := schedule.Rule{Weekday: row.Weekday, Parity: row.Parity, From: f.clock(row.Prefix, two[:1]), To: f.clock(row.Prefix, two[1:])}
			if r.From == "" && r.To == "" {
				continue
			}
			if f.Shape == shapeCycle {
				r.On, r.Off = on, off
			}
			p.Rules = append(p.Rules, r)
		}
	}
	return p, nil
}

// clock reads an hour as people type it where the browser has no field for one: "9:00" too.
func (f planForm) clock(prefix, side string) string {
	text := strings.TrimSpace(f.Fields[prefix+side])
	if t, err := time.Parse("15:4", text); err == nil {
		return t.Format("15:04")
	}
	return text
}
