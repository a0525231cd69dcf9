package vaulttest

import (
	"context"
	"strconv"
	"sync"

	"github.com/zapis-clinic/zapis/core/vault"
)

// Provider keeps keys in memory, as a key service far away would, and may be made to misbehave. Two programs that share one have the same
// keys; Copy is another machine's copy, which changes when somebody brings it the newer one.
type Provider struct {
	mu     sync.Mutex
	keys   *vault.Keys
	broken error
	hangs  bool
	loads  int
}

// NewProvider has the tests' keys.
func NewProvider() (*Provider, error) {
	k, err := Keys()
	return &Provider{keys: &k}, err
}

// Empty has no keys.
func Empty() *Provider { return &Provider{} }

// Copy is a provider with the keys as they are now.
func (p *Provider) Copy() *Provider {
	p.mu.Lock()
	defer p.mu.Unlock()
	return &Provider{keys: p.keys}
}

// Bring gives p the keys of another.
func (p *Provider) Bring(from *Provider) {
	k := from.Copy().keys
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = k
}

// Put gives p keys, whatever it had.
func (p *Provider) Put(k vault.Keys) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = &k
}

// Break makes every call fail from now on; nil mends it.
func (p *Provider) Break(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.broken = err
}

// Hang makes every call wait for the end of its context.
func (p *Provider) Hang() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hangs = true
}

// Loads counts how often the keys were read.
func (p *Provider) Loads() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.loads
}

// well waits or fails as it was told to.
func (p *Provider) well(ctx context.Context) error {
	p.mu.Lock()
	hangs, broken := p.hangs, p.broken
	p.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return broken
}

// Stamp implements vault.Provider.
func (p *Provider) Stamp(ctx context.Context) (string, error) {
	k, err := p.look(ctx)
	return strconv.FormatInt(k.Revision, 10) + k.Changed.String(), err
}

// Load implements vault.Provider.
func (p *Provider) Load(ctx context.Context) (vault.Keys, error) {
	p.mu.Lock()
	p.loads++
	p.mu.Unlock()
	return p.look(ctx)
}

func (p *Provider) look(ctx context.Context) (vault.Keys, error) {
	if err := p.well(ctx); err != nil {
		return vault.Keys{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys == nil {
		return vault.Keys{}, vault.ErrAbsent
	}
	return *p.keys, nil
}

// Save implements vault.Provider.
func (p *Provider) Save(ctx context.Context, k vault.Keys) error {
	if err := p.well(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if (p.keys == nil && k.Revision != 1) || (p.keys != nil && p.keys.Revision != k.Revision-1) {
		return vault.ErrRevision
	}
	p.keys = &k
	return nil
}

// String implements vault.Provider.
func (p *Provider) String() string { return "the keys in memory" }
