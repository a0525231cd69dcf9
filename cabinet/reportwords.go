package cabinet

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/report"
)

// said is a figure in words: what is not there is "нет данных", what is of too few people says so.
func (v view) said(f report.Figure, u report.Unit) string {
	switch {
	case f.Few:
		return v.Say("report.few")
	case !f.Known:
		return v.Say("report.none")
	}
	switch u {
	case report.Share:
		return v.decimal(f.Value*100, 1) + " %"
	case report.Minutes:
		return v.lasting(f.Value)
	case report.Kopecks:
		return v.decimal(f.Value/100, 0) + " ₽"
	case report.Points:
		return v.decimal(f.Value, 0)
	default:
		return v.decimal(f.Value, 0)
	}
}

// decimal is a number with a language's mark and groups of three.
func (v view) decimal(x float64, digits int) string {
	text := strconv.FormatFloat(math.Abs(x), 'f', digits, 64)
	whole, rest, _ := strings.Cut(text, ".")
	group, mark := " ", ","
	if v.Lang == english {
		group, mark = ",", "."
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + group + whole[i:]
	}
	if rest != "" {
		whole += mark + rest
	}
	if x < 0 && strings.Trim(whole, "0"+mark) != "" {
		whole = "−" + whole
	}
	return whole
}

// lasting is a time in days, hours and minutes: the two greatest of them.
func (v view) lasting(minutes float64) string {
	sign := ""
	if minutes < 0 {
		sign, minutes = "−", -minutes
	}
	n := int(math.Round(minutes))
	day, hour, minute := v.Say("report.day"), v.Say("report.hour"), v.Say("report.minute")
	switch {
	case n >= 24*60 && v.Lang != "" && n/1440 < 60 && n%1440 >= 60:
		return sign + strconv.Itoa(n/1440) + " " + day + " " + strconv.Itoa(n%1440/60) + " " + hour
	case n >= 60:
		if n%60 == 0 || n >= 100*60 {
			return sign + v.decimal(math.Round(float64(n)/60), 0) + " " + hour
		}
		return sign + strconv.Itoa(n/60) + " " + hour + " " + strconv.Itoa(n%60) + " " + minute
	default:
		return sign + strconv.Itoa(n) + " " + minute
	}
}

// rowName is what a row is of.
func (v view) rowName(f reportFrame, side report.Side, r report.Row) string {
	if r.Pool {
		return v.Say("report.pool")
	}
	switch side {
	case report.ByBranch:
		return v.branchName(f.Catalog, r.Branch)
	case report.ByDoctor:
		d, ok := f.Catalog.Doctor(r.Doctor)
		name := v.Say("report.former")
		if ok {
			name = d.Short()
		}
		if ok && len(d.Branches) > 1 {
			name += ", " + v.branchName(f.Catalog, r.Branch)
		}
		return name
	case report.ByRoom:
		name := v.Say("report.no_room")
		if r.Room != uuid.Nil {
			name = f.Report.Rooms[r.Room]
		}
		return name + ", " + v.branchName(f.Catalog, r.Branch)
	case report.BySpecialty:
		return v.specialtyName(f.Catalog, r.Code)
	case report.ByWeekday:
		return v.Say("report.weekday_long_" + r.Code)
	default:
		return orSelf(v, "report."+string(side)+"_", r.Code)
	}
}

func (v view) branchName(c *clinic.Catalog, id uuid.UUID) string {
	b, ok := c.Branch(id)
	if !ok {
		return v.Say("report.former_branch")
	}
	return b.Name.In(v.Lang)
}

func (v view) specialtyName(c *clinic.Catalog, code string) string {
	for _, s := range c.Specialties {
		if s.Code == code {
			return s.Name.In(v.Lang)
		}
	}
	return code
}

// change says how a figure differs from that of the span before: points of a share, a share of anything else. Empty where one is not there.
func (v view) change(now, before report.Figure, u report.Unit) string {
	if !now.Known || !before.Known || now.Few || before.Few {
		return ""
	}
	by := now.Value - before.Value
	sign := "+"
	if by < 0 {
		sign = ""
	}
	switch {
	case u == report.Share:
		return sign + v.decimal(by*100, 1) + " " + v.Say("report.points")
	case u == report.Points:
		return sign + v.decimal(by, 0)
	case before.Value == 0:
		return ""
	default:
		return sign + v.decimal(100*by/math.Abs(before.Value), 0) + " %"
	}
}

// days is a span of days as it is written.
func (v view) days(from, to time.Time) string {
	last := to.AddDate(0, 0, -1)
	if last.Equal(from) {
		return from.Format("02.01.2006")
	}
	return from.Format("02.01.2006") + " – " + last.Format("02.01.2006")
}
