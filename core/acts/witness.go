package acts

import (
	"fmt"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
)

// witness stands beside the rules while an act is done and sees that they were asked.
type witness struct {
	core.Rules
	tx      *store.Tx
	request request
	yes     bool
}

// watch puts a witness before the rules of tx's actor. Zapis itself has no rules to ask.
func watch(tx *store.Tx, r request) *witness {
	w := &witness{Rules: tx.Actor.Rules, tx: tx, request: r, yes: tx.Actor.Kind == core.System && tx.Actor.Agent == nil}
	if w.Rules != nil {
		tx.Actor.Rules = w
	}
	return w
}

func (w *witness) leave() { w.tx.Actor.Rules = w.Rules }

// Decide implements core.Rules.
func (w *witness) Decide(who core.Actor, ask core.Ask) core.Verdict {
	v := w.Rules.Decide(who, ask)
	if v.Allowed && ask.Class == w.request.class && ask.Action == w.request.action {
		w.yes = true
	}
	return v
}

// allowed is a fault where an act came to its end without having been allowed.
func (w *witness) allowed() error {
	if w.yes {
		return nil
	}
	return fmt.Errorf("%s %s was done without asking the rules", w.request.action, w.request.class)
}
