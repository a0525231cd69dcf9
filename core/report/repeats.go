package report

import (
	"context"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// The counts of an atom of repeats.
const (
	doneVisits = iota
	firsts
	settled
	returned
	sameDoctor
	// What they leave when one is taken from another, lest that be of too few.
	others
	unsettled
	gone
	otherDoctor
	repeatWidth
)

// repeats is who came for the first time, and who of them came again within 90 days.
func repeats(ctx context.Context, tx *store.Tx, a Ask, s Scope) ([]Table, error) {
	rows, err := tx.ReportRepeats(ctx, db.ReportRepeatsParams{FromDay: a.From, ToDay: a.To})
	if err != nil {
		return nil, err
	}
	var atoms []atom
	for _, r := range rows {
		atoms = append(atoms, atom{
			month: r.Month, branch: r.BranchID, doctor: r.PractitionerID, code: r.Specialty, fewest: r.Fewest,
			n: []int64{r.Visits, r.Firsts, r.Settled, r.Returned, r.Same, r.Visits - r.Firsts, r.Firsts - r.Settled, r.Settled - r.Returned, r.Returned - r.Same},
		})
	}
	if s.Few {
		atoms, _ = pool(atoms)
	}
	atoms = a.filter(atoms)
	base := sheet{columns: []Column{
		{"repeat", Share}, {"firsts", Count}, {"first_share", Share}, {"settled", Count}, {"returned", Count}, {"same_doctor", Share},
	}, main: 0, width: repeatWidth, figures: repeatFigures}
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

func repeatFigures(n []int64) []Figure {
	return []Figure{
		ratio(n[returned], n[settled]), number(n[firsts]), ratio(n[firsts], n[doneVisits]), number(n[settled]), number(n[returned]), ratio(n[sameDoctor], n[returned]),
	}
}
