package knowledge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/store/db"
)

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// Index cuts every article that is new, changed, or was prepared by other words into passages, and keeps the list of their words. It returns
// how many articles it cut.
func Index(ctx context.Context, q *db.Queries) (int, error) {
	speeches := NewSpeeches()
	rows, err := q.ArticlesToIndex(ctx, db.ArticlesToIndexParams{Russian: speeches[russian].version, English: speeches[english].version})
	if err != nil {
		return 0, fmt.Errorf("articles to index: %w", err)
	}
	for _, a := range rows {
		if err := passages(ctx, q, a, speeches.Of(a.Lang)); err != nil {
			return 0, fmt.Errorf("index article %s.%s: %w", a.Slug, a.Lang, err)
		}
	}
	if err := q.ArticleWordsAdd(ctx); err != nil {
		return 0, fmt.Errorf("words of articles: %w", err)
	}
	if err := q.ArticleWordsDrop(ctx); err != nil {
		return 0, fmt.Errorf("words of articles: %w", err)
	}
	return len(rows), nil
}

// passages writes those of one article; their ids follow from the article's.
func passages(ctx context.Context, q *db.Queries, a db.ArticlesToIndexRow, s *Speech) error {
	if err := q.PassagesDrop(ctx, a.ID); err != nil {
		return err
	}
	for i, p := range Passages(a.Body) {
		err := q.PassageAdd(ctx, db.PassageAddParams{
			ID: uuid.NewSHA1(a.ID, fmt.Appendf(nil, "passage %d", i)), ArticleID: a.ID, Lang: a.Lang, Audience: a.Audience, Place: int32(i),
			Heading: p.Heading, Body: p.Body, TitleWords: words(a.Title, s), AskedWords: asked(a.Asked, s), HeadingWords: words(p.Heading, s),
			BodyWords: words(p.Body, s), Indexed: a.Hash + " " + s.version,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// words are a text's terms as a column has them.
func words(text string, s *Speech) string {
	var out []string
	for _, t := range s.Terms(text) {
		out = append(out, t.Word)
	}
	return strings.Join(out, " ")
}

// asked are the words of each question by itself: no phrase reaches from one into the next.
func asked(list string, s *Speech) string {
	var out []string
	for one := range strings.SplitSeq(list, ";") {
		out = append(out, words(one, s))
	}
	return strings.Join(out, " ")
}
