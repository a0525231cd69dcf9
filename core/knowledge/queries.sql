-- name: ArticlePut :one
-- Loads one article; a row that stands as it is, is not written again. Says whether it was.
WITH put AS (
    INSERT INTO article (id, slug, lang, title, body, url, audience, book, asked, hash, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (slug, lang) DO UPDATE
    SET title = excluded.title, body = excluded.body, url = excluded.url, audience = excluded.audience, book = excluded.book, asked = excluded.asked,
        hash = excluded.hash, updated_at = excluded.updated_at
    WHERE article.hash <> excluded.hash
    RETURNING 1
)
SELECT EXISTS (SELECT FROM put) AS written;

-- name: ArticleVersions :many
-- What is loaded, to be compared with files.
SELECT slug, lang, hash FROM article ORDER BY slug, lang LIMIT 10000;

-- name: ArticleDrop :exec
DELETE FROM article WHERE slug = $1 AND lang = $2;

-- name: ArticlesToIndex :many
-- Articles whose passages are not those of their text as it is now, under the words as they are now.
SELECT a.id, a.slug, a.lang, a.title, a.body, a.audience, a.asked, a.hash
FROM article a
WHERE a.active AND NOT EXISTS (SELECT FROM article_passage p WHERE p.article_id = a.id AND p.indexed = a.hash || ' ' || CASE a.lang
    WHEN 'en' THEN sqlc.arg(english)::text ELSE sqlc.arg(russian)::text END)
ORDER BY a.slug, a.lang
LIMIT 10000;

-- name: PassagesDrop :exec
DELETE FROM article_passage WHERE article_id = $1;

-- name: PassageAdd :exec
INSERT INTO article_passage (id, article_id, lang, audience, place, heading, body, title_words, asked_words, heading_words, body_words, indexed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: ArticleWordsDrop :exec
-- Words that no passage has any more.
DELETE FROM article_word w
WHERE NOT EXISTS (SELECT FROM article_passage p WHERE p.lang = w.lang
    AND w.word = ANY (string_to_array(p.title_words || ' ' || p.asked_words || ' ' || p.heading_words || ' ' || p.body_words, ' ')));

-- name: ArticleWordsAdd :exec
INSERT INTO article_word (lang, word)
SELECT DISTINCT p.lang, w.word
FROM article_passage p, unnest(string_to_array(p.title_words || ' ' || p.asked_words || ' ' || p.heading_words || ' ' || p.body_words, ' ')) AS w (word)
WHERE w.word <> ''
ON CONFLICT DO NOTHING;

-- name: ArticleOfPassage :one
-- The article and the passage that answer.
SELECT a.slug, a.lang, a.title, a.body, a.url, a.book, p.heading, p.body AS passage
FROM article_passage p
JOIN article a ON a.id = p.article_id
WHERE p.id = $1;

-- name: PassagesToEmbed :many
-- Passages that a model has no vector of yet.
SELECT p.id, a.title, p.heading, p.body
FROM article_passage p
JOIN article a ON a.id = p.article_id
WHERE p.embedding IS NULL OR p.embedded_by <> sqlc.arg(model)::text
ORDER BY p.id
LIMIT sqlc.arg(batch)::int;

-- name: PassageEmbed :exec
UPDATE article_passage SET embedding = sqlc.arg(embedding), embedded_by = sqlc.arg(model) WHERE id = sqlc.arg(id);

-- name: PassagesNear :many
-- The nearest passages by meaning, of one model's vectors.
SELECT p.id, p.article_id, (1 - (p.embedding <=> sqlc.arg(question)))::float8 AS likeness
FROM article_passage p
WHERE p.embedded_by = sqlc.arg(model)::text AND p.audience = 'patients' AND p.lang = sqlc.arg(lang)
ORDER BY p.embedding <=> sqlc.arg(question), p.id
LIMIT 20;
