package jobs

import (
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/knowledge"
)

// OpenActs makes the house's list of what can be done with the clinic's data, and the finder of its articles.
func (h *House) OpenActs() error {
	h.finder = knowledge.NewFinder()
	var err error
	h.Acts, err = acts.New(h.DB, acts.Note{Clock: h.Clock, IDs: h.IDs}, acts.All(acts.Means{
		DB: h.DB, Clock: h.Clock, IDs: h.IDs, Vault: h.Vault, Catalog: h.Book,
		Changed: func(branch uuid.UUID) { h.Hub.Tell("branch:" + branch.String()) },
	}))
	return err
}
