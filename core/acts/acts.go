// Package acts lists what may be done with each class of data, whoever asks and through whatever entry: the web, a chat, the worker, an
// integration, a model's tool. Each act asks the rules with what is known of its object, works under row-level security, puts itself on
// record, and gives out no more than the verdict's view.
package acts

import (
	"context"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Act is one thing that can be done with a class of data. Kind narrows it to one of the class's kinds (core/access/matrix.yaml); "" serves
// every kind that has no act of its own. Do works in tx as tx.Actor; it asks access.Require or access.Object before it shows or changes
// anything, and a Book lets nothing out of an act that did not.
type Act struct {
	Class  core.Class
	Action core.Action
	Kind   string
	Do     func(ctx context.Context, tx *store.Tx, in Input) (Output, error)
}

// Input is what an act is told. ID is the object's; Patient and Visit say whose and of which visit, where there is no object yet. Any of
// them may be nil. Fields are texts as an entry got them: the act reads and bounds them.
type Input struct {
	ID, Patient, Visit uuid.UUID
	Kind               string
	Fields             map[string]string
	Button             bool // the person pressed a button for exactly this: entries say so, words never do
}

// named says that something was asked for by its id.
func (in Input) named() bool {
	return in.ID != uuid.Nil || in.Patient != uuid.Nil || in.Visit != uuid.Nil
}

// Output is plain data for JSON, cut to the view.
type Output struct {
	View string `json:"view"`
	Rows []Row  `json:"rows"`
}

// Row is one object, or one count. Ids are under "id", times are RFC 3339, sums are in the smallest unit beside their "currency".
type Row map[string]any

// One is an Output of one row.
func One(view string, row Row) Output { return Output{View: view, Rows: []Row{row}} }

// Means is what acts work with.
type Means struct {
	DB      *store.DB // for what has transactions of its own: the policies
	Clock   core.Clock
	IDs     core.IDs
	Vault   *vault.Vault
	Catalog *clinic.Book
	Changed func(branch uuid.UUID) // where set, is told the branch after each commit that changes its day
}

// All lists every act: the whole of what can be done with the clinic's data.
func All(m Means) []Act {
	var all []Act
	for _, some := range [][]Act{
		contacts(m), appointments(m), payments(m), feedbacks(m), campaigns(m), settingsActs(m), policies(m), ledgerActs(m), numbers(m),
		reasons(m), records(m), results(m), documents(m), questions(m),
	} {
		all = append(all, some...)
	}
	return all
}
