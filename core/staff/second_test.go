package staff_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// enrolled is somebody with a password and an authenticator, who has their secret and recovery codes.
func enrolled(t *testing.T, r *staff.Roster, now *time.Time, login string) (staff.Member, string, []string) {
	t.Helper()
	m, err := r.SetPassword(t.Context(), add(t, r, login), password)
	require.NoError(t, err)
	require.NoError(t, r.ShowTOTP(t.Context(), m))
	shown, err := r.ShownTOTP(t.Context(), m, "Клиника")
	require.NoError(t, err)
	m, codes, err := r.ConfirmTOTP(t.Context(), m, codeAt(t, shown.Secret, *now), "10.0.0.1")
	require.NoError(t, err)
	return m, shown.Secret, codes
}

func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	require.NoError(t, err)
	return code
}

func TestACodeIsGoodOnceAndForAStepAround(t *testing.T) {
	t.Parallel()
	r, now, _ := roster(t, false)
	m, secret, _ := enrolled(t, r, now, "petrova")
	begin := *now
	refused(t, r.Second(t.Context(), m, codeAt(t, secret, begin), "10.0.0.1"), "code_wrong")

	*now = begin.Add(time.Minute)
	require.NoError(t, r.Second(t.Context(), m, codeAt(t, secret, *now), "10.0.0.1"))
	refused(t, r.Second(t.Context(), m, codeAt(t, secret, *now), "10.0.0.1"), "code_wrong")
	refused(t, r.Second(t.Context(), m, codeAt(t, secret, now.Add(-30*time.Second)), "10.0.0.1"), "code_wrong")
	spaced := codeAt(t, secret, now.Add(30*time.Second))
	require.NoError(t, r.Second(t.Context(), m, spaced[:3]+" "+spaced[3:], "10.0.0.1"), "a clock that is half a minute ahead")
	*now = begin.Add(10 * time.Minute)
	refused(t, r.Second(t.Context(), m, codeAt(t, secret, now.Add(-time.Minute)), "10.0.0.1"), "code_wrong")
	refused(t, r.Second(t.Context(), m, codeAt(t, secret, now.Add(time.Minute)), "10.0.0.1"), "code_wrong")
}

func TestOfTwoWhoShowACodeAtOnceOneGetsIn(t *testing.T) {
	t.Parallel()
	r, now, _ := roster(t, false)
	m, secret, _ := enrolled(t, r, now, "petrova")
	*now = now.Add(time.Minute)
	errs := make([]error, 4)
	var wait sync.WaitGroup
	for i := range errs {
		wait.Go(func() { errs[i] = r.Second(t.Context(), m, codeAt(t, secret, *now), "10.0.0."+string(rune('1'+i))) })
	}
	wait.Wait()
	good := 0
	for _, err := range errs {
		if err == nil {
			good++
		} else {
			refused(t, err, "code_wrong")
		}
	}
	assert.Equal(t, 1, good)
}

func TestARecoveryCodeIsGoodOnceAndNewOnesEndTheOld(t *testing.T) {
	t.Parallel()
	r, now, _ := roster(t, false)
	m, _, codes := enrolled(t, r, now, "petrova")
	require.Len(t, codes, 10)
	require.NoError(t, r.Second(t.Context(), m, " "+strings.ToUpper(codes[0]), "10.0.0.1"))
	refused(t, r.Second(t.Context(), m, codes[0], "10.0.0.1"), "code_wrong")
	has, err := r.Factors(t.Context(), m)
	require.NoError(t, err)
	assert.Equal(t, staff.Factors{TOTP: true, Recovery: 9}, has)
	fresh, err := r.NewRecovery(t.Context(), m)
	require.NoError(t, err)
	refused(t, r.Second(t.Context(), m, codes[1], "10.0.0.1"), "code_wrong")
	require.NoError(t, r.Second(t.Context(), m, fresh[1], "10.0.0.1"))

	other, _, _ := enrolled(t, r, now, "ivanova")
	refused(t, r.Second(t.Context(), other, fresh[2], "10.0.0.2"), "code_wrong")
}

func TestTheSecretLiesSealedAndOpensForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	r, now, address := roster(t, false)
	m, secret, codes := enrolled(t, r, now, "petrova")
	other, _, _ := enrolled(t, r, now, "ivanova")
	var dump string
	read(t, address, "SELECT string_agg(t::text, ' ') FROM staff_totp t", &dump)
	assert.NotContains(t, strings.ToUpper(dump), secret)
	read(t, address, "SELECT string_agg(t::text, ' ') FROM staff_recovery t", &dump)
	assert.NotContains(t, dump, strings.ReplaceAll(codes[0], "-", ""))

	exec(t, address, "UPDATE staff_totp SET totp_sealed = (SELECT totp_sealed FROM staff_totp WHERE staff_id = $1) WHERE staff_id = $2", m.ID, other.ID)
	*now = now.Add(time.Minute)
	err := r.Second(t.Context(), other, codeAt(t, secret, *now), "10.0.0.1")
	require.Error(t, err)
	assert.Nil(t, core.Refusal(err), "whoever writes to the database gives nobody their own authenticator")
}

func TestASecondFactorThatChangesEndsSessionsAndTheLastOneStays(t *testing.T) {
	t.Parallel()
	r, now, _ := roster(t, false)
	m, _, _ := enrolled(t, r, now, "petrova")
	found, err := r.Find(t.Context(), m.ID)
	require.NoError(t, err)
	assert.Equal(t, m.Generation, found.Generation)
	assert.EqualValues(t, 2, m.Generation, "the password, the authenticator")
	_, err = r.RemoveTOTP(t.Context(), m)
	refused(t, err, "factor_last")
	has, err := r.Factors(t.Context(), m)
	require.NoError(t, err)
	assert.True(t, has.TOTP)

	r.Demand, err = staff.ParseDemand("optional")
	require.NoError(t, err)
	after, err := r.RemoveTOTP(t.Context(), m)
	require.NoError(t, err)
	assert.Equal(t, m.Generation+1, after.Generation)
	_, err = r.RemoveTOTP(t.Context(), m)
	refused(t, err, "factor_unknown")
}

func TestAShownSecretIsWorthNothingUntilItsCodeWasSeen(t *testing.T) {
	t.Parallel()
	r, now, _ := roster(t, false)
	m, secret, _ := enrolled(t, r, now, "petrova")
	require.NoError(t, r.ShowTOTP(t.Context(), m))
	shown, err := r.ShownTOTP(t.Context(), m, "Клиника")
	require.NoError(t, err)
	assert.Contains(t, shown.Link, "otpauth://totp/")
	*now = now.Add(time.Minute)
	refused(t, r.Second(t.Context(), m, codeAt(t, shown.Secret, *now), "10.0.0.1"), "code_wrong")
	require.NoError(t, r.Second(t.Context(), m, codeAt(t, secret, *now), "10.0.0.1"), "the old one stays good")
	*now = now.Add(31 * time.Minute)
	_, _, err = r.ConfirmTOTP(t.Context(), m, codeAt(t, shown.Secret, *now), "10.0.0.1")
	refused(t, err, "totp_unshown")
}

func TestTheRoleDecidesWhetherASecondFactorIsDemanded(t *testing.T) {
	t.Parallel()
	doctor, cashier := staff.Member{Roles: []string{"admin", "doctor"}}, staff.Member{Roles: []string{"cashier"}}
	for text, want := range map[string][2]bool{"required": {true, true}, "": {true, true}, "optional": {false, false}, "doctor, head": {true, false}} {
		d, err := staff.ParseDemand(text)
		require.NoError(t, err)
		assert.Equal(t, want, [2]bool{d.Of(doctor), d.Of(cashier)}, text)
		assert.False(t, d.Of(staff.Member{Demo: true, Roles: []string{"doctor"}}))
	}
	_, err := staff.ParseDemand("chief")
	refused(t, err, "role_unknown")
}

// V18: of ten thousand guesses at a code five are looked at, and it does not help to come from elsewhere, nor to guess at many.
func TestV18TenThousandGuessesAtACodeAreFive(t *testing.T) {
	t.Parallel()
	r, now, address := roster(t, false)
	m, secret, _ := enrolled(t, r, now, "petrova")
	*now = now.Add(time.Hour)
	right := codeAt(t, secret, *now)
	var looked, got int
	for i := range 10_000 {
		guess := fmt.Sprintf("%06d", i)
		if guess == right {
			continue // luck is not what is tested
		}
		err := r.Second(t.Context(), m, guess, fmt.Sprintf("10.%d.%d.1", i/250, i%250))
		switch why := core.Refusal(err); {
		case err == nil:
			got++
		case why == nil:
			t.Fatal(err)
		case why.Key == "code_wrong":
			looked++
		}
	}
	assert.Zero(t, got)
	assert.Equal(t, 5, looked)
	assert.LessOrEqual(t, float64(looked)/math.Pow10(6), 5e-6, "the probability that a code was among them")
	refused(t, r.Second(t.Context(), m, right, "10.0.0.1"), "guess_wait")
	var locks int
	read(t, address, "SELECT count(*) FROM audit WHERE action = 'throttle.lock' AND object_id = '"+m.ID.String()+"'", &locks)
	assert.Equal(t, 1, locks, "seen on record")
	*now = now.Add(5 * time.Minute)
	require.NoError(t, r.Second(t.Context(), m, codeAt(t, secret, *now), "10.0.0.1"), "the owner gets in again")
}

func TestV18AnAddressThatGuessesAtManyIsHeldUpToo(t *testing.T) {
	t.Parallel()
	r, now, _ := roster(t, false)
	for i := range 5 {
		m, _, _ := enrolled(t, r, now, fmt.Sprintf("victim%d", i))
		refused(t, r.Second(t.Context(), m, "000000", "10.6.6.6"), "code_wrong")
	}
	m, secret, _ := enrolled(t, r, now, "petrova")
	*now = now.Add(time.Minute)
	refused(t, r.Second(t.Context(), m, codeAt(t, secret, *now), "10.6.6.6"), "guess_wait")
	require.NoError(t, r.Second(t.Context(), m, codeAt(t, secret, *now), "10.0.0.1"))
}

func read(t *testing.T, address storetest.Database, sql string, into any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address.OwnerURL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(into))
}

// asChat asks the database as the program does for a chat.
func asChat(t *testing.T, address storetest.Database, who core.Actor, sql string, into any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address.URL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(context.Background())
	_, err = tx.Exec(t.Context(), "SELECT set_config('zapis.actor_kind', 'patient', true), set_config('zapis.actor_id', $1, true)", who.ID.String())
	require.NoError(t, err)
	require.NoError(t, tx.QueryRow(t.Context(), sql).Scan(into))
}
