package access

import (
	"sync"
	"sync/atomic"

	cedar "github.com/cedar-policy/cedar-go"
)

// setting is everything that a question tells besides who, what and which class.
type setting struct {
	facts facts
	kind  string
	scope string
}

// contexts keeps settings as Cedar takes them: to make one costs more than to decide, and the same few come again and again.
type contexts struct {
	made sync.Map // setting → cedar.Record
	n    atomic.Int32
	most int32
}

// How many are kept, for those who are served and while a set is tried; what comes after is made anew each time.
const (
	servedContexts = 4 << 10
	triedContexts  = 64 << 10
)

func (c *contexts) of(s setting) cedar.Record {
	if kept, ok := c.made.Load(s); ok {
		if record, ok := kept.(cedar.Record); ok {
			return record
		}
	}
	record := s.record()
	if c.n.Load() < c.most {
		if _, there := c.made.LoadOrStore(s, record); !there {
			c.n.Add(1)
		}
	}
	return record
}

// record has every attribute always, so that no policy fails for want of one.
func (s setting) record() cedar.Record {
	names := factNames()
	attributes := make(cedar.RecordMap, len(names)+2)
	for i, name := range names {
		attributes[cedar.String(name)] = cedar.Boolean(s.facts.has(1 << i))
	}
	attributes["kind"], attributes["scope"] = cedar.String(s.kind), cedar.String(s.scope)
	return cedar.NewRecord(attributes)
}
