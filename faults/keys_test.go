package faults_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// rotation is a clinic whose keys change while it works: the real program, other replicas, and who reads and writes through them.
type rotation struct {
	*live
	db       *store.DB
	replicas []*vault.Keeper
	people   []uuid.UUID
	reads    atomic.Int64
	wrong    chan error
}

// crowd puts sealed contacts there, one a patient.
func (r *rotation) crowd(n int) {
	r.t.Helper()
	v := vaulttest.Vault(r.t)
	conn, err := pgx.Connect(r.t.Context(), r.url.OwnerURL)
	require.NoError(r.t, err)
	defer conn.Close(context.Background())
	for len(r.people) < n {
		var ids, contacts []uuid.UUID
		var sealed, index [][]byte
		for range min(5000, n-len(r.people)) {
			id, contact, phone := uuid.New(), uuid.New(), fmt.Sprintf("+7902%07d", len(r.people))
			value, err := v.Seal(patient.ContactPlace(contact), []byte(phone))
			require.NoError(r.t, err)
			ids, contacts = append(ids, id), append(contacts, contact)
			sealed, index = append(sealed, value), append(index, v.Index(vault.Phone, phone))
			r.people = append(r.people, id)
		}
		_, err := conn.Exec(r.t.Context(), "INSERT INTO patient (id, given, created_at) SELECT p, 'Анна', now() FROM unnest($1::uuid[]) p", ids)
		require.NoError(r.t, err)
		_, err = conn.Exec(r.t.Context(), `INSERT INTO patient_contact (id, patient_id, kind, value_sealed, value_index, created_at)
SELECT c, p, 'phone', s, i, now() FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[]) x (c, p, s, i)`, contacts, ids, sealed, index)
		require.NoError(r.t, err)
	}
}

// replica is one more program on the same key file, as far as keys go.
func (r *rotation) replica(ctx context.Context, all *sync.WaitGroup) {
	r.t.Helper()
	k := &vault.Keeper{
		In: r.db, Provider: vault.File{Path: r.keys, Secrets: vault.Secrets{"winter", "spring"}}, Vault: &vault.Vault{}, Columns: vault.Columns(),
		Clock: time.Now, IDs: core.NewIDs(nil), Replica: uuid.New(),
	}
	require.NoError(r.t, k.Open(ctx))
	r.replicas = append(r.replicas, k)
	all.Go(func() { k.Follow(ctx, 300*time.Millisecond, slog.New(slog.DiscardHandler)) })
}

// work writes through one replica and reads through another, until ctx ends.
func (r *rotation) work(ctx context.Context, number int) {
	cards := func(n int) patient.Cards {
		return patient.Cards{In: r.db, Vault: r.replicas[n%len(r.replicas)].Vault, Clock: time.Now, IDs: core.NewIDs(nil)}
	}
	for i := number; ctx.Err() == nil; i += 4 {
		who := r.people[i%len(r.people)]
		phone := fmt.Sprintf("+7901%07d", i)
		if err := r.once(context.WithoutCancel(ctx), who, phone, cards(i), cards(i+1)); err != nil {
			r.wrong <- err
			return
		}
		r.reads.Add(1)
	}
}

// once gives somebody a phone and sees that another replica reads it, and finds who has it.
func (r *rotation) once(ctx context.Context, who uuid.UUID, phone string, here, there patient.Cards) error {
	me := core.Sys("test")
	if err := here.SetPhone(ctx, me, who, phone, true); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	known, err := there.Contacts(ctx, me, who)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if !slices.ContainsFunc(known, func(c patient.Contact) bool { return c.Value == phone }) {
		return errors.New("read: what was written just now is not there")
	}
	n := 0
	err = r.db.InTx(ctx, me, func(tx *store.Tx) error {
		return tx.QueryRow(ctx, "SELECT count(*) FROM patient_contact WHERE value_index = ANY ($1)", there.Vault.Indexes(vault.Phone, phone)).Scan(&n)
	})
	if err == nil && n != 1 {
		err = fmt.Errorf("%d people are found by the phone", n)
	}
	return err
}

// zapis runs a subcommand of `zapis keys` with these secrets.
func (r *rotation) zapis(ctx context.Context, secrets []string, args ...string) (string, error) {
	program := built(r.t) //nolint:contextcheck // it was built for every test when the first began
	cmd := exec.CommandContext(ctx, program, append([]string{"keys"}, args...)...)
	cmd.Dir = r.t.TempDir()
	cmd.Env = append([]string{"ZAPIS_DATABASE_URL=" + r.url.URL, "ZAPIS_KEYS=" + r.keys}, secrets...)
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// insist repeats a step that is refused until every replica has reported.
func (r *rotation) insist(ctx context.Context, args ...string) {
	r.t.Helper()
	for {
		out, err := r.zapis(ctx, both(), args...)
		if err == nil {
			return
		}
		require.Contains(r.t, out, "programs that run", "%v", args)
		require.NoError(r.t, ctx.Err(), out)
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func both() []string { return []string{"ZAPIS_KEYS_SECRET=winter", "ZAPIS_KEYS_SECRET_NEXT=spring"} }

// deathbed is the crash point in the middle of the walk over contacts.
func deathbed() string {
	before := 0
	for _, c := range vault.Columns() {
		if c.Table < "patient_contact" {
			before++
		}
	}
	return fmt.Sprintf("sweep_keys:%d", before+3)
}

// R35: both keys and the secret around them change while people read and write; the worker that seals everything anew is killed in the
// middle. Nobody ever meets a value that does not open or is not found.
func TestR35KeysChangeWhileTheClinicWorks(t *testing.T) {
	t.Parallel()
	r := &rotation{live: newLive(t), wrong: make(chan error, 16)}
	r.env = both()
	var err error
	r.db, err = store.Open(t.Context(), r.url.URL, 8)
	require.NoError(t, err)
	t.Cleanup(r.db.Close)
	r.crowd(sealedRows)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()

	r.start(deathbed())
	working, stop := context.WithCancel(ctx)
	defer stop()
	var all, follow sync.WaitGroup
	for range 3 {
		r.replica(working, &follow)
	}
	for i := range 4 {
		all.Go(func() { r.work(working, i) })
	}
	began := time.Now()

	_, err = r.zapis(ctx, both(), "wrap")
	require.NoError(t, err)
	old, err := r.replicas[0].Standing(ctx)
	require.NoError(t, err)
	data, err := r.zapis(ctx, both(), "add")
	require.NoError(t, err, data)
	index, err := r.zapis(ctx, both(), "add", "--index")
	require.NoError(t, err, index)
	r.insist(ctx, "promote", data)
	r.insist(ctx, "promote", index)
	r.insist(ctx, "reencrypt")
	require.NoError(t, r.until(ctx, 0, "SELECT count(*) FROM vault_walk WHERE done_at IS NULL"))
	sealed := time.Since(began)
	for _, k := range old.Keys {
		r.insist(ctx, "retire", strconv.FormatUint(uint64(k.ID), 10))
	}
	out, err := r.zapis(ctx, []string{"ZAPIS_KEYS_SECRET=spring"}, "wrap")
	require.NoError(t, err, out)
	out, err = r.zapis(ctx, []string{"ZAPIS_KEYS_SECRET=winter"}, "list")
	require.Error(t, err)
	require.Contains(t, out, "is not the secret")

	stop()
	all.Wait()
	follow.Wait()
	close(r.wrong)
	for err := range r.wrong {
		t.Error(err)
	}
	kills, _ := r.killed()
	require.Equal(t, 1, kills, "the worker was killed in its middle")
	broken, err := value[int](r.live, "SELECT sum(broken)::integer FROM vault_walk")
	require.NoError(t, err)
	require.Zero(t, broken)
	r.everythingOpens(ctx)
	require.NoError(t, r.check(ctx))
	t.Logf("R35: %d rows sealed anew %s after the beginning with a kill between, %d writes and reads meanwhile, %s in all",
		sealedRows, sealed.Round(time.Millisecond), r.reads.Load(), time.Since(began).Round(time.Millisecond))
}

// everythingOpens opens every contact under the keys that are left, and finds it.
func (r *rotation) everythingOpens(ctx context.Context) {
	r.t.Helper()
	keys, err := vault.File{Path: r.keys, Secrets: vault.Secrets{"spring"}}.Load(ctx)
	require.NoError(r.t, err)
	v, err := vault.New(keys)
	require.NoError(r.t, err)
	conn, err := pgx.Connect(ctx, r.url.OwnerURL)
	require.NoError(r.t, err)
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, "SELECT id, value_sealed, value_index FROM patient_contact")
	require.NoError(r.t, err)
	var id uuid.UUID
	var sealed, index []byte
	n := 0
	_, err = pgx.ForEachRow(rows, []any{&id, &sealed, &index}, func() error {
		n++
		phone, err := v.Open(patient.ContactPlace(id), sealed)
		if err == nil && !slices.Equal(index, v.Index(vault.Phone, string(phone))) {
			err = errors.New("a blind index was left behind")
		}
		return err
	})
	require.NoError(r.t, err)
	require.GreaterOrEqual(r.t, n, sealedRows)
}
