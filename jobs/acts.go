package jobs

import (
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/acts"
)

// OpenActs makes the house's list of what can be done with the clinic's data.
func (h *House) OpenActs() error {
	var err error
	h.Acts, err = acts.New(h.DB, acts.Note{Clock: h.Clock, IDs: h.IDs}, acts.All(acts.Means{
		DB: h.DB, Clock: h.Clock, IDs: h.IDs, Vault: h.Vault, Catalog: h.Book,
		Changed: func(branch uuid.UUID) { h.Hub.Tell("branch:" + branch.String()) },
	}))
	return err
}
