package edge

import (
	"net/http"
	"sync/atomic"
)

// Kind is a sort of request, by what it costs the clinic to refuse it.
type Kind string

// The kinds, from the last to be refused to the first. Messengers bring an update again and again, and each refusal makes a person wait;
// an export can be begun a minute later. A stream is no work while nothing happens, and is counted apart.
const (
	Webhook Kind = "webhook"
	Chat    Kind = "chat"
	Pages   Kind = "pages"
	Export  Kind = "export"
	Streams Kind = "streams"
)

// Kinds lists all of them.
func Kinds() []Kind { return []Kind{Webhook, Chat, Pages, Export, Streams} }

// Gate lets in as many requests at once as there is room for. All kinds but streams stand in one queue, for they wait for the same
// database: a kind is refused once the queue is longer than its share, so that the last places are left to what matters most.
type Gate struct {
	depth  atomic.Int64
	counts map[Kind]*count
}

type count struct {
	limit, alone   int64 // the longest queue it may join; how many of its own there may be
	inside, refuse atomic.Int64
}

// Room of a replica. At ten connections and five milliseconds a request, the whole queue is an eighth of a second.
const (
	room    = 256
	exports = 4
	streams = 4096
)

// NewGate makes a gate with room for n requests at once; 0 is the default, 256.
func NewGate(n int64) *Gate {
	if n <= 0 {
		n = room
	}
	return &Gate{counts: map[Kind]*count{
		Webhook: {limit: n, alone: n},
		Chat:    {limit: n * 3 / 4, alone: n},
		Pages:   {limit: n / 2, alone: n},
		Export:  {limit: n / 4, alone: exports},
		Streams: {alone: streams},
	}}
}

// Admit serves a request of that kind, or refuses it at once where there is no room: 503, to be tried again in a moment. A nil Gate lets
// everything in.
func (g *Gate) Admit(kind Kind) func(http.Handler) http.Handler {
	if g == nil {
		return func(next http.Handler) http.Handler { return next }
	}
	c := g.counts[kind]
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !g.enter(kind, c) {
				c.refuse.Add(1)
				w.Header().Set("Retry-After", "2")
				http.Error(w, "busy, try again in a moment", http.StatusServiceUnavailable)
				return
			}
			defer g.leave(kind, c)
			next.ServeHTTP(w, r)
		})
	}
}

func (g *Gate) enter(kind Kind, c *count) bool {
	if c.inside.Add(1) > c.alone {
		c.inside.Add(-1)
		return false
	}
	if kind != Streams && g.depth.Add(1) > c.limit {
		g.leave(kind, c)
		return false
	}
	return true
}

func (g *Gate) leave(kind Kind, c *count) {
	c.inside.Add(-1)
	if kind != Streams {
		g.depth.Add(-1)
	}
}

// Load is how much of a kind is being served now, and how many were refused since the program began.
func (g *Gate) Load(kind Kind) (inside, refused int64) {
	c := g.counts[kind]
	return c.inside.Load(), c.refuse.Load()
}
