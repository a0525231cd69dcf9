package cabinet

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

func newSessions(in store.Opener, clock core.Clock, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Store = sessionStore{in: in, clock: clock}
	m.HashTokenInStore = true
	m.Lifetime = lifetime
	m.Cookie.Name, m.Cookie.Secure, m.Cookie.SameSite = "zapis_cabinet", secure, http.SameSiteLaxMode
	if secure {
		m.Cookie.Name = "__Host-zapis_cabinet"
	}
	return m
}

// sessionStore keeps sessions in the database. It has no store of its own library because every access here says who acts.
type sessionStore struct {
	in    store.Opener
	clock core.Clock
}

var _ scs.CtxStore = sessionStore{}

// FindCtx implements scs.CtxStore.
func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var data []byte
	err := s.in.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		var err error
		data, err = tx.SessionFind(ctx, db.SessionFindParams{Token: token, Now: s.clock()})
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find a session: %w", err)
	}
	return data, true, nil
}

// CommitCtx implements scs.CtxStore.
func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	put := beside(values)
	put.Token, put.Data, put.ExpiresAt = token, data, expires
	err = s.in.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		if err := tx.SessionsSweep(ctx, s.clock()); err != nil {
			return err
		}
		return tx.SessionPut(ctx, put)
	})
	if err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	return nil
}

// beside is what stands beside a session's data, so that its owner can find it and end it.
func beside(values map[string]any) db.SessionPutParams {
	text := func(key string) string { v, _ := values[key].(string); return v }
	moment := func(key string) *time.Time {
		seconds, ok := values[key].(int64)
		if !ok {
			return nil
		}
		at := time.Unix(seconds, 0).UTC()
		return &at
	}
	known := func(key string) *uuid.UUID {
		id, err := uuid.Parse(text(key))
		if err != nil {
			return nil
		}
		return &id
	}
	return db.SessionPutParams{
		ID: known(keySession), StaffID: known(keyStaff), About: text(keyAbout), BegunAt: moment(keyBegun), SeenAt: moment(keySeen),
	}
}

// DeleteCtx implements scs.CtxStore.
func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	err := s.in.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		return tx.SessionEnd(ctx, db.SessionEndParams{Token: token, Now: s.clock()})
	})
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// Find implements scs.Store; the manager calls FindCtx.
func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements scs.Store; the manager calls CommitCtx.
func (s sessionStore) Commit(token string, data []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expires)
}

// Delete implements scs.Store; the manager calls DeleteCtx.
func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
