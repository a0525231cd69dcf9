package settings

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/knowledge"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Article is one of the clinic's texts in one language. What is not Active is withdrawn: it answers nobody and keeps its text.
type Article struct {
	Slug     string `json:"slug"`
	Lang     string `json:"lang"`
	Title    string `json:"title"`
	Asked    string `json:"asked"` // how patients ask for it, parted by semicolons
	Body     string `json:"body"`
	URL      string `json:"url"`
	Book     string `json:"book"` // the speciality that its button books
	Audience string `json:"audience"`
	Active   bool   `json:"published"`
}

func (a *Article) item() string { return "" }

func (a *Article) text() knowledge.Article {
	return knowledge.Article{Slug: a.Slug, Lang: a.Lang, Title: a.Title, Body: a.Body, URL: a.URL, Audience: a.Audience, Book: a.Book, Asked: a.Asked}
}

func (a *Article) check(c *clinic.Catalog, subject uuid.UUID) error {
	if field := a.text().Wrong(); field != "" {
		return wrong(field)
	}
	_, known := c.Specialty(a.Book)
	switch {
	case subject != knowledge.ArticleID(a.Slug, a.Lang):
		return wrong("slug")
	case a.Book != "" && !known:
		return core.Refuse(core.Invalid, "setting_specialty", "Field", "book")
	}
	return nil
}

func (a *Article) standing(ctx context.Context, tx *store.Tx, _ uuid.UUID) (any, error) {
	r, err := tx.ArticleNow(ctx, db.ArticleNowParams{Slug: a.Slug, Lang: a.Lang})
	if err != nil {
		return nil, err
	}
	return &Article{
		Slug: r.Slug, Lang: r.Lang, Title: r.Title, Asked: r.Asked, Body: r.Body, URL: r.Url, Book: r.Book, Audience: r.Audience, Active: r.Active,
	}, nil
}

// publish writes the article and cuts it anew, so that the next question is answered by what it says now.
func (a *Article) publish(ctx context.Context, tx *store.Tx, now time.Time) error {
	x := a.text()
	x.Title = strings.TrimSpace(x.Title)
	_, err := tx.ArticlePut(ctx, db.ArticlePutParams{
		ID: knowledge.ArticleID(x.Slug, x.Lang), Slug: x.Slug, Lang: x.Lang, Title: x.Title, Body: x.Body, Url: x.URL, Audience: x.Audience, Book: x.Book,
		Asked: x.Asked, Hash: x.Hash(), UpdatedAt: now,
	})
	if err != nil {
		return err
	}
	if err := tx.ArticleShow(ctx, db.ArticleShowParams{Slug: x.Slug, Lang: x.Lang, Active: a.Active}); err != nil {
		return err
	}
	_, err = knowledge.Index(ctx, tx.Queries)
	return err
}

// put is for what has no clock.
func (a *Article) put(context.Context, *store.Tx, uuid.UUID) error {
	return core.Refuse(core.Invalid, "settings_empty")
}

// Text is an article of the list.
type Text struct {
	Slug, Lang, Title, Audience string
	Active                      bool
	At                          time.Time
}

// Articles lists all articles, those that are withdrawn too.
func (d Desk) Articles(ctx context.Context, who core.Actor) ([]Text, error) {
	if !Sees(who, kindSchedule) {
		return nil, core.Refuse(core.Denied, "settings_not_yours")
	}
	var out []Text
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		out = nil
		list, err := tx.ArticlesAll(ctx)
		for _, r := range list {
			out = append(out, Text{r.Slug, r.Lang, r.Title, r.Audience, r.Active, r.UpdatedAt})
		}
		return err
	})
	return out, err
}

// Try asks the articles as a patient would.
func (d Desk) Try(ctx context.Context, who core.Actor, finder *knowledge.Finder, q knowledge.Question) (knowledge.Found, error) {
	if !Sees(who, kindSchedule) {
		return knowledge.Found{}, core.Refuse(core.Denied, "settings_not_yours")
	}
	var out knowledge.Found
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		var err error
		out, err = finder.Find(ctx, tx, q)
		return err
	})
	return out, err
}
