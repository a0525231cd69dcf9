// Package throttle decides how often somebody may guess: a password, a code, the last digits of a phone. What it knows stands in the
// database, so that it holds for all replicas and outlives each of them.
package throttle

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Limit is how many guesses are free, and the pause after each further one: the first, then twice as long, up to the longest. Whoever
// leaves it alone for the time of Forget begins anew; Forget is no shorter than Longest.
type Limit struct {
	Free    int
	Pause   time.Duration
	Longest time.Duration
	Forget  time.Duration
}

// Key is whose guesses are counted together. What names the lock (sign_in.account), Who its owner or the guesser (a login, an address).
// Subject is what the record calls them, where they are known.
type Key struct {
	What    string
	Who     string
	Subject uuid.UUID
	Limit   Limit
}

func (k Key) hash() []byte {
	sum := sha256.Sum256([]byte(k.What + "\x00" + k.Who))
	return sum[:]
}

// after is how long nobody may guess once so many were wrong.
func (l Limit) after(fails int) time.Duration {
	if fails < l.Free {
		return 0
	}
	return time.Duration(min(float64(l.Pause)*math.Pow(2, float64(min(fails-l.Free, 30))), float64(l.Longest)))
}

// Door counts guesses. IDs are of the record's rows.
type Door struct {
	In    store.Opener
	Clock core.Clock
	IDs   core.IDs
}

// kept is how long a row may be of use: no Forget is longer.
const kept = 48 * time.Hour

// Try counts a guess under each of the keys, before anybody looks whether it is right: a hundred at once are a hundred. Too early for
// one of the keys, it is refused (guess_wait, with Until and Wait) and counts for none.
func (d Door) Try(ctx context.Context, keys ...Key) error {
	err := d.In.InTx(ctx, core.Sys("throttle"), func(tx *store.Tx) error {
		for _, k := range inOrder(keys) {
			if err := d.try(ctx, tx, k); err != nil {
				return err
			}
		}
		return tx.ThrottleSweep(ctx, d.Clock().Add(-kept))
	})
	if err != nil {
		return fmt.Errorf("count a guess: %w", err)
	}
	return nil
}

// inOrder is the order in which rows are locked, the same for everybody.
func inOrder(keys []Key) []Key {
	return slices.SortedFunc(slices.Values(keys), func(a, b Key) int { return slices.Compare(a.hash(), b.hash()) })
}

func (d Door) try(ctx context.Context, tx *store.Tx, k Key) error {
	now, l := d.Clock(), k.Limit
	fails, err := tx.ThrottleTry(ctx, db.ThrottleTryParams{
		Key: k.hash(), Now: now, Forget: l.Forget.Seconds(), Free: int32(l.Free), Pause: l.Pause.Seconds(), Longest: l.Longest.Seconds(), //nolint:gosec // a few
	})
	switch {
	case err != nil:
		return err
	case fails == 0:
		return d.early(ctx, tx, k)
	case int(fails) < l.Free:
		return nil
	}
	// Locked from now on, should this guess be wrong too.
	return audit.Add(ctx, tx, audit.Entry{ID: d.IDs(), At: now, Action: "throttle.lock", Object: "throttle", Subject: k.Subject, Fields: []string{k.What}})
}

func (d Door) early(ctx context.Context, tx *store.Tx, k Key) error {
	row, err := tx.Throttled(ctx, k.hash())
	if err != nil {
		return err
	}
	until := row.At.Add(k.Limit.after(int(row.Fails)))
	return core.Refuse(core.TooMany, "guess_wait", "Until", until, "Wait", max(until.Sub(d.Clock()), time.Second))
}

// Right says that a guess that was counted was right: what counted against own is forgotten, under the others it alone is taken back.
// Whoever signs in to an account of theirs has not made up for guessing at others' from the same address.
func (d Door) Right(ctx context.Context, own Key, others ...Key) error {
	err := d.In.InTx(ctx, core.Sys("throttle"), func(tx *store.Tx) error {
		for _, k := range inOrder(append([]Key{own}, others...)) {
			if k.What == own.What && k.Who == own.Who {
				if err := tx.ThrottleClear(ctx, k.hash()); err != nil {
					return err
				}
				continue
			}
			if err := tx.ThrottleBack(ctx, k.hash()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget guesses: %w", err)
	}
	return nil
}
