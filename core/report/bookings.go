package report

import (
	"context"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Heat is how many bookings were made by weekday (0 is Monday) and hour.
type Heat struct {
	Hours [7][24]Figure
	Most  float64
}

// sources is where and when people book.
func sources(ctx context.Context, tx *store.Tx, a Ask, s Scope) ([]Table, *Heat, error) {
	rows, err := tx.ReportBookings(ctx, db.ReportBookingsParams{FromDay: a.From, ToDay: a.To, Branch: store.Ref(a.Branch)})
	if err != nil {
		return nil, nil, err
	}
	var from, when []atom
	for _, r := range rows {
		x := atom{month: r.Month, branch: r.BranchID, code: r.Source, fewest: r.People, n: []int64{r.Bookings}}
		if r.Weekday == 0 {
			from = append(from, x)
			continue
		}
		x.code = string('a'-1+r.Weekday) + string('a'+r.Hour)
		when = append(when, x)
	}
	if s.Few {
		from, _ = pool(from)
		when, _ = pool(when)
	}
	total := sum(1, from)[0]
	base := sheet{columns: []Column{{"bookings", Count}, {"source_share", Share}}, main: 0, width: 1, figures: func(n []int64) []Figure {
		return []Figure{number(n[0]), ratio(n[0], total)}
	}}
	source, branch := base, base
	source.side, source.row = BySource, func(x atom) Row { return Row{Code: x.code} }
	branch.side, branch.row = ByBranch, func(x atom) Row { return Row{Branch: x.branch} }
	return []Table{source.table(from, true), branch.table(from, true)}, heat(when), nil
}

func heat(atoms []atom) *Heat {
	h := &Heat{}
	for d := range h.Hours {
		for hour := range h.Hours[d] {
			h.Hours[d][hour].Known = true
		}
	}
	for _, x := range atoms {
		f := &h.Hours[x.code[0]-'a'][x.code[1]-'a']
		f.Few = f.Few || x.pooled
		f.Value += float64(x.n[0])
	}
	for d := range h.Hours {
		for hour, f := range h.Hours[d] {
			if f.Few {
				h.Hours[d][hour] = Figure{Few: true}
				continue
			}
			h.Most = max(h.Most, f.Value)
		}
	}
	return h
}

// leads is how far ahead people book and call off.
func leads(ctx context.Context, tx *store.Tx, a Ask, s Scope) ([]Table, error) {
	rows, err := tx.ReportLeads(ctx, db.ReportLeadsParams{FromDay: a.From, ToDay: a.To, Branch: store.Ref(a.Branch)})
	if err != nil {
		return nil, err
	}
	t := Table{Side: BySpecialty, Main: 0, Columns: []Column{
		{"lead_half", Minutes}, {"lead_most", Minutes}, {"same_day", Share}, {"cancel_half", Minutes}, {"cancel_quarter", Minutes}, {"cancel_day", Share}, {"cancel_two", Share},
	}}
	for _, r := range rows {
		if a.Specialty != "" && a.Specialty != r.Specialty {
			continue
		}
		row := Row{Code: r.Specialty, Figures: append(bookedAhead(r), calledOff(r)...)}
		if s.Few && r.People < least {
			hide(row.Figures)
		} else if s.Few && (r.CancelPeople > 0 && r.CancelPeople < least || r.Cancelled-r.Day < least || r.Day-r.TwoHours < least || r.TwoHours < least) {
			hide(row.Figures[3:])
		}
		if s.Few && (r.SameDay < least || r.Booked-r.SameDay < least) {
			hide(row.Figures[2:3])
		}
		t.Rows = append(t.Rows, row)
	}
	return []Table{t}, nil
}

func hide(list []Figure) {
	for i := range list {
		list[i] = Figure{Few: true}
	}
}

func bookedAhead(r db.ReportLeadsRow) []Figure {
	return []Figure{{Value: r.LeadHalf, Known: r.Booked > 0}, {Value: r.LeadMost, Known: r.Booked > 0}, ratio(r.SameDay, r.Booked)}
}

func calledOff(r db.ReportLeadsRow) []Figure {
	return []Figure{
		{Value: r.CancelHalf, Known: r.Cancelled > 0}, {Value: r.CancelQuarter, Known: r.Cancelled > 0}, ratio(r.Day, r.Cancelled), ratio(r.TwoHours, r.Cancelled),
	}
}

// money is what was paid, by branch.
func money(ctx context.Context, tx *store.Tx, a Ask, s Scope) ([]Table, error) {
	rows, err := tx.ReportMoney(ctx, db.ReportMoneyParams{FromDay: a.From, ToDay: a.To})
	if err != nil {
		return nil, err
	}
	var atoms []atom
	for _, r := range rows {
		atoms = append(atoms, atom{month: r.Month, branch: r.BranchID, fewest: r.Fewest, n: []int64{r.Taken, r.Given, r.Bills}})
	}
	if s.Few {
		atoms, _ = pool(atoms)
	}
	sides := sheet{
		side: ByBranch, main: 2, width: 3, row: func(x atom) Row { return Row{Branch: x.branch} },
		columns: []Column{{"taken", Kopecks}, {"given", Kopecks}, {"revenue", Kopecks}, {"bills", Count}, {"average", Kopecks}},
		figures: func(n []int64) []Figure {
			return []Figure{number(n[0]), number(n[1]), number(n[0] - n[1]), number(n[2]), ratio(n[0]-n[1], n[2])}
		},
	}
	return []Table{sides.table(a.filter(atoms), a.all())}, nil
}

// satisfaction is what people thought of their visits: a score from 0 to 10.
func satisfaction(ctx context.Context, tx *store.Tx, a Ask, s Scope) ([]Table, error) {
	rows, err := tx.ReportFeedback(ctx, db.ReportFeedbackParams{FromDay: a.From, ToDay: a.To})
	if err != nil {
		return nil, err
	}
	var atoms []atom
	for _, r := range rows {
		atoms = append(atoms, atom{month: r.Month, branch: r.BranchID, doctor: r.PractitionerID, fewest: r.Fewest, n: []int64{r.Asked, r.Scored, r.Promoters, r.Detractors, r.Asked - r.Scored, r.Scored - r.Promoters - r.Detractors}})
	}
	if s.Few {
		atoms, _ = pool(atoms)
	}
	base := sheet{main: 0, width: 6, columns: []Column{{"nps", Points}, {"scored", Count}, {"response", Share}, {"promoters", Share}, {"detractors", Share}}, figures: opinion}
	branch, doctor := base, base
	branch.side, branch.row = ByBranch, func(x atom) Row { return Row{Branch: x.branch} }
	doctor.side, doctor.row = ByDoctor, func(x atom) Row { return Row{Branch: x.branch, Doctor: x.doctor} }
	atoms = a.filter(atoms)
	if s.Own {
		return []Table{doctor.table(atoms, a.all())}, nil
	}
	return []Table{branch.table(atoms, a.all()), doctor.table(atoms, a.all())}, nil
}

// opinion has no score of fewer than ten answers: it would be of chance.
func opinion(n []int64) []Figure {
	nps := Figure{}
	if n[1] >= least {
		nps = Figure{Value: 100 * float64(n[2]-n[3]) / float64(n[1]), Known: true}
	}
	return []Figure{nps, number(n[1]), ratio(n[1], n[0]), ratio(n[2], n[1]), ratio(n[3], n[1])}
}
