package acts

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/campaign"
	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// press does the acts with advertising.
type press struct {
	Means
	campaign.Press
}

// medical is the kind of a campaign whose text makes medical claims, of a document, and of the record.
const medical = "medical"

func campaigns(m Means) []Act {
	p := press{m, campaign.Press{Clock: m.Clock, IDs: m.IDs}}
	return []Act{
		{core.Campaigns, core.Read, "", p.read},
		{core.Campaigns, core.Create, "", p.create},
		{core.Campaigns, core.Update, "", p.update},
		{core.Campaigns, core.Approve, "", p.approve},
		m.counts(core.Campaigns, core.Aggregate),
	}
}

// read shows the campaign ID, or the newest: what is said and how many get it, never who.
func (p press) read(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := p.asker(tx, core.Campaigns, core.Read, in)
	best, err := a.might()
	if err != nil {
		return Output{}, err
	}
	list, err := tx.Campaigns(ctx)
	if err != nil {
		return Output{}, err
	}
	out := Output{View: best.View, Rows: []Row{}}
	for _, c := range list {
		if in.ID != uuid.Nil && c.ID != in.ID {
			continue
		}
		if v, ok := a.allows(p.facts(a, c)); ok {
			out.Rows = append(out.Rows, p.row(c, v.View))
		}
	}
	if in.ID != uuid.Nil && len(out.Rows) == 0 {
		return Output{}, core.Refuse(core.NotFound, "not_found")
	}
	return out, nil
}

func (p press) row(c db.Campaign, view string) Row {
	row := Row{keyID: c.ID, "name": c.Name, "text": c.Text, keyState: c.State}
	if view == access.Full {
		row["claims"], row["segment"], row["author"], row["approver"] = c.Claims, json.RawMessage(c.Segment), c.Author, shownID(c.Approver)
		row["recipients"], row["sent"], row["failed"] = c.Recipients, c.Sent, c.Failed
		row["opted_out"], row["booked"], row[keyAt] = c.OptedOut, c.Booked, shown(c.CreatedAt)
	}
	return row
}

func (p press) facts(a *asker, c db.Campaign) core.Facts {
	f := a.base("")
	if c.Claims {
		f.Kind = medical
	}
	f.Author = a.self(c.Author)
	f.Second = !f.Author
	return f
}

// create writes a draft: "name", "text", "claims" (true), "branch", "specialty", "quiet_days".
func (p press) create(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	verdict, err := p.asker(tx, core.Campaigns, core.Create, in).might()
	if err != nil {
		return Output{}, err
	}
	d, err := draft(in)
	if err != nil {
		return Output{}, err
	}
	id, err := p.Write(ctx, tx, d)
	return One(verdict.View, Row{keyID: id, keyState: "draft"}), err
}

func draft(in Input) (campaign.Draft, error) {
	d := campaign.Draft{Claims: in.Fields["claims"] == "true"}
	var err error
	if d.Name, err = in.text("name", 100, false); err != nil {
		return d, err
	}
	if d.Text, err = in.text("text", 1000, false); err != nil {
		return d, err
	}
	if d.Segment.Specialty, err = in.text("specialty", 40, true); err != nil {
		return d, err
	}
	if in.Fields[keyBranch] != "" {
		branch, err := in.id(keyBranch)
		if err != nil {
			return d, err
		}
		d.Segment.Branch = &branch
	}
	if in.Fields["quiet_days"] != "" {
		n, err := in.number("quiet_days", 1, 3650)
		if err != nil {
			return d, err
		}
		d.Segment.QuietDays = int32(n) //nolint:gosec // ten years at most
	}
	return d, nil
}

// update edits the draft ID, or with "do" starts or stops the campaign. A patient says in or out: "do" is in or out, of advertising at all.
func (p press) update(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := p.asker(tx, core.Campaigns, core.Update, in)
	if tx.Actor.Kind == core.Patient {
		return p.opt(ctx, a)
	}
	if in.ID == uuid.Nil {
		if _, err := a.might(); err != nil {
			return Output{}, err
		}
		return Output{}, wrong(keyID)
	}
	c, err := tx.Campaign(ctx, in.ID)
	if err != nil {
		return Output{}, store.NoRows(err, "not_found")
	}
	verdict, err := a.object(p.facts(a, c))
	if err != nil {
		return Output{}, err
	}
	switch in.Fields["do"] {
	case "start": // sending
		err = p.Start(ctx, tx, c.ID)
	case "stop":
		err = p.Stop(ctx, tx, c.ID)
	case "":
		var d campaign.Draft
		if d, err = draft(in); err == nil {
			err = p.Edit(ctx, tx, c.ID, d)
		}
	default:
		err = wrong("do")
	}
	return One(verdict.View, Row{keyID: c.ID}), err
}

// opt is the chat's own yes or no to advertising.
func (p press) opt(ctx context.Context, a *asker) (Output, error) {
	f := a.base("")
	if a.in.Patient != uuid.Nil {
		var err error
		if f, err = a.of(ctx, a.in.Patient); err != nil {
			return Output{}, err
		}
	}
	f.Own = f.Own || a.in.Patient == uuid.Nil // the chat itself
	verdict, err := a.object(f)
	if err != nil {
		return Output{}, err
	}
	do, err := a.in.word("do", "in", "out")
	if err != nil {
		return Output{}, err
	}
	lang := "ru"
	if a.in.Fields["lang"] == "en" {
		lang = "en"
	}
	said := consent.Register{In: a.tx, Clock: p.Means.Clock, IDs: p.Means.IDs}
	if do == "out" {
		err = said.Withdraw(ctx, a.tx.Actor, consent.Advertising, "")
	} else {
		var text consent.Text
		if text, err = said.Newest(ctx, a.tx.Actor, consent.Advertising, lang); err == nil {
			err = said.Give(ctx, a.tx.Actor, text.ID, "")
		}
	}
	return One(verdict.View, Row{"advertising": do == "in"}), err
}

// approve signs the campaign ID that somebody else wrote.
func (p press) approve(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := p.asker(tx, core.Campaigns, core.Approve, in)
	c, err := tx.Campaign(ctx, in.ID)
	if err != nil {
		return Output{}, store.NoRows(err, "not_found")
	}
	verdict, err := a.object(p.facts(a, c))
	if err != nil {
		return Output{}, err
	}
	return One(verdict.View, Row{keyID: c.ID, keyState: "approved"}), p.Approve(ctx, tx, c)
}
