package llm

import (
	"context"
	"sync"
	"time"
	"unicode/utf8"
)

// memory is the ledger of one process.
type memory struct {
	mu    sync.Mutex
	day   time.Time
	spent int64
}

// NewMemory makes a ledger that lasts as long as the process.
func NewMemory() Ledger { return &memory{} }

// Spent implements Ledger.
func (m *memory) Spent(_ context.Context, day time.Time) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.day.Equal(day) {
		return 0, nil
	}
	return m.spent, nil
}

// Spend implements Ledger.
func (m *memory) Spend(_ context.Context, day time.Time, _ Purpose, t Tokens) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.day.Equal(day) {
		m.day, m.spent = day, 0
	}
	m.spent += int64(t.In) + int64(t.Out)
	return nil
}

// today is the day that a budget is of, in UTC: a day has one budget wherever the branches are.
func (c *Client) today() time.Time { return c.config.Clock().UTC().Truncate(24 * time.Hour) }

// afford says whether anything of the day's budget is left. A ledger that cannot be read is no leave to spend.
func (c *Client) afford(ctx context.Context) bool {
	if c.config.Budget <= 0 {
		return true
	}
	spent, err := c.config.Ledger.Spent(ctx, c.today())
	return err == nil && spent < c.config.Budget
}

// spend notes what a call used. It is noted although the caller may be gone by now.
func (c *Client) spend(ctx context.Context, p Purpose, t Tokens) {
	if t == (Tokens{}) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := c.config.Ledger.Spend(ctx, c.today(), p, t); err != nil {
		c.config.Log.WarnContext(ctx, "tokens not noted", "purpose", string(p), "error", err)
	}
}

// charsOfToken is how many characters a token of Russian text is at least, with today's vocabularies: where a server does not count, too
// much is noted rather than too little.
const charsOfToken = 2

// guess is what a call used, where the server does not say.
func guess(t Tokens, asked []Message, said string) Tokens {
	if t != (Tokens{}) {
		return t
	}
	for _, m := range asked {
		t.In += utf8.RuneCountInString(m.Text)/charsOfToken + 1
	}
	t.Out = utf8.RuneCountInString(said)/charsOfToken + 1
	return t
}
