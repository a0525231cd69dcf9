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
		"canned_title_once":       {Code: core.Conflict, Key: "canned_title"},
		"settings_request_one":    {Code: core.Conflict, Key: "settings_open"},
		"staff_login":             {Code: core.Conflict, Key: "login_taken"},
		"api_token_name":          {Code: core.Conflict, Key: "token_taken"},
		"invoice_visit":           {Code: core.Conflict, Key: "invoice_stands"},
		"invoice_void_paid":       {Code: core.Conflict, Key: "invoice_paid"},
		"payment_more_than_due":   {Code: core.Conflict, Key: "payment_more_than_due"},
		"payment_more_than_paid":  {Code: core.Conflict, Key: "payment_more_than_paid"},
		"payment_refund":          {Code: core.Conflict, Key: "payment_needs_second"},
		"payment_over":            {Code: core.Conflict, Key: "payment_over"},
		"payment_key":             {Code: core.Conflict, Key: "payment_key_used"},
		"feedback_once":           {Code: core.Conflict, Key: "feedback_given"},
		"feedback_pkey":           {Code: core.Conflict, Key: "feedback_given"},
		"record_replaces":         {Code: core.Conflict, Key: "record_replaced"},
		"patient_merge_done":      {Code: core.Conflict, Key: "merge_done"},
		"patient_merge_overlap":   {Code: core.Conflict, Key: "merge_overlap"},
		"patient_merge_late":      {Code: core.Conflict, Key: "merge_late"},
		"glass_three_a_day":       {Code: core.TooMany, Key: "glass_three_a_day"},
		"glass_once":              {Code: core.Conflict, Key: "glass_open"},
		"glass_review":            {Code: core.Denied, Key: "glass_own"},

		"glass_patient_id_fkey":          {Code: core.NotFound, Key: "not_found"},
		"care_team_practitioner_id_fkey": {Code: core.NotFound, Key: "doctor_unknown"},
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
