package report

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// The counts of an atom of visits, then of an atom of the load.
const (
	visits = iota
	done
	noShow
	cancelled
	late
	refilled
	unmarked
	bookedMinutes
	doneMinutes
	lostMinutes
	// What the columns leave when one is taken from another, lest that be of too few.
	ahead
	early
	unfilled
	planned // the schedule's minutes
	visitWidth
)

// visitAtoms are the visits asked for. short: some months have too few people to tell anything.
func visitAtoms(ctx context.Context, tx *store.Tx, a Ask, s Scope) ([]atom, bool, error) {
	rows, err := tx.ReportVisits(ctx, db.ReportVisitsParams{FromDay: a.From, ToDay: a.To, Via: a.Source})
	if err != nil {
		return nil, false, err
	}
	var out []atom
	for _, r := range rows {
		out = append(out, atom{
			month: r.Month, branch: r.BranchID, doctor: r.PractitionerID, room: r.RoomID, code: r.Specialty, fewest: r.Fewest,
			n: []int64{
				r.Visits, r.Done, r.NoShow, r.Cancelled, r.Late, r.Refilled, r.Unmarked, r.BookedMinutes, r.DoneMinutes, r.LostMinutes,
				r.Visits - r.Done - r.NoShow - r.Cancelled - r.Unmarked, r.Cancelled - r.Late, r.Cancelled - r.Refilled, 0,
			},
		})
	}
	short := false
	if s.Few {
		out, short = pool(out)
	}
	return a.filter(out), short, nil
}

// filter leaves what was asked for. The pool is cut up by no filter: its rows are not told.
func (a Ask) filter(atoms []atom) []atom {
	return slices.DeleteFunc(atoms, func(x atom) bool {
		return a.Branch != uuid.Nil && x.branch != a.Branch || a.Doctor != uuid.Nil && x.doctor != a.Doctor || a.Specialty != "" && x.code != a.Specialty
	})
}

// all says that nobody's and nothing's figures alone were asked for.
func (a Ask) all() bool { return a.Branch == uuid.Nil && a.Doctor == uuid.Nil && a.Specialty == "" }

// load is the work of doctors, rooms and branches against their schedule.
func load(ctx context.Context, tx *store.Tx, a Ask, s Scope) ([]Table, error) {
	atoms, short, err := visitAtoms(ctx, tx, a, s)
	if err != nil {
		return nil, err
	}
	rows, err := tx.ReportSchedule(ctx, db.ReportScheduleParams{FromDay: a.From, ToDay: a.To})
	if err != nil {
		return nil, err
	}
	if short { // the schedule is nobody's secret, but a load without its visits is no load
		return []Table{}, nil
	}
	var work []atom
	for _, r := range rows {
		n := make([]int64, visitWidth)
		n[planned] = r.Minutes
		work = append(work, atom{month: r.Month, branch: r.BranchID, doctor: r.PractitionerID, room: r.RoomID, n: n})
	}
	ask := a
	ask.Specialty = "" // a doctor's hours are of no speciality
	atoms = append(atoms, ask.filter(work)...)
	base := sheet{columns: []Column{
		{"schedule", Minutes}, {"booked", Minutes}, {"worked", Minutes}, {"fill", Share}, {"utilisation", Share}, {"lost", Minutes}, {"visits", Count},
	}, main: 3, width: visitWidth, figures: loadFigures}
	branch, doctor, room := base, base, base
	branch.side, branch.row = ByBranch, func(x atom) Row { return Row{Branch: x.branch} }
	doctor.side, doctor.row = ByDoctor, func(x atom) Row { return Row{Branch: x.branch, Doctor: x.doctor} }
	room.side, room.row = ByRoom, func(x atom) Row { return Row{Branch: x.branch, Room: x.room} }
	out := []Table{doctor.table(atoms, a.all())}
	if !s.Own {
		out = append(out, branch.table(atoms, a.all()), room.table(atoms, a.all()))
	}
	return out, nil
}

func loadFigures(n []int64) []Figure {
	return []Figure{
		number(n[planned]), number(n[bookedMinutes]), number(n[doneMinutes]), ratio(n[bookedMinutes], n[planned]), ratio(n[doneMinutes], n[planned]),
		number(n[lostMinutes]), number(n[visits]),
	}
}

// attendance is what became of visits.
func attendance(ctx context.Context, tx *store.Tx, a Ask, s Scope) ([]Table, error) {
	atoms, _, err := visitAtoms(ctx, tx, a, s)
	if err != nil {
		return nil, err
	}
	base := sheet{columns: []Column{
		{"visits", Count},
		{"done", Count},
		{"no_show", Count},
		{"no_show_rate", Share},
		{"cancelled", Count},
		{"late", Count},
		{"late_rate", Share},
		{"refill", Share},
		{"attendance", Share},
		{"unmarked", Count},
	}, main: 3, width: visitWidth, figures: attendanceFigures}
	specialty, branch, doctor := base, base, base
	specialty.side, specialty.row = BySpecialty, func(x atom) Row { return Row{Code: x.code} }
	branch.side, branch.row = ByBranch, func(x atom) Row { return Row{Branch: x.branch} }
	doctor.side, doctor.row = ByDoctor, func(x atom) Row { return Row{Branch: x.branch, Doctor: x.doctor} }
	out := []Table{specialty.table(atoms, a.all())}
	if !s.Own {
		out = append(out, doctor.table(atoms, a.all()), branch.table(atoms, a.all()))
	}
	return out, nil
}

func attendanceFigures(n []int64) []Figure {
	return []Figure{
		number(n[visits]), number(n[done]), number(n[noShow]), ratio(n[noShow], n[done]+n[noShow]), number(n[cancelled]), number(n[late]),
		ratio(n[late], n[done]+n[noShow]+n[late]), ratio(n[refilled], n[cancelled]), ratio(n[done], n[done]+n[noShow]+n[unmarked]), number(n[unmarked]),
	}
}
