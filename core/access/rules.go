package access

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"

	cedar "github.com/cedar-policy/cedar-go"

	"github.com/zapis-clinic/zapis/core"
)

// Rules is one version of the policies, ready to decide. It does not change and may be asked from anywhere; a nil *Rules denies.
type Rules struct {
	version  int32
	text     string
	at       map[place]slice
	watch    Watch
	contexts *contexts
}

var _ core.Rules = (*Rules)(nil)

// Watch is told what the rules meet. Neither may block. Broken is a policy that could not be evaluated: the answer was no, and somebody
// should look. Denied is any other no.
type Watch struct {
	Broken func(version int32, policy string)
	Denied func(role string, ask core.Ask)
}

// place is what policies are laid out by.
type place struct {
	role   string
	action core.Action
	class  core.Class
}

// slice are the policies that a place's decisions look at, in the order of the text.
type slice struct {
	strict   []policy // permits, and forbids that leave nothing
	ceilings []policy // forbids that leave views up to a certain one
}

// policy is one of them with what its annotations say.
type policy struct {
	id   string
	view string // a permit's @view, a forbid's @above
	rule *cedar.Policy
	of   facts // that its answer may turn upon
}

//go:embed policies/forbids.cedar
var forbidsText string

//go:embed policies/default.cedar
var defaultText string

// DefaultText is the set of policies that Zapis comes with: version 0.
func DefaultText() string { return defaultText }

// Version is the set's number; 0 is the one Zapis comes with.
func (r *Rules) Version() int32 {
	if r == nil {
		return 0
	}
	return r.version
}

// Text is the set as its author wrote it.
func (r *Rules) Text() string { return r.text }

// Sum is the SHA-256 of a set and its matrix in hex: what the database keeps beside them.
func Sum(text, matrix string) string {
	h := sha256.New()
	_, _ = h.Write([]byte(text))
	_, _ = h.Write([]byte{0})
	_, _ = h.Write([]byte(matrix))
	return hex.EncodeToString(h.Sum(nil))
}

// as is the same set under a number and a watch.
func (r *Rules) as(version int32, w Watch) *Rules {
	return &Rules{version: version, text: r.text, at: r.at, watch: w, contexts: &contexts{most: servedContexts}}
}
