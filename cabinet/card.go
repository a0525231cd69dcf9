package cabinet

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/vault"
)

// cardFrame is what a patient's card is drawn from.
type cardFrame struct {
	patient.Card
	Now     time.Time
	Blocks  []string // that are for whoever looks, in their order
	Edit    bool     // they may change it
	Book    bool     // and book for the patient
	Reveal  bool     // a masked phone may be shown for a reason
	Shown   []string // phones that were
	Medical bool     // the medical page has something for them
	Problem string
}

// The blocks of a card.
const (
	blockVisits   = "visits"
	blockMedical  = "medical"
	blockResults  = "results"
	blockPapers   = "papers"
	blockMoney    = "money"
	blockFeedback = "feedback"
	blockConsents = "consents"
	blockLooks    = "looks"
)

// blocksOf are the blocks of a card that somebody may see, by the rules about this patient. What may not be seen is not there at all.
func blocksOf(who core.Actor, c patient.Card) []string {
	f := c.Facts
	mine := core.Facts{Branch: f.Branch, Schedule: f.Care || f.Glass, Today: true, Care: f.Care, Glass: f.Glass, Payer: f.Payer, Signed: true, Ticket: f.Ticket}
	view := func(class core.Class, kind string) string {
		mine.Kind = kind
		v, err := access.Require(who, core.Ask{Action: core.Read, Class: class, Facts: mine})
		if err != nil {
			return ""
		}
		return v.View
	}
	var out []string
	add := func(block string, is bool) {
		if is {
			out = append(out, block)
		}
	}
	add(blockVisits, view(core.Appointments, "") != "")
	add(blockMedical, view(core.Records, "") != "" || view(core.Prescriptions, "") != "")
	add(blockResults, view(core.Results, "") != "")
	add(blockPapers, view(core.Documents, "medical") != "" || view(core.Documents, "administrative") != "" || view(core.Documents, "financial") != "")
	add(blockMoney, slices.Contains([]string{access.Full, access.Min}, view(core.Payments, "")))
	add(blockFeedback, view(core.Feedback, "") == access.Full)
	add(blockConsents, c.View == access.Full && view(core.Documents, "administrative") != "")
	add(blockLooks, view(core.AuditLog, "medical") != "")
	return out
}

func (s *Server) framed(actor core.Actor, c patient.Card) cardFrame {
	f := cardFrame{Card: c, Now: s.Clock(), Blocks: blocksOf(actor, c)}
	f.Edit = may(actor, core.Update, core.Contacts, c.Facts)
	f.Book = may(actor, core.Create, core.Appointments, core.Facts{Branch: c.Facts.Branch, Care: c.Facts.Care, Schedule: true})
	f.Reveal = c.View == access.Masked && (c.Facts.Care || c.Facts.Glass) && len(c.Contacts) > 0
	f.Medical = slices.Contains(f.Blocks, blockMedical) || slices.Contains(f.Blocks, blockResults) || slices.Contains(f.Blocks, blockPapers)
	for i := range f.Contacts {
		if k := &f.Contacts[i]; k.Kind == vault.Phone && c.View == access.Full {
			k.Value = s.dates.Phone(k.Value)
		}
	}
	return f
}

// card is GET /cabinet/patients/{id}: who it is; the blocks fetch themselves.
func (s *Server) card(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.cardShown(w, r, m, http.StatusOK, func(*cardFrame) {})
}

// cardShown shows the card with what more there is to tell.
func (s *Server) cardShown(w http.ResponseWriter, r *http.Request, m staff.Member, status int, more func(*cardFrame)) {
	actor := s.acting(r, m)
	c, err := s.cards().Open(r.Context(), actor, subject(r))
	if err != nil {
		s.cardClosed(w, r, m, err)
		return
	}
	f := s.framed(actor, c)
	more(&f)
	s.render(w, r, status, cardPage(s.viewOf(r, m), f))
}

// cardClosed answers for a card that may not be seen, or is not there; one that was merged leads to the survivor.
func (s *Server) cardClosed(w http.ResponseWriter, r *http.Request, m staff.Member, err error) {
	why := core.Refusal(err)
	switch {
	case why == nil:
		s.fault(w, r, err)
	case why.Key == "patient_merged":
		into, _ := why.Args["Into"].(string) // the refusal's own
		if id, err := uuid.Parse(into); err == nil {
			http.Redirect(w, r, cardPath(id, ""), http.StatusSeeOther) //nolint:gosec // an id
		}
	case fragment(r):
		s.render(w, r, s.refusedWith(w, why), sentencePart(s.view(r), s.sentence(s.view(r), why), true))
	default:
		s.render(w, r, http.StatusNotFound, closedPage(s.viewOf(r, m), subject(r)))
	}
}

// phoneShown is POST /cabinet/patients/{id}/phone: the number that is masked, for a reason that stands on record.
func (s *Server) phoneShown(w http.ResponseWriter, r *http.Request, m staff.Member) {
	list, err := s.cards().Reveal(r.Context(), s.acting(r, m), subject(r), r.PostFormValue("reason"))
	why := core.Refusal(err)
	if err != nil && (why == nil || why.Code == core.NotFound) {
		s.cardClosed(w, r, m, err)
		return
	}
	var phones []string
	for _, k := range list {
		phones = append(phones, s.dates.Phone(k.Value))
	}
	v, status, problem := s.view(r), http.StatusOK, ""
	if why != nil {
		status, problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	if fragment(r) {
		s.render(w, r, status, revealPart(v, subject(r), phones, problem))
		return
	}
	s.cardShown(w, r, m, status, func(f *cardFrame) { f.Shown, f.Problem = phones, problem })
}

// cardSheet is GET /cabinet/patients/{id}/sheet: the front sheet of a card on paper, for who sees the card in full.
func (s *Server) cardSheet(w http.ResponseWriter, r *http.Request, m staff.Member) {
	actor := s.acting(r, m)
	c, err := s.cards().Open(r.Context(), actor, subject(r))
	if err == nil && c.View != access.Full {
		err = core.Refuse(core.NotFound, "patient_unknown")
	}
	if err != nil {
		s.cardClosed(w, r, m, err)
		return
	}
	s.render(w, r, http.StatusOK, frontPage(s.viewOf(r, m), s.framed(actor, c)))
}

// age is whole years on a day.
func age(born, on time.Time) int {
	n := on.Year() - born.Year()
	if on.Month() < born.Month() || on.Month() == born.Month() && on.Day() < born.Day() {
		n--
	}
	return max(n, 0)
}

// aged is «41 год», «3 года», «12 лет».
func (v view) aged(n int) string {
	form := "card.years_many"
	switch {
	case n%10 == 1 && n%100 != 11:
		form = "card.years_one"
	case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		form = "card.years_few"
	}
	if v.Lang == english && n != 1 {
		form = "card.years_many"
	}
	return v.number(form, n)
}

// initials stand in for a picture.
func initials(n patient.Name) string {
	var out strings.Builder
	for _, part := range []string{n.Surname, n.Given} {
		for _, r := range part {
			out.WriteRune(r)
			break
		}
	}
	return out.String()
}

// blockName is the block that the address names, where the card has it for whoever looks.
func blockName(r *http.Request, allowed []string) (string, bool) {
	name := chi.URLParam(r, "name")
	return name, slices.Contains(allowed, name)
}
