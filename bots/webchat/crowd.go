package webchat

import (
	"sync"
	"time"

	"github.com/zapis-clinic/zapis/core"
)

// A clinic's waiting room shares an address, and so does an office; nobody needs more chats than that at once. A program that makes up a
// visitor for each time it holds is stopped here.
const (
	perCrowd    = 40
	crowdWithin = time.Hour
	crowds      = 2_000 // addresses remembered at most
)

// crowd counts the visitors of each address.
type crowd struct {
	clock core.Clock

	mu   sync.Mutex
	seen map[string]map[string]time.Time // address → chat → when it was last heard of
}

// admits says whether a chat of an address may be heard. One that is known to it always is.
func (c *crowd) admits(address, chat string) bool {
	now := c.clock()
	c.mu.Lock()
	defer c.mu.Unlock()
	chats := c.seen[address]
	if _, known := chats[chat]; !known && len(chats) >= perCrowd {
		forget(chats, now)
		if len(chats) >= perCrowd {
			return false
		}
	}
	if chats == nil {
		if len(c.seen) >= crowds {
			c.sweep(now)
		}
		chats = map[string]time.Time{}
		c.seen[address] = chats
	}
	chats[chat] = now
	return true
}

// sweep drops who has not been heard of for a while; where nobody was quiet, everybody is forgotten: memory is bounded before all.
func (c *crowd) sweep(now time.Time) {
	for address, chats := range c.seen {
		if forget(chats, now); len(chats) == 0 {
			delete(c.seen, address)
		}
	}
	if len(c.seen) >= crowds {
		clear(c.seen)
	}
}

func forget(chats map[string]time.Time, now time.Time) {
	for chat, at := range chats {
		if now.Sub(at) > crowdWithin {
			delete(chats, chat)
		}
	}
}
