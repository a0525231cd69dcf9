package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/sheet"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// person is a line of a table of patients.
type person struct {
	*entry
	edit    patient.Edit
	paper   string
	subject uuid.UUID
}

func (p *person) about() (*entry, uuid.UUID) { return p.entry, p.subject }

// called is the name as it is compared.
func (p *person) called() string { return folded(p.edit.Name.Surname + " " + p.edit.Name.Given) }

// people is a table of patients.
type people struct {
	Desk
	fill bool
	list []*person
}

func (d Desk) patients(row db.Intake, t sheet.Table, list []*entry) people {
	out := people{Desk: d, fill: row.Fill}
	for _, e := range list {
		p := &person{entry: e, edit: patient.Edit{Lang: "ru"}, paper: row.Paper}
		p.read(t, d.Clock())
		out.list = append(out.list, p)
	}
	return out
}

// read takes a line's cells apart and says what is wrong with them.
func (p *person) read(t sheet.Table, now time.Time) {
	p.edit.Name = nameIn(p.cells)
	switch {
	case p.edit.Name.Given == "":
		p.wrong(whyName)
	case !fit(p.edit.Name):
		p.wrong(whyNameWrong)
	}
	if text := p.cells[fieldPhone]; text != "" {
		var ok bool
		if p.edit.Phone, ok = phone(text); !ok {
			p.wrong(whyPhone)
		}
	}
	if text := p.cells[fieldBorn]; text != "" {
		if born, ok := birthDay(t, text, now); ok {
			p.edit.Born = &born
		} else {
			p.wrong(whyBorn)
		}
	}
	var ok bool
	if p.edit.Sex, ok = sex(p.cells[fieldSex]); !ok {
		p.wrong(whySex)
	}
	if p.edit.Email = p.cells[fieldEmail]; p.edit.Check(now) != nil && fit(p.edit.Name) {
		p.wrong(whyEmail)
	}
	if text := p.cells[fieldPaper]; text != "" {
		p.paper = text
	}
	if p.paper == "" || utf8.RuneCountInString(p.paper) > maxPaper {
		p.wrong(whyPaper)
	}
	if p.cells[fieldPhone] == "" && p.cells[fieldBorn] == "" {
		p.wrong(whyWho)
	}
}

// nameIn is a name out of one column, or out of three.
func nameIn(cells map[string]string) patient.Name {
	n := patient.Name{Surname: cells[fieldSurname], Given: cells[fieldGiven], Patronymic: cells[fieldPatronymic]}.Cased()
	if whole := patient.Listed(cells[fieldName]); n.Given == "" {
		n = whole
	}
	return n
}

// fit says that a name is one: letters, and what stands between them.
func fit(n patient.Name) bool {
	letters := 0
	for _, part := range []string{n.Surname, n.Given, n.Patronymic} {
		if utf8.RuneCountInString(part) > 100 {
			return false
		}
		for _, r := range part {
			switch {
			case unicode.IsLetter(r):
				letters++
			case !unicode.IsMark(r) && !strings.ContainsRune(" -'’.`()", r):
				return false
			}
		}
	}
	return letters > 1
}

// judge says of each line what would become of it.
func (l people) judge(ctx context.Context, tx *store.Tx) ([]line, error) {
	first := map[string]int{}
	for _, p := range l.list {
		if p.state == Wrong {
			continue
		}
		born := ""
		if p.edit.Born != nil {
			born = p.edit.Born.Format(time.DateOnly)
		}
		key := p.edit.Phone + "|" + p.called() + "|" + born
		if at, again := first[key]; again {
			p.wrong(whyRepeats + " " + strconv.Itoa(at))
			continue
		}
		first[key] = p.number
	}
	out := make([]line, 0, len(l.list))
	for some := range slices.Chunk(l.list, 500) {
		if err := l.meet(ctx, tx, some); err != nil {
			return nil, err
		}
		for _, p := range some {
			out = append(out, p)
		}
	}
	return out, nil
}

// meet finds those whom the clinic has already, as far as the actor may see them: by phone, name and birth date.
func (l people) meet(ctx context.Context, tx *store.Tx, list []*person) error {
	var indexes [][]byte
	var names []string
	byPhone, byName := map[string][]*person{}, map[string][]*person{}
	for _, p := range list {
		if p.state == Wrong {
			continue
		}
		if p.edit.Phone != "" {
			for _, index := range l.Vault.Indexes(vault.Phone, p.edit.Phone) {
				indexes = append(indexes, index)
				byPhone[string(index)] = append(byPhone[string(index)], p)
			}
		}
		if p.edit.Born != nil && p.edit.Name.Surname != "" {
			name := strings.ToLower(p.edit.Name.Surname + " " + p.edit.Name.Given)
			names = append(names, name)
			byName[name] = append(byName[name], p)
		}
	}
	reached, err := tx.PatientsByPhones(ctx, indexes)
	if err != nil {
		return fmt.Errorf("whose phones these are: %w", err)
	}
	for _, r := range reached {
		for _, p := range byPhone[string(r.ValueIndex)] {
			if folded(r.Surname+" "+r.Given) == p.called() && !apart(r.BirthDate, p.edit.Born) {
				p.known(r.ID, l.fill)
			}
		}
	}
	namesakes, err := tx.PatientsByNames(ctx, names)
	if err != nil {
		return fmt.Errorf("who is called so: %w", err)
	}
	for _, r := range namesakes {
		for _, p := range byName[r.NameKey] {
			if p.subject == uuid.Nil && !apart(r.BirthDate, p.edit.Born) {
				p.subject = r.ID
				p.alike(l.fill)
			}
		}
	}
	return nil
}

// apart says that two birth dates are told, and differ.
func apart(a, b *time.Time) bool {
	return a != nil && b != nil && a.Format(time.DateOnly) != b.Format(time.DateOnly)
}

func (p *person) known(id uuid.UUID, fill bool) {
	if p.subject != uuid.Nil {
		return
	}
	p.subject = id
	if fill {
		p.state = Update
		return
	}
	p.skip(whyStands)
}

// alike is somebody of the same name and birth date whom the clinic does not know under this phone: a person decides, at the card.
func (p *person) alike(fill bool) {
	if p.edit.Phone == "" {
		id := p.subject
		p.subject = uuid.Nil
		p.known(id, fill)
		return
	}
	p.skip(whyAlike)
}

func (d Desk) cards(tx *store.Tx) patient.Cards {
	return patient.Cards{In: tx, Vault: d.Vault, Clock: d.Clock, IDs: d.IDs}
}

// filledIn is what an import added to a card that stood.
type filledIn struct {
	Version  int32       `json:"version"` // of the card afterwards
	Born     bool        `json:"born,omitempty"`
	Sex      bool        `json:"sex,omitempty"`
	Middle   bool        `json:"patronymic,omitempty"`
	Contacts []uuid.UUID `json:"contacts,omitempty"`
}

// apply does one line, in a part of the transaction of its own.
func (l people) apply(ctx context.Context, tx *store.Tx, one line) (outcome, error) {
	p, ok := one.(*person)
	if !ok || p.state == Wrong || p.state == Skip {
		e, id := one.about()
		return outcome{state: e.state, why: e.why, subject: id}, nil
	}
	if p.state == Create {
		id, err := l.cards(tx).Enrol(ctx, tx.Actor, p.edit, p.paper)
		return outcome{state: Created, subject: id}, err
	}
	return l.fillIn(ctx, tx, p)
}

// fillIn adds to a card what it has not got. What stands in it stays.
func (l people) fillIn(ctx context.Context, tx *store.Tx, p *person) (outcome, error) {
	cards := l.cards(tx)
	was, err := tx.PatientLock(ctx, p.subject)
	if err != nil {
		return outcome{}, store.NoRows(err, "patient_unknown")
	}
	had, err := cards.Contacts(ctx, tx.Actor, p.subject)
	if err != nil {
		return outcome{}, err
	}
	e := patient.Edit{
		Version: was.Version, Name: patient.Name{Surname: was.Surname, Given: was.Given, Patronymic: was.Patronymic}, Born: was.BirthDate, Sex: store.Str(was.Sex), Lang: was.Lang,
	}
	f := filledIn{Version: was.Version + 1}
	if e.Born == nil && p.edit.Born != nil {
		e.Born, f.Born = p.edit.Born, true
	}
	if e.Sex == "" && p.edit.Sex != "" {
		e.Sex, f.Sex = p.edit.Sex, true
	}
	if e.Name.Patronymic == "" && p.edit.Name.Patronymic != "" {
		e.Name.Patronymic, f.Middle = p.edit.Name.Patronymic, true
	}
	e.Email = missing(had, vault.Email, p.edit.Email)
	e.Phone = missing(had, vault.Phone, p.edit.Phone)
	if !f.Born && !f.Sex && !f.Middle && e.Email == "" && e.Phone == "" {
		return outcome{state: Skip, why: []string{whyStands}, subject: p.subject}, nil
	}
	if err := cards.Change(ctx, tx.Actor, p.subject, e); err != nil {
		return outcome{}, err
	}
	has, err := cards.Contacts(ctx, tx.Actor, p.subject)
	for _, k := range has {
		if !slices.ContainsFunc(had, func(x patient.Contact) bool { return x.ID == k.ID }) {
			f.Contacts = append(f.Contacts, k.ID)
		}
	}
	return outcome{state: Updated, subject: p.subject, before: f}, err
}

// missing is a value where a card has nothing of its kind.
func missing(had []patient.Contact, kind, value string) string {
	if slices.ContainsFunc(had, func(k patient.Contact) bool { return k.Kind == kind }) {
		return ""
	}
	return value
}

// undo takes one line back.
func (l people) undo(ctx context.Context, tx *store.Tx, r db.IntakeRow, before []byte) (outcome, error) {
	if r.State == Created {
		return l.undoCard(ctx, tx, r)
	}
	var f filledIn
	if len(before) == 0 {
		return outcome{state: Kept, why: []string{"expired"}}, nil
	}
	if err := json.Unmarshal(before, &f); err != nil {
		return outcome{}, err
	}
	was, err := tx.PatientLock(ctx, store.ID(r.SubjectID))
	if err != nil {
		return outcome{}, store.NoRows(err, "patient_unknown")
	}
	if was.Version != f.Version || was.MergedInto != nil {
		return outcome{state: Kept, why: []string{"changed"}}, nil
	}
	e := patient.Edit{
		Version: was.Version, Name: patient.Name{Surname: was.Surname, Given: was.Given, Patronymic: was.Patronymic}, Born: was.BirthDate, Sex: store.Str(was.Sex), Lang: was.Lang,
		Drop: f.Contacts,
	}
	if f.Born {
		e.Born = nil
	}
	if f.Sex {
		e.Sex = ""
	}
	if f.Middle {
		e.Name.Patronymic = ""
	}
	return outcome{state: Taken}, l.cards(tx).Change(ctx, tx.Actor, was.ID, e)
}

func (l people) undoCard(ctx context.Context, tx *store.Tx, r db.IntakeRow) (outcome, error) {
	text, err := tx.ImportedCardUndo(ctx, r.ID)
	if err != nil {
		return outcome{}, err
	}
	held := map[string]int{}
	if err := json.Unmarshal(text, &held); err != nil {
		return outcome{}, err
	}
	if len(held) == 0 {
		card := store.ID(r.SubjectID)
		gone := audit.Entry{ID: l.IDs(), At: l.Clock(), Action: "patient.unregister", Object: "patient", Subject: card, Patient: card}
		return outcome{state: Taken}, audit.Add(ctx, tx, gone)
	}
	out := outcome{state: Kept}
	for what, n := range held {
		out.why = append(out.why, what+" "+strconv.Itoa(n))
	}
	slices.Sort(out.why)
	return out, nil
}

// refusedWhy is a line that was refused when it was to be written.
func refusedWhy(err error) []string {
	if why := core.Refusal(err); why != nil {
		return []string{whyRefused, why.Key}
	}
	return []string{whyRefused}
}
