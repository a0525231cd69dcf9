// Package personal decides what people may demand of the clinic about their own data, and what the clinic owes by itself: a copy, a
// correction, erasure; how long things are kept, who else gets them, what goes through which messenger, and what follows an incident.
package personal

import (
	"io"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Office does it.
type Office struct {
	In     store.Opener
	Clock  core.Clock
	IDs    core.IDs
	Random io.Reader // of links
	Vault  *vault.Vault
}

// answerDays is how many working days the clinic has for an answer: 152-FZ, art. 20, part 1.
const answerDays = 10

// due is so many working days after at. Public holidays are not known here: a date too early harms nobody.
func due(at time.Time, days int) time.Time {
	for days > 0 {
		at = at.AddDate(0, 0, 1)
		if at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
			days--
		}
	}
	return at
}

// moment is now, as a column that may be NULL takes it.
func (o Office) moment() *time.Time {
	now := o.Clock()
	return &now
}

// freshFor is how long a second factor counts as just shown, as the cabinet counts it (core/staff).
const freshFor = 5 * time.Minute

// fresh says whether somebody has just shown a second factor.
func (o Office) fresh(who core.Actor) bool {
	now := o.Clock()
	return !who.Fresh.IsZero() && !who.Fresh.After(now) && now.Sub(who.Fresh) <= freshFor
}
