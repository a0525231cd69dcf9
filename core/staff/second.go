package staff

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/throttle"
)

// FreshFor is how long a second factor counts as just shown: exports, refunds, roles and keys ask for one.
const FreshFor = 5 * time.Minute

// IsFresh says whether the member's session has shown a second factor just now.
func (m Member) IsFresh(now time.Time) bool {
	return !m.Fresh.IsZero() && !m.Fresh.After(now) && now.Sub(m.Fresh) <= FreshFor
}

// Demand says whose role asks for a second factor. Its zero value: everybody's.
type Demand struct {
	some  bool
	roles []string
}

// ParseDemand reads "required", "optional", or the roles it is required of, separated by commas.
func ParseDemand(text string) (Demand, error) {
	switch text {
	case "", "required":
		return Demand{}, nil
	case "optional":
		return Demand{some: true}, nil
	}
	d := Demand{some: true}
	for role := range strings.SplitSeq(text, ",") {
		role = strings.TrimSpace(role)
		if !slices.Contains(Roles(), role) {
			return Demand{}, core.Refuse(core.Invalid, "role_unknown", "Role", role)
		}
		d.roles = append(d.roles, role)
	}
	return d, nil
}

// Of says whether m must have a second factor: one of the roles that they may switch to asks for it. The demo's logins are exempt, for
// their password is everybody's.
func (d Demand) Of(m Member) bool {
	if m.Demo || !d.some {
		return !m.Demo
	}
	return slices.ContainsFunc(m.Roles, func(role string) bool { return slices.Contains(d.roles, role) })
}

// Factors is what somebody has beside their password.
type Factors struct {
	TOTP     bool
	Passkeys int
	Recovery int // codes left
}

// Any says that there is a second factor to show.
func (f Factors) Any() bool { return f.TOTP || f.Passkeys > 0 }

// Factors looks at what m has.
func (r *Roster) Factors(ctx context.Context, m Member) (Factors, error) {
	var f Factors
	err := r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		row, err := tx.StaffFactors(ctx, m.ID)
		f = Factors{TOTP: row.Totp, Passkeys: int(row.Passkeys), Recovery: int(row.Recovery)}
		return err
	})
	if err != nil {
		return Factors{}, fmt.Errorf("second factors of %s: %w", m.ID, err)
	}
	return f, nil
}

// codeKeys are the locks on six digits: five tries in five minutes, of one account and from one address.
func codeKeys(m Member, from string) (account, address throttle.Key) {
	account = throttle.Key{
		What: "code.account", Who: m.ID.String(), Subject: m.ID,
		Limit: throttle.Limit{Free: 5, Pause: 5 * time.Minute, Longest: time.Hour, Forget: 24 * time.Hour},
	}
	address = throttle.Key{What: "code.address", Who: from, Limit: throttle.Limit{Free: 5, Pause: 5 * time.Minute, Longest: 5 * time.Minute, Forget: 5 * time.Minute}}
	return account, address
}

// Second takes a code of m's authenticator, or one of their recovery codes, typed at the address from. Each is good once. A wrong one
// is refused (code_wrong); too many of them, before the code is looked at (guess_wait).
func (r *Roster) Second(ctx context.Context, m Member, code, from string) error {
	account, address := codeKeys(m, from)
	if err := r.door.Try(ctx, account, address); err != nil {
		return fmt.Errorf("a second factor: %w", err)
	}
	action := "staff.second"
	err := r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		var good bool
		var err error
		if typed := plainCode(code); len(typed) == totpDigits {
			good, err = r.useTOTP(ctx, tx, m, typed)
		} else {
			action = "staff.recovery_used"
			good, err = r.useRecovery(ctx, tx, m, typed)
		}
		if err == nil && !good {
			err = core.Refuse(core.Denied, "code_wrong")
		}
		if err != nil {
			return err
		}
		return r.note(ctx, tx, action, m.ID)
	})
	if core.Refusal(err) != nil {
		if noted := r.record(ctx, "staff.second_refused", m.ID); noted != nil {
			return noted
		}
	}
	if err != nil {
		return fmt.Errorf("a second factor: %w", err)
	}
	return r.door.Right(ctx, account, address)
}

// plainCode is a code without what people put between its characters.
func plainCode(typed string) string {
	return strings.Map(func(c rune) rune {
		if c == ' ' || c == '-' || c == '\u00a0' {
			return -1
		}
		return c
	}, strings.ToLower(typed))
}

// Again takes the password anew: what a demo's login shows in the place of a second factor.
func (r *Roster) Again(ctx context.Context, m Member, password, from string) error {
	same, err := r.SignIn(ctx, m.Login, password, from)
	if err == nil && same.ID != m.ID {
		err = core.Refuse(core.Denied, "sign_in_wrong")
	}
	return err
}

// renewed voids every session of m made before now, for what they sign in with has changed, and returns them as they are from now on.
func (r *Roster) renewed(ctx context.Context, tx *store.Tx, m Member) (Member, error) {
	row, err := tx.StaffRenew(ctx, m.ID)
	if err != nil {
		return Member{}, store.NoRows(err, "staff_unknown")
	}
	return r.again(row, m)
}

// again is the member of a row in the role and with the freshness that they had.
func (r *Roster) again(row db.Staff, m Member) (Member, error) {
	now, err := r.member(row)
	if err != nil {
		return Member{}, err
	}
	now.Role, now.Fresh = m.Role, m.Fresh
	return now, nil
}
