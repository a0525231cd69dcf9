package store

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/zapis-clinic/zapis/core"
)

// refusals says which broken constraint is a person's business: its name → the sentence. Any other violation is a fault.
func refusals() map[string]core.Error {
	return map[string]core.Error{
		"visit_practitioner_busy": {Code: core.Conflict, Key: "time_taken"},
		"visit_resource_busy":     {Code: core.Conflict, Key: "time_taken"},
		"visit_patient_busy":      {Code: core.Conflict, Key: "own_overlap"},
		"visit_overbook":          {Code: core.Invalid, Key: "overbook_reason"},
		"staff_login":             {Code: core.Conflict, Key: "login_taken"},
	}
}

// Translate turns the violation of a named constraint into its refusal and returns every other error as it is.
func Translate(err error) error {
	var pg *pgconn.PgError
	if err == nil || !errors.As(err, &pg) {
		return err
	}
	if r, ok := refusals()[pg.ConstraintName]; ok {
		return core.Refuse(r.Code, r.Key)
	}
	return err
}
