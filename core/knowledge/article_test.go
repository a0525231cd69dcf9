package knowledge_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/knowledge"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

func TestAFileSaysInWhichLineItIsWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"---\ntitle: Лифт\ncolour: red\n---\nЕсть.":                `lift.ru.md:3: "colour" is none of title, url, audience, book, asked`,
		"---\ntitle: Лифт\nurl: clinic\n---\nЕсть.":                "lift.ru.md:3: url: expected an address that starts with https://",
		"---\ntitle: Лифт\naudience: all\n---\nЕсть.":              "lift.ru.md:3: audience: expected patients or staff",
		"---\nasked: лифт\n---\nЕсть.":                             "lift.ru.md:1: no title",
		"---\ntitle: Лифт\n---\n":                                  "lift.ru.md:4: no text",
		"---\ntitle: Лифт\nЕсть.":                                  "lift.ru.md:3: expected name: value, or --- before the text",
		"---\ntitle: Лифт\n---\n{{branches}}":                      "lift.ru.md: a place in {{braces}} was left unfilled",
		"---\ntitle: Лифт\n---\nЕсть \xff":                         "lift.ru.md: not a text in UTF-8",
		"---\ntitle: " + strings.Repeat("я", 121) + "\n---\nЕсть.": "lift.ru.md:1: the title is longer than 120 characters",
	} {
		_, bad := knowledge.Parse("lift.ru.md", text)
		require.NotEmpty(t, bad, text)
		assert.Equal(t, want, bad[0].String())
	}
	a, bad := knowledge.Parse("lift.md", "# Лифт\nЕсть.\r\n\r\n## Какой\r\nШирокий.")
	require.Empty(t, bad)
	assert.Equal(t, knowledge.Article{Slug: "lift", Lang: "ru", Title: "Лифт", Body: "Есть.\n\n## Какой\nШирокий.", Audience: "patients"}, a)
	assert.Equal(t, []knowledge.Passage{{Body: "Есть."}, {Heading: "Какой", Body: "Широкий."}}, knowledge.Passages(a.Body))
}

func TestAnAnswerEndsWithASentence(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "Раз. Два!", knowledge.Excerpt("Раз. Два! Три четыре пять.", 16))
	assert.Equal(t, "Одно предложение…", knowledge.Excerpt("Одно предложение, которое долго не кончается", 20))
	assert.Equal(t, "Коротко", knowledge.Excerpt("Коротко", 700))
}

// file is a file of a directory.
func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestADirectoryIsLoadedByVersion(t *testing.T) {
	t.Parallel()
	db, _ := storetest.Open(t, storetest.Seed{Key: "empty"}, 2)
	shelf := knowledge.Shelf{In: db, Clock: func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }, IDs: core.NewIDs(nil)}
	load := func(dir fstest.MapFS, l knowledge.Load) knowledge.Changes {
		list, bad, err := knowledge.Read(dir)
		require.NoError(t, err)
		require.Empty(t, bad)
		l.Articles = list
		c, err := shelf.Load(t.Context(), core.Sys("cli"), l)
		require.NoError(t, err)
		return c
	}
	find := func(text string) (found knowledge.Found) {
		require.NoError(t, db.InTx(t.Context(), core.Sys("test"), func(tx *store.Tx) error {
			var err error
			found, err = knowledge.NewFinder().Find(t.Context(), tx, knowledge.Question{Text: text, Lang: "ru"})
			return err
		}))
		return found
	}
	dir := fstest.MapFS{
		"parking.ru.md": file("---\ntitle: Парковка\n---\nДва часа бесплатно."), "wifi.md": file("---\ntitle: Вай-фай\n---\nПароль на стойке."),
		"secret.md": file("---\ntitle: Сейф\naudience: staff\n---\nКод у директора."), "README.md": file("не статья"),
	}
	assert.Equal(t, []string{"parking.ru", "secret.ru", "wifi.ru"}, load(dir, knowledge.Load{Dry: true}).Added)
	assert.False(t, find("где поставить машину").Sure, "a dry run writes nothing")
	load(dir, knowledge.Load{})
	assert.Equal(t, "Два часа бесплатно.", find("есть ли у вас парквка?").Passage.Body, "misspelt")
	assert.Empty(t, find("какой код от сейфа").Article.Slug, "what is for staff is told to nobody else")
	assert.Equal(t, 3, load(dir, knowledge.Load{}).Same)
	dir["parking.ru.md"] = file("---\ntitle: Парковка\n---\nТри часа бесплатно.")
	delete(dir, "wifi.md")
	c := load(dir, knowledge.Load{})
	assert.Equal(t, []string{"parking.ru"}, c.Changed)
	assert.Equal(t, []string{"wifi.ru"}, c.Gone)
	assert.Equal(t, "Три часа бесплатно.", find("парковка есть?").Passage.Body)
	assert.True(t, find("какой пароль от вай-фай").Sure, "what is gone stays without --prune")
	load(dir, knowledge.Load{Prune: true})
	assert.False(t, find("какой пароль от вай-фай").Sure)
}
