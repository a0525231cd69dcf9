package knowledge

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Changes is what a load does, as "slug.lang".
type Changes struct {
	Added, Changed, Gone []string
	Same                 int
	Dropped              bool // what is gone was removed
}

// Load is one load of a clinic's articles.
type Load struct {
	Articles []Article
	Prune    bool // articles that are no more in Articles are removed; else they stay
	Dry      bool // nothing is written
}

// Shelf keeps the articles.
type Shelf struct {
	In    store.Opener
	Clock core.Clock
	IDs   core.IDs
}

// Load makes the clinic's articles those of l and says what changed. All of it happens or nothing.
func (s Shelf) Load(ctx context.Context, actor core.Actor, l Load) (Changes, error) {
	var c Changes
	err := s.In.InTx(ctx, actor, func(tx *store.Tx) error {
		stands, err := tx.ArticleVersions(ctx)
		if err != nil {
			return err
		}
		c = compare(stands, l.Articles)
		if l.Dry {
			return nil
		}
		for _, a := range l.Articles {
			if err := s.put(ctx, tx, a); err != nil {
				return err
			}
		}
		if l.Prune {
			if err := drop(ctx, tx, c.Gone); err != nil {
				return err
			}
			c.Dropped = true
		}
		if _, err := Index(ctx, tx.Queries); err != nil {
			return err
		}
		if err := tx.ClinicTouch(ctx); err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{
			ID: s.IDs(), At: s.Clock(), Action: "article.load", Object: "article", Count: int32(len(c.Added) + len(c.Changed)), //nolint:gosec // few
		})
	})
	if err != nil {
		return c, fmt.Errorf("load articles: %w", err)
	}
	return c, nil
}

func compare(stands []db.ArticleVersionsRow, articles []Article) Changes {
	var c Changes
	old, fresh := map[string]string{}, map[string]bool{}
	for _, r := range stands {
		old[r.Slug+"."+r.Lang] = r.Hash
	}
	for _, a := range articles {
		key := a.Slug + "." + a.Lang
		fresh[key] = true
		switch hash, known := old[key]; {
		case !known:
			c.Added = append(c.Added, key)
		case hash != a.Hash():
			c.Changed = append(c.Changed, key)
		default:
			c.Same++
		}
	}
	for _, r := range stands {
		if key := r.Slug + "." + r.Lang; !fresh[key] {
			c.Gone = append(c.Gone, key)
		}
	}
	return c
}

func (s Shelf) put(ctx context.Context, tx *store.Tx, a Article) error {
	_, err := tx.ArticlePut(ctx, db.ArticlePutParams{
		ID: ArticleID(a.Slug, a.Lang), Slug: a.Slug, Lang: a.Lang, Title: a.Title, Body: a.Body, Url: a.URL, Audience: a.Audience, Book: a.Book,
		Asked: a.Asked, Hash: a.Hash(), UpdatedAt: s.Clock(),
	})
	return err
}

// ArticleID follows from what an article is called.
func ArticleID(slug, lang string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("zapis article "+slug+"."+lang))
}

func drop(ctx context.Context, tx *store.Tx, gone []string) error {
	for _, key := range gone {
		slug, lang, _ := strings.Cut(key, ".")
		if err := tx.ArticleDrop(ctx, db.ArticleDropParams{Slug: slug, Lang: lang}); err != nil {
			return err
		}
	}
	return nil
}
