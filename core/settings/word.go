package settings

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Word is what the bot says under a key in a language, in the clinic's own words; no forms are Zapis' own. Forms are "other", and "one", "few",
// "many" where it counts. Which fields they may tell is for dialog/words to check.
type Word struct {
	Key   string            `json:"key"`
	Lang  string            `json:"lang"`
	Forms map[string]string `json:"forms"`
}

// maxWord is how long a form may be: a message of a messenger holds 4096 characters, and more is said in one.
const maxWord = 1500

var (
	wordKey = regexp.MustCompile(`^[a-z0-9_.]{1,80}$`)
	braced  = regexp.MustCompile(`{{\.\w+}}`)
)

// WordsID is the subject of all words: each is an item of it.
func WordsID() uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceURL, []byte("zapis words")) }

func (w *Word) item() string { return w.Key + "/" + w.Lang }

func (w *Word) check(_ *clinic.Catalog, subject uuid.UUID) error {
	if subject != WordsID() || !wordKey.MatchString(w.Key) || !slices.Contains([]string{"ru", "en"}, w.Lang) {
		return wrong("word")
	}
	for form, text := range w.Forms {
		rest := braced.ReplaceAllString(text, "")
		if !slices.Contains([]string{"one", "few", "many", "other"}, form) || !utf8.ValidString(text) || strings.ContainsRune(text, 0) ||
			strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > maxWord || strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
			return wrong("word")
		}
	}
	return nil
}

func (w *Word) standing(ctx context.Context, tx *store.Tx, _ uuid.UUID) (any, error) {
	out := &Word{Key: w.Key, Lang: w.Lang, Forms: map[string]string{}}
	forms, err := tx.OwnWord(ctx, db.OwnWordParams{Key: w.Key, Lang: w.Lang})
	if errors.Is(err, pgx.ErrNoRows) {
		return out, nil
	}
	if err == nil {
		err = json.Unmarshal(forms, &out.Forms)
	}
	return out, err
}

func (w *Word) put(ctx context.Context, tx *store.Tx, _ uuid.UUID) error {
	if len(w.Forms) == 0 {
		return tx.OwnWordDrop(ctx, db.OwnWordDropParams{Key: w.Key, Lang: w.Lang})
	}
	forms, err := json.Marshal(w.Forms)
	if err != nil {
		return err
	}
	return tx.OwnWordPut(ctx, db.OwnWordPutParams{Key: w.Key, Lang: w.Lang, Forms: forms})
}
