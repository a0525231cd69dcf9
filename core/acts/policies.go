package acts

import (
	"context"
	"strconv"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
)

// rulebook does the acts with the policies themselves, by access.Book: it works in transactions of its own, for it reads the staff as Zapis.
type rulebook struct {
	Means
	access.Book
}

func policies(m Means) []Act {
	b := rulebook{m, access.Book{In: m.DB, Clock: m.Clock, IDs: m.IDs}}
	return []Act{
		{core.Policies, core.Read, "", b.read},
		{core.Policies, core.Create, "", b.propose},
		{core.Policies, core.Update, "", b.change},
		{core.Policies, core.Approve, "", b.approve},
	}
}

// read lists the versions.
func (b rulebook) read(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	verdict, err := b.asker(tx, core.Policies, core.Read, in).might()
	if err != nil {
		return Output{}, err
	}
	sets, err := b.Sets(ctx, tx.Actor)
	if err != nil {
		return Output{}, err
	}
	out := Output{View: verdict.View, Rows: []Row{}}
	for _, s := range sets {
		out.Rows = append(out.Rows, Row{
			keyVersion: s.Version, "sha256": s.SHA256, "author": s.Author, "approver": shownID(&s.Approver), keyState: s.State, "shadow": s.Shadow,
			keyAt: shown(s.Created),
		})
	}
	return out, nil
}

// propose puts up "text" (and "matrix"), or an earlier "version" again.
func (b rulebook) propose(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	verdict, err := b.asker(tx, core.Policies, core.Create, in).might()
	if err != nil {
		return Output{}, err
	}
	var version int32
	if in.Fields[keyVersion] != "" {
		of, err := in.version()
		if err != nil {
			return Output{}, err
		}
		version, err = b.Rollback(ctx, tx.Actor, of)
		return One(verdict.View, Row{keyVersion: version}), err
	}
	text, err := in.text("text", 1<<18, false)
	if err != nil {
		return Output{}, err
	}
	version, err = b.Propose(ctx, tx.Actor, text, in.Fields["matrix"])
	return One(verdict.View, Row{keyVersion: version}), err
}

// change has the candidate "version" weighed beside the set in force.
func (b rulebook) change(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	if _, err := b.asker(tx, core.Policies, core.Update, in).might(); err != nil {
		return Output{}, err
	}
	return b.step(ctx, tx, in, b.Shadow)
}

// approve signs the proposed "version"; with "do" activate, puts the signed one in force.
func (b rulebook) approve(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	if in.Fields["do"] == "activate" {
		return b.step(ctx, tx, in, b.Activate)
	}
	return b.step(ctx, tx, in, b.Approve)
}

func (b rulebook) step(ctx context.Context, tx *store.Tx, in Input, how func(context.Context, core.Actor, int32) error) (Output, error) {
	version, err := in.version()
	if err != nil {
		return Output{}, err
	}
	return One(access.Full, Row{keyVersion: version}), how(ctx, tx.Actor, version)
}

func (in Input) version() (int32, error) {
	n, err := strconv.ParseInt(in.Fields[keyVersion], 10, 32)
	if err != nil || n < 0 {
		return 0, wrong(keyVersion)
	}
	return int32(n), nil
}
