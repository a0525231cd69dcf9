package jobs

import (
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/dialog/words"
)

// OwnWords are what the clinic says in its own words, as the book of words takes them.
func OwnWords(c *clinic.Catalog) []words.Own {
	out := make([]words.Own, 0, len(c.Words))
	for _, w := range c.Words {
		out = append(out, words.Own{Key: w.Key, Lang: w.Lang, Forms: w.Forms})
	}
	return out
}
