package cabinet

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/staff"
)

const doublesPath = "/cabinet/patients/doubles"

// doubles are pairs that may be one person's, and what was merged of late.
type doubles struct {
	Pairs []patient.Pair
	Done  []patient.Merged
}

// joining is two cards side by side: the first stays.
type joining struct {
	Sides   [2]patient.Side
	Chosen  map[string]string // field → "0" or "1", whose value stands from then on
	Problem string
}

// choice is a field of which one of two values is to stand.
type choiceOf struct {
	Name   string
	Values [2]string
}

// row is one kind of rows that go along.
type rowOf struct {
	Name   string
	Counts [2]int64
}

// doubles is GET /cabinet/patients/doubles.
func (s *Server) doubles(w http.ResponseWriter, r *http.Request, m staff.Member) {
	pairs, done, err := s.cards().Suspects(r.Context(), s.acting(r, m))
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, doublesPage(s.viewOf(r, m), doubles{Pairs: pairs, Done: done}))
}

// joinShown is GET /cabinet/patients/merge?a=&b=: what goes where, before it does.
func (s *Server) joinShown(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.joinPage(w, r, m, [2]string{r.URL.Query().Get("a"), r.URL.Query().Get("b")}, nil)
}

func (s *Server) joinPage(w http.ResponseWriter, r *http.Request, m staff.Member, ids [2]string, why *core.Error) {
	a, badA := uuid.Parse(ids[0])
	b, badB := uuid.Parse(ids[1])
	if badA != nil || badB != nil {
		s.refuse(w, r, &core.Error{Code: core.NotFound, Key: "patient_unknown"})
		return
	}
	sides, err := s.cards().Compare(r.Context(), s.acting(r, m), a, b)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	for i := range sides {
		sides[i].Contacts = s.readable(sides[i].Card)
	}
	v, j, status := s.viewOf(r, m), joining{Sides: sides, Chosen: map[string]string{}}, http.StatusOK
	for _, name := range joinFields() {
		j.Chosen[name] = r.PostFormValue(name)
	}
	if why != nil {
		status, j.Problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	s.render(w, r, status, joinPage(v, j))
}

// joinFields are the fields of which one value is chosen.
func joinFields() []string { return []string{keyName, keyBorn, keySex, keyLang} }

// joined is POST /cabinet/patients/merge: "a" stays, "b" becomes a part of it; each field says whose value stands.
func (s *Server) joined(w http.ResponseWriter, r *http.Request, m staff.Member) {
	ids := [2]string{r.PostFormValue("a"), r.PostFormValue("b")}
	if r.PostFormValue("do") == "apart" {
		s.apart(w, r, m, ids)
		return
	}
	actor := s.acting(r, m)
	j, err := s.join(r, actor, ids)
	if err == nil {
		_, err = s.cards().Merge(r.Context(), actor, j)
	}
	why := core.Refusal(err)
	switch {
	case err == nil:
		s.tellNext(r, s.view(r).Say("doubles.merged"))
		http.Redirect(w, r, cardPath(j.Survivor, ""), http.StatusSeeOther)
	case why != nil && why.Code != core.NotFound && why.Code != core.Denied:
		s.joinPage(w, r, m, ids, why)
	default:
		s.failed(w, r, err)
	}
}

// join reads what is to become of two cards.
func (s *Server) join(r *http.Request, actor core.Actor, ids [2]string) (patient.Join, error) {
	var j patient.Join
	var err error
	if j.Survivor, err = uuid.Parse(ids[0]); err == nil {
		j.Gone, err = uuid.Parse(ids[1])
	}
	if err != nil {
		return j, core.Refuse(core.NotFound, "patient_unknown")
	}
	sides, err := s.cards().Compare(r.Context(), actor, j.Survivor, j.Gone)
	if err != nil {
		return j, err
	}
	from := func(name string) patient.Card {
		if r.PostFormValue(name) == "1" {
			return sides[1].Card
		}
		return sides[0].Card
	}
	j.Name, j.Born, j.Sex, j.Lang = from(keyName).Name, from(keyBorn).Born, from(keySex).Sex, from(keyLang).Lang
	for i, name := range []string{"version_a", "version_b"} {
		n, _ := strconv.ParseInt(r.PostFormValue(name), 10, 32) // none is an old one
		j.Versions[i] = int32(n)
	}
	return j, nil
}

// apart says that two cards are two people's.
func (s *Server) apart(w http.ResponseWriter, r *http.Request, m staff.Member, ids [2]string) {
	a, badA := uuid.Parse(ids[0])
	b, badB := uuid.Parse(ids[1])
	err := core.Refuse(core.NotFound, "patient_unknown")
	if badA == nil && badB == nil {
		err = s.cards().Apart(r.Context(), s.acting(r, m), a, b)
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.tellNext(r, s.view(r).Say("doubles.apart_done"))
	http.Redirect(w, r, doublesPath, http.StatusSeeOther)
}

// unjoined is POST /cabinet/patients/merges/{id}/undo.
func (s *Server) unjoined(w http.ResponseWriter, r *http.Request, m staff.Member) {
	survivor, since, err := s.cards().Unmerge(r.Context(), s.acting(r, m), subject(r))
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v := s.view(r)
	sentence := v.Say("doubles.undone")
	if left := leftInWords(v, since); left != "" {
		sentence += " " + v.fill("doubles.since", "what", left)
	}
	s.tellNext(r, sentence)
	http.Redirect(w, r, cardPath(survivor, ""), http.StatusSeeOther) //nolint:gosec // an id
}

// leftInWords is what came since a merge and stays.
func leftInWords(v view, since map[string]int64) string {
	var out []string
	for _, x := range rowsOf(v, [2]map[string]int64{since, nil}) {
		out = append(out, x.Name+": "+strconv.FormatInt(x.Counts[0], 10))
	}
	return strings.Join(out, ", ")
}

// rowsOf counts rows of two cards in words; tables that people have no word for are one line.
func rowsOf(v view, held [2]map[string]int64) []rowOf {
	by := map[string]*rowOf{}
	for i, side := range held {
		for table, n := range side {
			name := v.Say("doubles.of_" + table)
			if name == "doubles.of_"+table {
				name = v.Say("doubles.of_rest")
			}
			if by[name] == nil {
				by[name] = &rowOf{Name: name}
			}
			by[name].Counts[i] += n
		}
	}
	out := make([]rowOf, 0, len(by))
	for _, x := range by {
		out = append(out, *x)
	}
	slices.SortFunc(out, func(a, b rowOf) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// choices are the fields in which the cards may differ.
func (j joining) choices(v view) []choiceOf {
	out := make([]choiceOf, 0, len(joinFields()))
	for _, name := range joinFields() {
		c := choiceOf{Name: name}
		for i, side := range j.Sides {
			c.Values[i] = valueOf(v, side.Card, name)
		}
		out = append(out, c)
	}
	return out
}

func valueOf(v view, c patient.Card, name string) string {
	text := ""
	switch name {
	case keyName:
		return c.Name.Whole()
	case keyBorn:
		if c.Born != nil {
			text = c.Born.Format("02.01.2006")
		}
	case keySex:
		if c.Sex != "" {
			text = v.Say("card.sex_" + c.Sex)
		}
	default:
		text = v.Say("card.lang_" + c.Lang)
	}
	return v.orElse(text, "card.nothing")
}

// stands says whose value is chosen: as it was told, else the fuller one.
func (j joining) stands(c choiceOf, nothing string, side int) bool {
	if told := j.Chosen[c.Name]; told != "" {
		return told == strconv.Itoa(side)
	}
	fuller := 0
	if c.Values[0] == nothing && c.Values[1] != nothing || c.Name == keyName && len(c.Values[1]) > len(c.Values[0]) {
		fuller = 1
	}
	return fuller == side
}

// until is the last day on which a merge may be taken back.
func until(v view, at time.Time) string {
	return at.Add(patient.UndoFor).In(v.Zone).Format("02.01.2006")
}
