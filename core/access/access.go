// Package access decides who may do what with which class of data: policies in Cedar over the active role and a few facts, under laws that
// no policy can weaken, tried against the matrix of roles before they take effect.
package access

import (
	"slices"

	"github.com/zapis-clinic/zapis/core"
)

// How much of an object a verdict shows, from most to least. Full is everything the class has; Masked hides the phone; Min has the fields
// the work needs; Deidentified names nobody; Category has no free text; Status says that something is there or ready (of a document: the
// sealed file); Flag is yes or no; Counts are numbers of ten or more.
const (
	Full         = "full"
	Masked       = "masked"
	Min          = "min"
	Deidentified = "deidentified"
	Category     = "category"
	Status       = "status"
	Flag         = "flag"
	Counts       = "counts"
)

// Views lists them, the widest first: of several that are permitted the first counts.
func Views() []string {
	return []string{Full, Masked, Min, Deidentified, Category, Status, Flag, Counts}
}

// rank of a view, the widest is 0. An unknown view is narrower than any.
func rank(view string) int {
	views := [...]string{Full, Masked, Min, Deidentified, Category, Status, Flag, Counts}
	if i := slices.Index(views[:], view); i >= 0 {
		return i
	}
	return len(views)
}

// Two roles that nobody is given: they follow from the kind of actor.
const (
	patient = "patient"
	service = "service"
)

// Roles lists who the matrix knows, in its order of columns. Zapis itself is not among them: it is not asked.
func Roles() []string {
	return []string{patient, "doctor", "nurse", "admin", "head", "cashier", "marketing", "director", "security", service}
}

// roleOf is the principal that an actor is judged as; "" is nobody.
func roleOf(who core.Actor) string {
	switch {
	case who.Kind == core.Patient:
		return patient
	case who.Kind == core.Service:
		return service
	case who.Kind == core.Staff && who.Role != patient && who.Role != service:
		return who.Role
	default:
		return ""
	}
}

// Require is nil where the actor may, and the verdict says how much; else the refusal "not_allowed".
func Require(who core.Actor, ask core.Ask) (core.Verdict, error) {
	v := judge(who, ask)
	if !v.Allowed {
		return v, core.Refuse(core.Denied, "not_allowed")
	}
	return v, nil
}

// Object is Require for one object that was asked for by its id: what is not the actor's answers as what does not exist.
func Object(who core.Actor, ask core.Ask) (core.Verdict, error) {
	v := judge(who, ask)
	if !v.Allowed {
		return v, core.Refuse(core.NotFound, "not_found")
	}
	return v, nil
}

// judge asks the rules the actor came with. Zapis itself brings none and needs none.
func judge(who core.Actor, ask core.Ask) core.Verdict {
	if who.Rules != nil {
		return who.Rules.Decide(who, ask)
	}
	var none *Rules
	return none.Decide(who, ask)
}
