package llm

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

// Slots that a model may name.
const (
	slotSpecialty = "specialty"
	slotDoctor    = "doctor"
	slotService   = "service"
	slotBranch    = "branch"
	slotWhen      = "when"
	slotPerson    = "person"
	slotReason    = "reason"
)

func slots() []string {
	return []string{slotSpecialty, slotDoctor, slotService, slotBranch, slotWhen, slotPerson, slotReason}
}

// flows are what a model may begin. Emergencies are the rules' alone; confirm and deny are answers, not wishes.
func flows() []Named {
	return []Named{
		{"booking", "записаться на приём, анализ, процедуру; есть ли время; к кому идти"},
		{"reschedule", "перенести запись, опаздываю"},
		{"cancel", "отменить запись, не приду"},
		{"visits", "какие у меня записи, когда приём"},
		{"results", "готовы ли результаты, пришлите заключение"},
		{"prices", "сколько стоит, страховка"},
		{"contacts", "адрес, как доехать, парковка, телефон"},
		{"hours", "часы работы"},
		{"preparation", "как подготовиться, что взять"},
		{"doctor_info", "о враче, какие есть врачи"},
		{"documents", "справки, вычет, выписки, копии, договор"},
		{"payment", "оплатить, чек, возврат, рассрочка"},
		{"feedback", "похвала, отзыв"},
		{"complaint", "недовольство клиникой"},
		{"operator", "позвать человека, перезвоните"},
		{"waitlist", "сообщите, если освободится время"},
		{"subscribe", "хочу рассылку, напоминания"},
		{"unsubscribe", "больше не писать"},
		{"consent_withdraw", "отозвать согласие на обработку данных"},
		{"my_data", "какие данные храните, исправить, удалить"},
		{"language", "сменить язык"},
		{"help", "что умеет бот"},
	}
}

// borne are the commands that a text bears out, with what it names beside them. Nothing of a model's own words is in them: a value is a code of
// the clinic's, or a piece of the person's text.
func (r *Reader) borne(clinic Clinic, said []proposal, text string, s understand.Situation) []dialog.Command {
	b := bearing{reader: r, clinic: clinic, text: text, words: spokenWords(text), s: s, facts: clinic.Rules.Facts(text, s)}
	var out []dialog.Command
	for _, p := range said {
		if c, ok := b.command(p); ok && !slices.ContainsFunc(out, func(o dialog.Command) bool { return o.Do == c.Do && o.Slot == c.Slot }) {
			out = append(out, c)
		}
	}
	return b.fitting(out)
}

// bearing is one text that readings are held to.
type bearing struct {
	reader *Reader
	clinic Clinic
	text   string
	words  []string
	s      understand.Situation
	facts  []dialog.Command
}

// command is a reading that the text bears out. None of the verbs acts: a flow that changes something asks for a button first, and yes is
// said by the person.
func (b bearing) command(p proposal) (dialog.Command, bool) {
	none := dialog.Command{}
	if !b.quoted(p.Quote) {
		return none, false
	}
	switch dialog.Verb(p.Do) {
	case dialog.Start:
		known := slices.ContainsFunc(flows(), func(f Named) bool { return f.Code == p.Flow })
		return dialog.Command{Do: dialog.Start, Flow: p.Flow}, known && b.reader.cues.said(p.Flow, b.words)
	case dialog.Set:
		return b.set(p)
	case dialog.Clear:
		return dialog.Command{Do: dialog.Clear, Slot: p.Slot}, b.s.Flow != "" && slices.Contains(slots(), p.Slot) && b.reader.cues.said("do_clear", b.words)
	case dialog.Cancel:
		return dialog.Command{Do: dialog.Cancel}, b.s.Flow != "" && b.reader.cues.said("do_cancel", b.words)
	case dialog.Handoff:
		if b.s.Flow == "" {
			return dialog.Command{Do: dialog.Start, Flow: "operator"}, b.reader.cues.said("operator", b.words)
		}
		return dialog.Command{Do: dialog.Handoff}, b.reader.cues.said("operator", b.words)
	default:
		return none, false
	}
}

// quoted says that a quote stands in the text, letter for letter but for case, spaces and marks, and holds a word.
func (b bearing) quoted(quote string) bool {
	words := spokenWords(quote)
	return len(words) > 0 && strings.Contains(" "+strings.Join(b.words, " ")+" ", " "+strings.Join(words, " ")+" ")
}

// set is a slot that the text names. Days are computed here from the person's words; a model's own date is not taken.
func (b bearing) set(p proposal) (dialog.Command, bool) {
	c := dialog.Command{Do: dialog.Set, Slot: p.Slot, Value: p.Value}
	switch p.Slot {
	case slotSpecialty:
		offered := slices.ContainsFunc(b.clinic.Specialties, func(n Named) bool { return n.Code == p.Value })
		return c, offered && (b.fact(c) || b.implied(c))
	case slotDoctor:
		at := slices.IndexFunc(b.clinic.Vocabulary.Doctors, func(d understand.Doctor) bool { return strings.EqualFold(d.Surname, p.Value) })
		if at < 0 {
			return c, false
		}
		c.Value = b.clinic.Vocabulary.Doctors[at].Surname
		return c, b.fact(c) || b.alike(c.Value)
	case slotPerson:
		return c, b.fact(c) || slices.Contains([]string{"self", "child", "spouse", "parent", "other"}, p.Value) && b.reader.cues.said("person_"+p.Value, b.words)
	case slotReason:
		c.Value = strings.Trim(strings.TrimSpace(p.Quote), ".,!?")
		return c, strings.Contains(b.text, c.Value) && utf8.RuneCountInString(c.Value) >= minStem
	case slotWhen, slotBranch, slotService:
		return b.read(p)
	}
	return c, false
}

// fact says that the rules read the same in the text.
func (b bearing) fact(c dialog.Command) bool {
	return slices.ContainsFunc(b.facts, func(f dialog.Command) bool { return f.Slot == c.Slot && f.Value == c.Value })
}

// implied says that the rules' reading of the whole text comes to the same, by a complaint for instance.
func (b bearing) implied(c dialog.Command) bool {
	return slices.ContainsFunc(b.clinic.Rules.Read(b.text, b.s).Commands, func(f dialog.Command) bool {
		return f.Slot == c.Slot && f.Value == c.Value || slices.ContainsFunc(f.Choices, func(o dialog.Command) bool { return o.Slot == c.Slot && o.Value == c.Value })
	})
}

// read has the rules read the quoted words for a slot.
func (b bearing) read(p proposal) (dialog.Command, bool) {
	for _, phrase := range []string{p.Value, p.Quote} {
		if !b.quoted(phrase) {
			continue
		}
		for _, f := range b.clinic.Rules.Facts(phrase, b.s) {
			if f.Slot == p.Slot {
				return f, true
			}
		}
	}
	return dialog.Command{}, false
}

// alike says that a word of the text is a surname with at most two slips in it: more than the rules forgive, for a model vouches.
func (b bearing) alike(surname string) bool {
	for _, form := range understand.Forms(surname) {
		for _, w := range b.words {
			if n := utf8.RuneCountInString(form); n >= 5 && near(form, w, min(2, n/4)) {
				return true
			}
		}
	}
	return false
}

// near says that two words are at most so many letters apart.
func near(a, b string, limit int) bool {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > limit || -d > limit {
		return false
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		last := row[0]
		row[0] = i + 1
		for j := range y {
			cost := last
			if x[i] != y[j] {
				cost++
			}
			last, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)] <= limit
}

// fitting keeps what makes sense together: one flow, its slots, and what else the text names for it.
func (b bearing) fitting(list []dialog.Command) []dialog.Command {
	flow := b.s.Flow
	var out []dialog.Command
	for _, c := range list {
		if c.Do == dialog.Start && c.Flow != flow && flow == b.s.Flow {
			flow = c.Flow
			out = append(out, c)
		}
	}
	acts := len(out) > 0
	for _, c := range append(slices.Clone(list), b.facts...) {
		named := slices.ContainsFunc(out, func(o dialog.Command) bool { return o.Slot == c.Slot && c.Slot != "" })
		switch {
		case c.Do == dialog.Start, named:
		case c.Do == dialog.Set || c.Do == dialog.Clear:
			if flow != "" && understand.Fits(flow, c.Slot) {
				out = append(out, c)
				acts = acts || slices.ContainsFunc(list, func(o dialog.Command) bool { return o.Slot == c.Slot })
			}
		default:
			out, acts = append(out, c), true
		}
	}
	if !acts { // only what the rules see as well
		return nil
	}
	return out
}
