package cabinet

import (
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/report"
)

// asksBranch, asksDoctor, asksSpecialty and asksSource say which choices a report has. Who sees counts only has those that tell nothing more.
func (f reportFrame) asksBranch() bool { return len(f.Open) > 1 && !f.Report.Ask.Kind.Chats() }

func (f reportFrame) asksDoctor() bool {
	k := f.Report.Ask.Kind
	return !f.Report.Scope.Own && !f.Report.Scope.Few && (k == report.Load || k == report.Attendance || k == report.Repeats || k == report.Satisfaction)
}

func (f reportFrame) asksSpecialty() bool {
	k := f.Report.Ask.Kind
	return k == report.Attendance || k == report.Leads || k == report.Repeats
}

func (f reportFrame) asksSource() bool {
	k := f.Report.Ask.Kind
	return !f.Report.Scope.Few && (k == report.Load || k == report.Attendance)
}

func periodOptions(v view, f reportFrame) []option {
	var out []option
	for _, p := range report.Periods() {
		if f.Report.Scope.Few && (p == "today" || p == "week") {
			continue
		}
		out = append(out, option{p, v.Say("report.period_" + p)})
	}
	return out
}

func reportBranches(v view, f reportFrame) []option {
	out := []option{{"", v.Say("report.all_branches")}}
	for _, b := range f.Open {
		out = append(out, option{b.ID.String(), b.Name.In(v.Lang)})
	}
	return out
}

func reportDoctors(v view, f reportFrame) []option {
	out := []option{{"", v.Say("report.all_doctors")}}
	for _, d := range f.Catalog.Doctors {
		here := slices.ContainsFunc(d.Branches, f.opens)
		if here {
			out = append(out, option{d.ID.String(), d.Short()})
		}
	}
	return out
}

func (f reportFrame) opens(branch uuid.UUID) bool {
	for _, b := range f.Open {
		if b.ID == branch {
			return true
		}
	}
	return false
}

func reportSpecialties(v view, f reportFrame) []option {
	out := []option{{"", v.Say("report.all_specialties")}}
	for _, s := range f.Catalog.Specialties {
		out = append(out, option{s.Code, s.Name.In(v.Lang)})
	}
	return out
}

func sourceOptions(v view) []option {
	out := []option{{"", v.Say("report.all_sources")}}
	for _, s := range report.Sourced() {
		out = append(out, option{s, v.Say("report.source_" + s)})
	}
	return out
}

// before is the whole's figure of the span before.
func (f reportFrame) before(i int) report.Figure {
	if len(f.Before.Tables) == 0 || i >= len(f.Before.Tables[0].Total.Figures) {
		return report.Figure{}
	}
	return f.Before.Tables[0].Total.Figures[i]
}

// sortBy is the address of the same in the order of a column: the greatest first, and at the second press the least.
func (f reportFrame) sortBy(column string) string {
	if f.Sort == column && !f.Up {
		return f.at("sort", column, "up", "1")
	}
	return f.at("sort", column, "up", "")
}

func (f reportFrame) sorted(column string) string {
	switch {
	case f.Sort != column:
		return "none"
	case f.Up:
		return "ascending"
	}
	return "descending"
}

func (f reportFrame) arrow(column string) string {
	return map[string]string{"ascending": " ↑", "descending": " ↓"}[f.sorted(column)]
}

// nothingKey says why there is nothing to show: nothing was, or it is of too few people to be told.
func (f reportFrame) nothingKey() string {
	if f.Report.Scope.Few {
		return "report.empty_few"
	}
	return "report.empty"
}
