package llm

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"
	"time"

	"github.com/zapis-clinic/zapis/core"
)

// cacheSize is how many answers are kept at once.
const cacheSize = 1024

// cache keeps the newest answers of a model by the hash of the whole question: the same text in the same state is asked once. It lives in memory
// alone: a table of what people wrote would be one more place to guard and to erase, for minutes of use.
type cache struct {
	clock core.Clock

	mu   sync.Mutex
	kept map[string]kept
}

type kept struct {
	said  []proposal
	until time.Time
}

func newCache(clock core.Clock) *cache { return &cache{clock: clock, kept: map[string]kept{}} }

// keyOf is the hash of a question: text, state, examples, the clinic's names.
func keyOf(a Ask) string {
	h := sha256.New()
	_ = json.NewEncoder(h).Encode(a.Messages)
	_, _ = h.Write(a.Shape)
	return hex.EncodeToString(h.Sum(nil))
}

func (c *cache) get(key string) ([]proposal, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.kept[key]
	return k.said, ok && c.clock().Before(k.until)
}

func (c *cache) put(key string, said []proposal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock()
	if len(c.kept) >= cacheSize {
		for k, v := range c.kept {
			if len(c.kept) >= cacheSize || !now.Before(v.until) { // the old ones, and as many of the others as make room
				delete(c.kept, k)
			}
		}
	}
	c.kept[key] = kept{said, now.Add(cacheFor)}
}
