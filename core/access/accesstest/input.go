package accesstest

import (
	"encoding/base64"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/acts"
)

// Input is what an entry is told when a cell of the matrix is put to it as an act. It says no where an act cannot put the cell's situation:
// a list, or something that does not exist yet and so is nobody's, is asked for in the first situation only.
func Input(c access.Cell) (acts.Input, bool) {
	p := person{Patient(c.Role, c.Situation), c}
	in, ok := p.input(string(c.Action) + " " + string(c.Class))
	in.Kind = c.Facts.Kind
	in.Button = c.Facts.Button
	return in, ok
}

type person struct {
	name string
	cell access.Cell
}

func (p person) id(before string) uuid.UUID { return ID(before + p.name) }

// labelled is the name's part of what bears a sensitivity label.
func (p person) labelled() string {
	if p.cell.Situation == "restricted" {
		return " labelled "
	}
	return " "
}

func (p person) branch() string {
	if p.name == "other" {
		return ID("there").String()
	}
	return ID("here").String()
}

// first says that the cell's situation is the one in which lists and what is yet to be made are asked for.
func (p person) first() bool { return p.cell.Situation == "own" }

// plain says that the cell is not about a label.
func (p person) plain() bool { return p.cell.Situation != "restricted" }

func (p person) input(what string) (acts.Input, bool) {
	switch p.cell.Action {
	case core.Aggregate, core.Export:
		return acts.Input{}, p.first()
	case core.Read:
		return p.read()
	default:
		if in, ok, known := p.ordinary(what); known {
			return in, ok
		}
		return p.medical(what)
	}
}

func (p person) read() (acts.Input, bool) {
	k := p.cell.Facts.Kind
	switch p.cell.Class {
	case core.Contacts:
		return acts.Input{ID: p.id("")}, true
	case core.Appointments:
		return acts.Input{ID: p.id("visit ")}, true
	case core.VisitReason: // a reason bears no label of its own
		return acts.Input{Visit: p.id("visit ")}, p.plain()
	case core.Records:
		if k == "" {
			k = "conclusion"
		}
		return acts.Input{ID: p.id(k + " record" + p.labelled())}, true
	case core.Prescriptions:
		return acts.Input{ID: p.id("prescription" + p.labelled())}, (k == "erx") == (p.cell.Role == service) && k != "execution"
	case core.Results:
		return acts.Input{ID: p.id("report" + p.labelled())}, k == ""
	case core.Documents:
		more := " "
		if k == "medical" {
			more = p.labelled()
		}
		return acts.Input{ID: p.id(k + " document" + more)}, true
	case core.Payments:
		if p.cell.Role == doctor {
			return acts.Input{Visit: p.id("visit ")}, true
		}
		return acts.Input{ID: p.id("invoice ")}, true
	case core.Feedback: // by its id a doctor finds none, for then it would be somebody's
		if p.cell.Role == doctor {
			return acts.Input{}, p.first()
		}
		return acts.Input{ID: ID("feedback " + p.id("visit ").String())}, true
	case core.Campaigns:
		return acts.Input{ID: p.campaign()}, true
	case core.Questions:
		return acts.Input{ID: p.id("question ")}, true
	case core.AuditLog:
		if p.cell.Role == patient {
			return acts.Input{Patient: p.id("")}, true
		}
		return acts.Input{}, p.first()
	default:
		return acts.Input{}, p.first()
	}
}

// campaign is a draft of the actor's own, or of another's; an integration asks for the one that is being sent.
func (p person) campaign() uuid.UUID {
	name := map[string]string{"": "campaignfalse", "medical": "campaigntrue"}[p.cell.Facts.Kind] + "marketing"
	switch {
	case p.cell.Role == service:
		name = strings.TrimSpace("campaign sent " + p.cell.Facts.Kind)
	case !p.first():
		name += "2"
	}
	return ID(name)
}

// ordinary is what is done with contacts, visits, money, words and settings; known says that it is one of these.
func (p person) ordinary(what string) (in acts.Input, ok, known bool) {
	switch what {
	case "create contacts":
		return acts.Input{Fields: fields("name", "Иванов Иван Иванович", "paper", "1")}, p.first(), true
	case "update contacts":
		return acts.Input{ID: p.id(""), Fields: fields("name", "Иванов Иван Иванович")}, true, true
	case "create appointments":
		doctor := "another"
		if p.cell.Role == doctor {
			doctor = "mine"
		}
		return acts.Input{Patient: p.id(""), Fields: fields(
			"service", ID("service").String(), "doctor", ID(doctor).String(), "branch", p.branch(), "start", "2026-12-01T10:00:00Z")}, true, true
	case "update appointments":
		do := "confirm"
		if p.cell.Role == "nurse" {
			do = "arrived"
		}
		return acts.Input{ID: p.id("visit "), Fields: fields("do", do)}, true, true
	case "void appointments":
		return acts.Input{ID: p.id("visit "), Fields: fields("reason", "other")}, true, true
	case "create payments":
		if p.cell.Role == patient || p.cell.Role == service {
			return acts.Input{ID: p.id("invoice "), Fields: fields("amount", "100", "key", "k", "external", "e", "status", "succeeded")}, true, true
		}
		return acts.Input{Visit: p.id("past ")}, true, true
	case "update payments":
		return acts.Input{ID: p.id("invoice "), Fields: fields("amount", "100", "key", "k", "method", "cash")}, true, true
	case "void payments":
		return acts.Input{ID: p.id("payment ")}, true, true
	case "approve payments":
		who := "admin2"
		if p.first() {
			who = p.cell.Role
		}
		medical := "false"
		if p.cell.Role == "head" {
			medical = "true"
		}
		return acts.Input{ID: ID("refund " + who + medical)}, true, true
	case "create feedback":
		return acts.Input{Visit: p.id("past "), Fields: fields("score", "9")}, true, true
	case "update feedback":
		return acts.Input{ID: ID("feedback " + p.id("visit ").String()), Fields: fields("text", "Спасибо", "status", "closed")}, true, true
	default:
		return p.house(what)
	}
}

// house is what is done with campaigns, settings and policies.
func (p person) house(what string) (in acts.Input, ok, known bool) {
	version := "1"
	if p.first() {
		version = map[string]string{"director": "2", "security": "3"}[p.cell.Role]
	}
	switch what {
	case "update campaigns":
		if p.cell.Role == patient {
			return acts.Input{Patient: p.id(""), Fields: fields("do", "out")}, true, true
		}
		return acts.Input{ID: p.campaign(), Fields: fields("name", "Осмотр", "text", "Приходите")}, true, true
	case "create campaigns":
		return acts.Input{Fields: fields("name", "Осмотр", "text", "Приходите")}, p.first(), true
	case "approve campaigns": // a head writes none that they could approve themselves
		return acts.Input{ID: p.campaign()}, !p.first() || p.cell.Role != "head", true
	case "create settings":
		return acts.Input{Fields: fields("from", "2026-12-01T09:00:00Z", "to", "2026-12-01T12:00:00Z")}, p.first(), true
	case "update settings":
		return acts.Input{Fields: fields("branch", p.branch(), "from", "2026-12-01T09:00:00Z", "to", "2026-12-01T12:00:00Z", "refund_limit", "100")}, true, true
	case "approve settings":
		return acts.Input{ID: ID("request " + p.cell.Facts.Kind), Fields: fields("decision", "refused")}, true, true
	case "update policies", "approve policies":
		return acts.Input{Fields: fields("version", version)}, version != "", true
	case "create policies":
		return acts.Input{Fields: fields("version", "0")}, p.first(), true
	case "update questions":
		return acts.Input{ID: p.id("question "), Fields: fields("flow", "booking")}, true, true
	case "create audit":
		return acts.Input{Patient: p.id(""), Fields: fields("what", "read")}, p.first(), true
	default:
		return acts.Input{}, false, false
	}
}

// medical is what is done with reasons, records, prescriptions, results and documents. What is yet to be made or signed bears no label of
// another's.
func (p person) medical(what string) (acts.Input, bool) {
	words := fields("text", "болит горло", "category", "complaint", "branch", p.branch(), "verdict", "good", "note", "хорошо", "kind", "scan",
		"mime", "text/plain", "title", "Справка", "data", base64.StdEncoding.EncodeToString([]byte("справка")), "values", "HGB=140")
	k := p.cell.Facts.Kind
	if what == "create records" {
		delete(words, "kind")
	}
	if p.cell.Role == patient && what == "create documents" {
		words["kind"] = "upload"
	}
	switch what {
	case "create visit_reason", "update visit_reason":
		return acts.Input{Visit: p.id("visit "), Fields: words}, p.plain()
	case "create records", "create documents", "create results":
		return acts.Input{Patient: p.id(""), Fields: words}, p.plain()
	case "create prescriptions":
		if k == "execution" {
			return acts.Input{ID: p.id("prescription" + p.labelled())}, true
		}
		return acts.Input{Patient: p.id(""), Fields: words}, p.plain() && k == ""
	case "sign records":
		return acts.Input{ID: p.id("conclusion record draft ")}, p.plain() && k == ""
	case "update records", "approve records":
		return acts.Input{ID: p.id("conclusion record" + p.labelled()), Fields: words}, k == ""
	case "sign prescriptions":
		return acts.Input{ID: p.id("prescription draft ")}, p.plain() && k == ""
	case "void prescriptions":
		return acts.Input{ID: p.id("prescription" + p.labelled())}, k == ""
	case "sign results":
		return acts.Input{ID: p.id("report draft ")}, p.plain() && k == ""
	default: // nobody may, and there is nothing to point at
		return acts.Input{ID: p.id("")}, p.plain()
	}
}

func fields(pairs ...string) map[string]string {
	out := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}
