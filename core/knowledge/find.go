package knowledge

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Question is what somebody wants to know.
type Question struct {
	Text   string
	Lang   string    // of the talk; the text's own script counts more
	Vector []float32 // of the text, by Model; nil where embeddings are off or did not come in time
	Model  string
}

// Found is the article and the passage that came nearest. Sure says that it answers; else it is for staff to look at.
type Found struct {
	Article Article
	Passage Passage
	Whole   bool    // the passage is all there is of the article
	Score   float64 // how much of what was asked the passage speaks of, 0 to 1
	Sure    bool
}

// Finder finds passages. It never changes once it is made.
type Finder struct{ speeches Speeches }

// NewFinder reads the tables of words.
func NewFinder() *Finder { return &Finder{NewSpeeches()} }

// matching finds every place where a word of the question stands. A word that no passage has is taken for the nearest one that some has, by
// trigrams; the lexeme is "" where there is none near. $1 is the language, $2 the words.
const matching = `
WITH said AS (
    SELECT w.ord, w.word, (tsvector_to_array(to_tsvector(CASE $1 WHEN 'en' THEN 'english'::regconfig ELSE 'russian' END, w.word)))[1] AS lexeme
    FROM unnest($2::text[]) WITH ORDINALITY AS w (word, ord)
), known AS (
    SELECT s.ord, s.word, coalesce(k.lexeme, n.lexeme, '') AS lexeme, k.lexeme IS NULL AS mended
    FROM said s
    LEFT JOIN LATERAL (SELECT a.lexeme FROM article_word a WHERE a.lang = $1 AND a.lexeme = s.lexeme LIMIT 1) k ON true
    LEFT JOIN LATERAL (
        SELECT a.lexeme FROM article_word a
        WHERE k.lexeme IS NULL AND length(s.word) >= 5 AND a.lang = $1 AND a.word % s.word AND similarity(a.word, s.word) >= 0.42
        ORDER BY similarity(a.word, s.word) DESC, a.word LIMIT 1
    ) n ON true
    WHERE s.lexeme IS NOT NULL
), hit AS (
    SELECT p.id, p.article_id, p.place, u.lexeme, array_to_string(u.weights, '') AS weights
    FROM article_passage p
    CROSS JOIN LATERAL unnest(p.search) AS u
    WHERE p.lang = $1 AND p.audience = 'patients' AND u.lexeme IN (SELECT lexeme FROM known WHERE lexeme <> '')
      AND p.search @@ (SELECT string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''', ' | ')::tsquery FROM known WHERE lexeme <> '')
)
SELECT k.ord::int, k.mended, h.id, h.article_id, coalesce(h.place, 0)::int, coalesce(h.weights, ''),
       (SELECT count(DISTINCT p.article_id) FROM article_passage p WHERE p.lang = $1 AND p.audience = 'patients')::int
FROM known k
LEFT JOIN hit h ON h.lexeme = k.lexeme
ORDER BY k.ord, h.article_id, h.place`

// match is one word of the question in one passage. Passage is nil where no passage has the word.
type match struct {
	word             int
	mended, weak     bool
	passage, article *uuid.UUID
	place            int
	weights          string
	articles         int // that there are
}

// Find looks for the passage that answers, and says so where none comes near. Nothing is found where nothing shares a word with the question.
func (f *Finder) Find(ctx context.Context, tx *store.Tx, q Question) (Found, error) {
	lang := Language(q.Text, q.Lang)
	terms := f.speeches.Of(lang).Terms(q.Text)
	if len(terms) == 0 {
		return Found{}, nil
	}
	matches, err := matchesOf(ctx, tx, lang, terms[:min(len(terms), maxWords)])
	if err != nil {
		return Found{}, fmt.Errorf("look for an article: %w", err)
	}
	list := rank(matches)
	if list, err = f.nearest(ctx, tx, q, lang, list); err != nil {
		return Found{}, err
	}
	if len(list) == 0 {
		return Found{}, nil
	}
	return f.found(ctx, tx, list[0])
}

func matchesOf(ctx context.Context, tx *store.Tx, lang string, terms []Term) ([]match, error) {
	words := make([]string, len(terms))
	for i, t := range terms {
		words[i] = t.Word
	}
	rows, err := tx.Query(ctx, matching, lang, words)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (match, error) {
		var m match
		err := row.Scan(&m.word, &m.mended, &m.passage, &m.article, &m.place, &m.weights, &m.articles)
		m.weak = err == nil && terms[m.word-1].Weak
		return m, err
	})
}

// nearest joins the passages that are nearest by meaning to those that share words, where the question has a vector.
func (f *Finder) nearest(ctx context.Context, tx *store.Tx, q Question, lang string, list []candidate) ([]candidate, error) {
	if len(q.Vector) == 0 {
		return list, nil
	}
	v := pgvector.NewVector(q.Vector)
	near, err := tx.PassagesNear(ctx, db.PassagesNearParams{Question: &v, Model: q.Model, Lang: lang})
	if err != nil {
		return nil, fmt.Errorf("look for the nearest passages: %w", err)
	}
	return fuse(list, near), nil
}

func (f *Finder) found(ctx context.Context, tx *store.Tx, c candidate) (Found, error) {
	r, err := tx.ArticleOfPassage(ctx, c.passage)
	if errors.Is(err, pgx.ErrNoRows) { // loaded anew this moment
		return Found{}, nil
	}
	if err != nil {
		return Found{}, fmt.Errorf("read a passage: %w", err)
	}
	all := Passages(r.Body)
	return Found{
		Article: Article{Slug: r.Slug, Lang: r.Lang, Title: r.Title, Body: r.Body, URL: r.Url, Book: r.Book},
		Passage: Passage{Heading: r.Heading, Body: r.Passage}, Whole: len(all) == 1, Score: c.score, Sure: c.sure,
	}, nil
}
