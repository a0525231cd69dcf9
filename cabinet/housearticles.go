package cabinet

import (
	"context"
	"net/url"
	"strconv"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/knowledge"
	"github.com/zapis-clinic/zapis/core/settings"
)

const (
	articlesPath = settingsPath + "/articles"
	keySlug      = "slug"
	keyAudience  = "audience"
	keyPublished = "published"
	keyAsked     = "asked"
	keyAskLike   = "ask"
	keyBody      = "body"
)

func articlePart() housePart {
	return housePart{
		Path: articlesPath, Word: keyArticle, list: articleList, notes: articleNotes, title: func(f url.Values) string { return f.Get("title") },
		subject: func(key string, form url.Values) uuid.UUID {
			if key == newKey {
				return knowledge.ArticleID(form.Get(keySlug), form.Get("lang"))
			}
			return knowledge.ArticleID(wordAt(key))
		},
		ask: func(key string) settings.Change {
			slug, lang := wordAt(key)
			return settings.Change{Article: &settings.Article{Slug: slug, Lang: lang}}
		},
		change: func(text []byte) (settings.Change, error) {
			return setAs(text, func(x *settings.Article) settings.Change { return settings.Change{Article: x} })
		},
		blank: func(p desk) url.Values {
			return url.Values{"lang": {russian}, keyAudience: {knowledge.Patients}, keyPublished: {"1"}, keyAsked: {p.Request.URL.Query().Get(keyAsked)}}
		},
		lines: func(p desk, form url.Values) [][]formLine {
			v := p.View
			slug := formLine{Name: keySlug, Required: true, Hint: "settings.slug_hint"}
			langs := []option{{russian, v.Say("settings.lang_ru")}, {english, v.Say("settings.lang_en")}}
			if at := form.Get(keyAt); at != newKey { // it is found by both
				name, lang := wordAt(at)
				slug, langs = formLine{Name: keySlug, Kind: lineChoice, Options: []option{{name, name}}}, []option{{lang, v.Say("settings.lang_" + lang)}}
			}
			return [][]formLine{
				{{Name: "title", Required: true}},
				{{Name: keyAsked, Kind: lineArea, Hint: "settings.asked_hint"}},
				{{Name: keyBody, Kind: lineArea, Required: true, Hint: "settings.body_hint"}},
				{slug, {Name: "lang", Kind: lineChoice, Options: langs}},
				{
					{Name: "book", Kind: lineChoice, Hint: "settings.book_hint", Options: append([]option{{"", v.Say("settings.no_book")}}, specialtyChoice(v, p.Catalog.Specialties)...)},
					{Name: "url", Hint: "settings.url_hint"},
				},
				{{Name: keyAudience, Kind: lineChoice, Options: []option{{knowledge.Patients, v.Say("settings.audience_patients")}, {knowledge.Staff, v.Say("settings.audience_staff")}}}},
				{{Name: keyPublished, Kind: lineCheck}},
			}
		},
	}
}

func articleNotes(_ context.Context, p desk, _ uuid.UUID, form url.Values) ([]note, error) {
	to := articlesPath + "?" + url.Values{keyAskLike: {form.Get("title")}}.Encode()
	return []note{{Text: p.View.Say("settings.article_note"), Href: to, Label: p.View.Say("settings.try")}}, nil
}

// articleList is all articles, with what one of them would answer to a question and the way to those that none answered.
func articleList(p desk) (listing, error) {
	q, ctx := p.Request.URL.Query(), p.Request.Context()
	l := listing{
		Filter: []formLine{{Name: keyAskLike, Hint: "settings.ask_hint"}}, Values: q,
		Head: []string{"settings.article", "settings.f_lang", "settings.f_audience", "settings.changed", headState},
	}
	if text := q.Get(keyAskLike); text != "" {
		found, err := p.settingsDesk().Try(ctx, p.Who, p.finder, knowledge.Question{Text: text, Lang: russian})
		if err != nil {
			return l, err
		}
		l.Notes = append(l.Notes, tried(p.View, found))
	}
	if settlesQuestions(p.View.Member) {
		l.Notes = append(l.Notes, note{Text: p.View.Say("settings.unanswered"), Href: questionsPath, Label: p.View.Say("page.questions")})
	}
	list, err := p.settingsDesk().Articles(ctx, p.Who)
	for _, x := range list {
		state := cell{Text: p.View.Say("settings.published"), Tone: "ok"}
		if !x.Active {
			state = cell{Text: p.View.Say("settings.withdrawn"), Tone: toneWarn}
		}
		l.Rows = append(l.Rows, []cell{
			{Text: x.Title, Key: x.Slug + "." + x.Lang},
			{Text: p.View.Say("settings.lang_" + x.Lang)},
			{Text: p.View.Say("settings.audience_" + x.Audience)},
			{Text: dateOf(x.At.In(p.View.Zone))},
			state,
		})
	}
	return l, err
}

// tried says which article would answer, and how sure that is.
func tried(v view, found knowledge.Found) note {
	if found.Article.Slug == "" {
		return note{Text: v.Say("settings.try_nothing")}
	}
	share := strconv.Itoa(int(found.Score*100 + 0.5))
	key := "settings.try_unsure"
	if found.Sure {
		key = "settings.try_sure"
	}
	text := v.fill(key, "share", share)
	if found.Sure {
		text += " " + knowledge.Excerpt(knowledge.Plain(found.Passage.Body), 500)
	}
	return note{Text: text, Href: articlesPath + "/" + found.Article.Slug + "." + found.Article.Lang, Label: found.Article.Title}
}

// newArticleFor is where an article that answers a question is written.
func newArticleFor(question string) string {
	return articlesPath + "/" + newKey + "?" + url.Values{keyAsked: {question}}.Encode()
}
