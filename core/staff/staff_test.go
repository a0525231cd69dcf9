package staff_test

import (
	"context"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

const password = "верный конь, батарейка"

// roster is a clinic of the test's own and a clock that can be moved.
func roster(t *testing.T, demo bool) (*staff.Roster, *time.Time, storetest.Database) {
	t.Helper()
	db, address := storetest.Open(t, storetest.Seed{}, 8)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	return staff.NewRoster(staff.Config{
		In: db, Clock: clock, IDs: core.NewIDs(nil), Random: rand.Reader, Vault: vaulttest.Vault(t), Demo: demo,
	}), &now, address
}

func refused(t *testing.T, err error, key string) {
	t.Helper()
	require.NotNil(t, core.Refusal(err), "%v", err)
	assert.Equal(t, key, core.Refusal(err).Key)
}

func exec(t *testing.T, address storetest.Database, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address.OwnerURL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), sql, args...)
	require.NoError(t, err)
}

func add(t *testing.T, r *staff.Roster, login string) string {
	t.Helper()
	token, err := r.Add(t.Context(), core.Sys("cli"), staff.Newcomer{Login: login, Role: "admin"})
	require.NoError(t, err)
	return token
}

func TestANewcomerSetsAPasswordByALinkAndSignsIn(t *testing.T) {
	t.Parallel()
	r, _, _ := roster(t, false)
	token := add(t, r, "petrova")
	assert.Len(t, token, 22, "128 bits")

	invited, err := r.Invited(t.Context(), token)
	require.NoError(t, err)
	assert.Equal(t, "petrova", invited.Login)
	set, err := r.SetPassword(t.Context(), token, password)
	require.NoError(t, err)
	in, err := r.SignIn(t.Context(), "petrova", password, "10.0.0.1")
	require.NoError(t, err)
	assert.Equal(t, set, in)
	found, err := r.Find(t.Context(), in.ID)
	require.NoError(t, err)
	assert.Equal(t, in, found)
	assert.Equal(t, core.Staff, in.Actor("cabinet").Kind)
}

func TestALinkWorksOnceADayLongAndUntilTheNext(t *testing.T) {
	t.Parallel()
	r, now, _ := roster(t, false)
	used := add(t, r, "one")
	_, err := r.SetPassword(t.Context(), used, password)
	require.NoError(t, err)
	_, err = r.SetPassword(t.Context(), used, password)
	refused(t, err, "invite_unknown")

	older := add(t, r, "two")
	newer, err := r.Invite(t.Context(), core.Sys("cli"), "two")
	require.NoError(t, err)
	_, err = r.Invited(t.Context(), older)
	refused(t, err, "invite_unknown")
	_, err = r.Invited(t.Context(), newer)
	require.NoError(t, err)

	*now = now.Add(24*time.Hour + time.Second)
	_, err = r.SetPassword(t.Context(), newer, password)
	refused(t, err, "invite_unknown")
	_, err = r.SetPassword(t.Context(), "nothing of the kind", password)
	refused(t, err, "invite_unknown")
}

func TestTwoWhoUseALinkAtOnceAreOne(t *testing.T) {
	t.Parallel()
	r, _, _ := roster(t, false)
	token := add(t, r, "petrova")
	errs := make([]error, 4)
	var wait sync.WaitGroup
	for i := range errs {
		wait.Go(func() { _, errs[i] = r.SetPassword(t.Context(), token, password) })
	}
	wait.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
			continue
		}
		refused(t, err, "invite_unknown")
	}
	assert.Equal(t, 1, done)
}

func TestANewPasswordVoidsOlderSessions(t *testing.T) {
	t.Parallel()
	r, _, _ := roster(t, false)
	before, err := r.SetPassword(t.Context(), add(t, r, "petrova"), password)
	require.NoError(t, err)
	token, err := r.Invite(t.Context(), core.Sys("cli"), "petrova")
	require.NoError(t, err)
	_, err = r.SetPassword(t.Context(), token, password+"!")
	require.NoError(t, err)
	after, err := r.Find(t.Context(), before.ID)
	require.NoError(t, err)
	assert.Greater(t, after.Generation, before.Generation)
	_, err = r.SignIn(t.Context(), "petrova", password, "10.0.0.1")
	refused(t, err, "sign_in_wrong")
}

func TestWhatIsWrongAtSignInIsNotToldApart(t *testing.T) {
	t.Parallel()
	r, _, _ := roster(t, false)
	add(t, r, "fresh") // has no password yet
	_, err := r.SetPassword(t.Context(), add(t, r, "petrova"), password)
	require.NoError(t, err)
	for _, c := range [][2]string{{"petrova", "wrong"}, {"petrova", ""}, {"nobody", password}, {"fresh", ""}, {"fresh", password}, {"", ""}} {
		_, err := r.SignIn(t.Context(), c[0], c[1], "10.0.0.1")
		refused(t, err, "sign_in_wrong")
	}
}

func TestDemoLoginsAreNobodyWithoutTheDemo(t *testing.T) {
	t.Parallel()
	for _, demo := range []bool{true, false} {
		r, _, address := roster(t, demo)
		m, err := r.SetPassword(t.Context(), add(t, r, "admin"), password)
		require.NoError(t, err)
		exec(t, address, "UPDATE staff SET demo = true")
		_, signIn := r.SignIn(t.Context(), "admin", password, "10.0.0.1")
		_, find := r.Find(t.Context(), m.ID)
		if demo {
			require.NoError(t, signIn)
			require.NoError(t, find)
			continue
		}
		refused(t, signIn, "sign_in_wrong")
		refused(t, find, "staff_unknown")
	}
}

func TestWhoLeftIsNobody(t *testing.T) {
	t.Parallel()
	r, _, address := roster(t, false)
	m, err := r.SetPassword(t.Context(), add(t, r, "petrova"), password)
	require.NoError(t, err)
	exec(t, address, "UPDATE staff SET active = false")
	_, err = r.SignIn(t.Context(), "petrova", password, "10.0.0.1")
	refused(t, err, "sign_in_wrong")
	_, err = r.Find(t.Context(), m.ID)
	refused(t, err, "staff_unknown")
}

func TestBadNewcomersAreRefused(t *testing.T) {
	t.Parallel()
	r, _, _ := roster(t, false)
	add(t, r, "taken")
	for key, n := range map[string]staff.Newcomer{
		"login_invalid":  {Login: "With Space", Role: "admin"},
		"role_unknown":   {Login: "boss", Role: "boss"},
		"login_taken":    {Login: "taken", Role: "admin"},
		"doctor_unknown": {Login: "doctor", Role: "doctor", Doctor: uuid.New()},
	} {
		_, err := r.Add(t.Context(), core.Sys("cli"), n)
		refused(t, err, key)
	}
	token := add(t, r, "long-login-name")
	for key, p := range map[string]string{"password_short": "короткий", "password_is_login": "LONG-login-name", "password_long": string(make([]byte, 201))} {
		_, err := r.SetPassword(t.Context(), token, p)
		refused(t, err, key)
	}
}

func TestSignInsAreOnRecord(t *testing.T) {
	t.Parallel()
	r, _, address := roster(t, false)
	_, err := r.SetPassword(t.Context(), add(t, r, "petrova"), password)
	require.NoError(t, err)
	_, err = r.SignIn(t.Context(), "petrova", "wrong", "10.0.0.1")
	require.Error(t, err)
	_, err = r.SignIn(t.Context(), "petrova", password, "10.0.0.1")
	require.NoError(t, err)
	conn, err := pgx.Connect(t.Context(), address.OwnerURL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	var acts string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT string_agg(action, ' ' ORDER BY id) FROM audit WHERE object_type = 'staff'").Scan(&acts))
	assert.Equal(t, "staff.add staff.password staff.sign_in_refused staff.sign_in", acts)
}

func TestSecurityAndMedicineGoToOnePersonOnlyInAClinicOfOneRoom(t *testing.T) {
	t.Parallel()
	r, _, address := roster(t, false)
	both := staff.Newcomer{Login: "solo", Role: "doctor", Roles: []string{"security", "doctor"}}
	_, err := r.Add(t.Context(), core.Sys("cli"), both)
	refused(t, err, "roles_combined")
	both.OneRoom = true
	_, err = r.Add(t.Context(), core.Sys("cli"), both)
	refused(t, err, "doctor_unlinked")
	both.Doctor = uuid.New()
	exec(t, address, "INSERT INTO practitioner (id, surname, given) VALUES ($1, 'Иванова', 'А')", both.Doctor)
	token, err := r.Add(t.Context(), core.Sys("cli"), both)
	require.NoError(t, err)
	m, err := r.Invited(t.Context(), token)
	require.NoError(t, err)
	assert.Equal(t, []string{"doctor", "security"}, m.Roles)
	assert.Equal(t, "doctor", m.Actor("cabinet").Role, "one of them, never both")
	var fields string
	read(t, address, "SELECT fields::text FROM audit WHERE action = 'staff.add'", &fields)
	assert.Equal(t, "{login,role,one_room}", fields, "the exception is on record")
	_, err = m.As("head")
	refused(t, err, "role_not_yours")
}

func TestNobodyGivesRolesToThemselves(t *testing.T) {
	t.Parallel()
	r, _, _ := roster(t, false)
	m, err := r.SetPassword(t.Context(), add(t, r, "guard"), password)
	require.NoError(t, err)
	self := m.Actor("cabinet")
	refused(t, r.SetRoles(t.Context(), self, "guard", staff.NewRoles{Usual: "director"}), "self_grant")
	refused(t, r.ForgetFactors(t.Context(), self, "guard"), "self_grant")
	add(t, r, "other")
	require.NoError(t, r.SetRoles(t.Context(), self, "other", staff.NewRoles{Usual: "director", Others: []string{"cashier"}}))
	refused(t, r.SetRoles(t.Context(), self, "other", staff.NewRoles{Usual: "director", Others: []string{"doctor"}}), "doctor_unlinked")
	refused(t, r.SetRoles(t.Context(), self, "nobody", staff.NewRoles{Usual: "director"}), "staff_unknown")
}

func TestForgottenFactorsAreSetUpAnew(t *testing.T) {
	t.Parallel()
	r, now, _ := roster(t, false)
	m, secret, codes := enrolled(t, r, now, "petrova")
	require.NoError(t, r.ForgetFactors(t.Context(), core.Sys("cli"), "petrova"))
	has, err := r.Factors(t.Context(), m)
	require.NoError(t, err)
	assert.Equal(t, staff.Factors{}, has)
	*now = now.Add(time.Minute)
	refused(t, r.Second(t.Context(), m, codeAt(t, secret, *now), "10.0.0.1"), "code_wrong")
	refused(t, r.Second(t.Context(), m, codes[0], "10.0.0.1"), "code_wrong")
	found, err := r.Find(t.Context(), m.ID)
	require.NoError(t, err)
	assert.Greater(t, found.Generation, m.Generation)
}
