package understand

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// whom is what a message says of doctors.
type whom struct {
	wanted  []int  // who fits the one that is named: several where namesakes work here
	unknown string // named, and nobody of the clinic
	without []int  // whom the person does not want
}

// mention is a doctor named at [from, to).
type mention struct {
	from, to int
	fit      []int
	surname  bool
	refused  bool
	listed   bool // refused by "кроме", which holds for what is joined by "и"
}

// find reads whom a message names and marks the names used.
func (d *doctors) find(h *heard) whom {
	var w whom
	var last mention
	for i := 0; i < len(h.tokens); i++ {
		m, ok := d.mention(h, i)
		if !ok {
			continue
		}
		i = max(i, m.to-1)
		m.refused = rejected(h.tokens, m.from, m.to) || mistaken(h.tokens, m.from)
		m.listed = m.refused && beforeIs(h.tokens, m.from, except, withoutWord, "except")
		if !m.refused && last.listed && joined(h.tokens, last.to, m.from) {
			m.refused, m.listed = true, true
		}
		last = m
		for j := m.from; j < m.to; j++ {
			h.times.used[j] = true
			h.tokens[j].declined = m.refused
		}
		switch {
		case m.refused:
			w.without = append(w.without, m.fit...)
		case len(m.fit) == 0:
			if w.unknown == "" {
				w.unknown = d.called(h, m)
			}
		case len(w.wanted) == 0:
			w.wanted = m.fit
		case len(overlap(w.wanted, m.fit)) > 0: // "к Ивановой, к Анне Петровне"
			w.wanted = overlap(w.wanted, m.fit)
		}
	}
	if len(w.wanted) == 0 && w.unknown == "" && len(w.without) == 0 {
		w.unknown = d.stranger(h)
	}
	if len(w.wanted) > 0 {
		w.without = nil
	}
	return w
}

// declines says that a part of a message says who is not wanted: that is a part of the wish, and no wish of its own.
func declines(tokens []token) bool {
	return slices.ContainsFunc(tokens, func(t token) bool { return t.declined })
}

func overlap(a, b []int) []int {
	return slices.DeleteFunc(slices.Clone(a), func(i int) bool { return !slices.Contains(b, i) })
}

func beforeIs(tokens []token, i int, words ...string) bool {
	for j := i - 1; j >= 0 && i-j <= 4; j-- {
		if slices.Contains(words, tokens[j].text) {
			return true
		}
	}
	return false
}

// joined says that only "и", "или" or a comma stands between two names.
func joined(tokens []token, from, to int) bool {
	for j := from; j < to; j++ {
		switch tokens[j].text {
		case "и", "или", ",", "and", "or":
		default:
			return false
		}
	}
	return to > from
}

// mistaken says that the name is told as an error: "меня по ошибке записали к Гаю".
func mistaken(tokens []token, from int) bool {
	for j := from - 1; j >= 0 && from-j <= maxBetween && !tokens[j].mark; j-- {
		if strings.HasPrefix(tokens[j].text, "ошиб") || tokens[j].text == "mistake" {
			return true
		}
	}
	for j := from + 1; j < len(tokens) && j <= from+2 && !tokens[j].mark; j++ { // "мельник занята, тогда к Белых"
		if strings.HasPrefix(tokens[j].text, "занят") && j+1 < len(tokens) && tokens[j+1].mark {
			return true
		}
	}
	return false
}

// mention reads a doctor's name at i: a surname with what stands beside it, or a name and patronymic.
func (d *doctors) mention(h *heard, i int) (mention, bool) {
	t := &h.tokens[i]
	if t.mark || t.digits || elsewhere(h.tokens, i) {
		return mention{}, false
	}
	called := d.calledUpon(h.tokens, i)
	if forms := d.forms[d.spelling(t)]; len(forms) > 0 && (t.sense.kind == "" || t.sense.kind == kindPlain || called) {
		return d.bySurname(h, i, forms)
	}
	if t.sense.kind != "" && t.sense.kind != kindPlain {
		return mention{}, false
	}
	return d.byName(h, i)
}

// calledUpon says that only a person can stand at i: after "к", after a title.
func (d *doctors) calledUpon(tokens []token, i int) bool {
	return i > 0 && (caseAfter(tokens[i-1].text) == 1<<dative || title(tokens[i-1].text)) || i > 1 && tokens[i-1].text == "." && title(tokens[i-2].text)
}

// bySurname is the doctor whose surname stands at i, as far as it is a doctor who is spoken of.
func (d *doctors) bySurname(h *heard, i int, forms []form) (mention, bool) {
	m := mention{from: i, to: i + 1, surname: true}
	fit := d.fitting(forms, before(h.tokens, i))
	named, contrary := d.beside(h.tokens, &m, &fit)
	if !named && (d.own[fit[0]].plain || h.tokens[i].mended) && !d.meant(h, i, forms) {
		return m, false
	}
	if !contrary {
		m.fit = fit
	}
	return m, true
}

// fitting are the doctors who share a form, of their own gender first, then in the case that the preposition asks.
func (d *doctors) fitting(forms []form, preposition string) []int {
	var best []int
	rank := -1
	want := caseAfter(preposition)
	for _, f := range forms {
		r := 0
		if !f.other {
			r += 2
		}
		if want == 0 || f.cases&want != 0 {
			r += 3
		}
		switch {
		case r > rank:
			best, rank = append(best[:0], f.doctor), r
		case r == rank:
			best = append(best, f.doctor)
		}
	}
	return best
}

// beside takes the given name, patronymic and initials around a surname into a mention and keeps whom they fit. Contrary are names that fit
// nobody: it is somebody else.
func (d *doctors) beside(tokens []token, m *mention, fit *[]int) (named, contrary bool) {
	at := m.from
	for _, step := range []int{-1, 1} {
		for j, words := at+step, 0; j >= 0 && j < len(tokens) && words < 3; j += step {
			if tokens[j].text == "." {
				continue
			}
			t := &tokens[j]
			if t.mark || t.digits {
				break
			}
			is := d.nameAt(tokens, j)
			if is == nil {
				break
			}
			words++
			named = true
			kept := slices.DeleteFunc(slices.Clone(*fit), func(doctor int) bool { return !is(doctor) })
			contrary = contrary || len(kept) == 0
			if len(kept) > 0 {
				*fit = kept
			}
			m.from, m.to = min(m.from, j), max(m.to, j+1)
		}
	}
	return named && !contrary, contrary
}

// nameAt says whom the name, patronymic or initial at j fits; nil where it is none.
func (d *doctors) nameAt(tokens []token, j int) func(doctor int) bool {
	word := d.spelling(&tokens[j])
	if utf8.RuneCountInString(word) == 1 {
		if next(tokens, j) != "." && !bareInitials(tokens, j) || caseAfter(word) != 0 && !tokens[j].upper {
			return nil
		}
		return func(doctor int) bool {
			return strings.HasPrefix(folded(d.list[doctor].Name), word) || strings.HasPrefix(folded(d.list[doctor].Patronymic), word)
		}
	}
	stem := nameStem(word)
	switch {
	case patronymic(word) || len(d.fathers[stem]) > 0:
		return func(doctor int) bool {
			return len(d.own[doctor].fathers) == 0 || slices.ContainsFunc(d.own[doctor].fathers, func(father string) bool { return strings.HasSuffix(stem, father) })
		}
	case tokens[j].sense.kind != "" && tokens[j].sense.kind != kindPlain:
		return nil
	case len(tokens[j].atoms) > 0 && !tokens[j].upper: // "к Мельник надо"
		return nil
	case len(d.given[stem]) > 0 || d.names[stem] && len(d.forms[word]) == 0:
		return func(doctor int) bool {
			return len(d.own[doctor].given) == 0 || slices.Contains(d.own[doctor].given, stem)
		}
	}
	return nil
}

// bareInitials says that two letters after a surname stand for names: "мельник т ю".
func bareInitials(tokens []token, j int) bool {
	one := func(i int) bool {
		return i > 0 && i < len(tokens) && !tokens[i].mark && !tokens[i].digits && utf8.RuneCountInString(tokens[i].text) == 1 && !strings.ContainsAny(tokens[i].text, "виксоуая")
	}
	return one(j) && (one(j+1) || one(j-1))
}

// byName is the doctor whose given name and patronymic stand at i, or whose patronymic alone: "к Анне Петровне", "к Сергеичу".
func (d *doctors) byName(h *heard, i int) (mention, bool) {
	word := d.spelling(&h.tokens[i])
	stem := nameStem(word)
	m := mention{from: i, to: i + 1}
	preposition := before(h.tokens, i)
	addressed := caseAfter(preposition)&(1<<dative|1<<genitive|1<<instrumental) != 0 && preposition != forWhom && preposition != "от" || d.calledUpon(h.tokens, i)
	if h.s.Asked == slotDoctor && len(h.tokens) <= 3 && len(d.given[stem]) > 0 { // asked which of the namesakes
		m.fit = d.given[stem]
		return m, true
	}
	if len(d.given[stem]) > 0 || d.names[stem] {
		if i+1 < len(h.tokens) && (patronymic(h.tokens[i+1].text) || len(d.fathers[nameStem(h.tokens[i+1].text)]) > 0) {
			m.to = i + 2
			father := nameStem(d.spelling(&h.tokens[i+1]))
			m.fit = overlap(d.given[stem], d.fathers[father])
			return m, addressed || len(m.fit) > 0 && receives(h)
		}
		return m, false
	}
	if fathers := d.fathers[stem]; len(fathers) > 0 && patronymic(word) && addressed {
		m.fit = fathers
		return m, true
	}
	return m, false
}

// receives says that the message asks about somebody's reception.
func receives(h *heard) bool {
	return h.begins("принима", "свобод", "работ", "запис", "можно", "прием", "окно", "окош", "врач", "доктор", "есть")
}

// meant says that a word that is a surname and a word besides, or was only near one, means the doctor here.
func (d *doctors) meant(h *heard, i int, forms []form) bool {
	switch {
	case h.s.Asked == slotDoctor, d.calledUpon(h.tokens, i), h.tokens[i].upper && i > 0 && !h.tokens[i-1].mark && !h.shouts():
		return true
	}
	preposition := before(h.tokens, i)
	switch preposition {
	case "к", "ко", "у", "с", "со", "про", "о", "об", instead, except, withoutWord, "не":
		want := caseAfter(preposition)
		return want == 0 || slices.ContainsFunc(forms, func(f form) bool { return f.cases&want != 0 })
	}
	if i > 0 && h.tokens[i-1].sense.kind == kindSpecialty || i+1 < len(h.tokens) && h.tokens[i+1].sense.kind == kindSpecialty {
		return true
	}
	known, words := 0, 0
	for j := range h.tokens {
		if t := &h.tokens[j]; !t.mark && j != i {
			words++
			if t.sense.kind != "" || len(t.atoms) > 0 || h.times.used[j] {
				known++
			}
		}
	}
	return words <= 4 && known >= words-1
}

// shouts says that the text is written in capitals.
func (h *heard) shouts() bool {
	for i := range h.tokens {
		if t := &h.tokens[i]; !t.mark && !t.digits && !t.upper {
			return false
		}
	}
	return true
}

// spelling is the word as surnames are filed: a Latin one with Russian letters.
func (d *doctors) spelling(t *token) string {
	if !t.latin {
		return t.text
	}
	for _, school := range d.schools {
		if word := school.Replace(t.text); len(d.forms[word]) > 0 {
			return word
		}
	}
	return d.schools[0].Replace(t.text)
}

// before is the word before i, past a title and a name: "к доктору Ивановой", "к Анне Петровне Ивановой".
func before(tokens []token, i int) string {
	for i--; i >= 0; i-- {
		t := &tokens[i]
		if !title(t.text) && !t.mark && !patronymic(t.text) && t.sense.kind != kindSpecialty {
			return t.text
		}
	}
	return ""
}

// elsewhere says that the name at i is a street's, a patient's or a fast's.
func elsewhere(tokens []token, i int) bool {
	for j, n := i-1, 0; j >= 0 && n < 2; j-- {
		text := tokens[j].text
		if tokens[j].mark {
			if text != "." && text != ":" {
				return false
			}
			continue
		}
		n++
		if street(text) || caller(text) && (n == 1 || utf8.RuneCountInString(text) > 3) {
			return true
		}
		if caseAfter(text) != 0 || title(text) {
			break
		}
	}
	follows := next(tokens, i)
	return street(follows) || strings.HasPrefix(follows, "пост") && strings.HasPrefix(tokens[i].text, "петров")
}

// street says that a word stands beside the names of streets and of those they are named for.
func street(word string) bool {
	switch word {
	case "ул", "пр", "пер", "пл", "бул", "шоссе", "имени", "мост", "метро", "street":
		return true
	}
	for stem := range strings.FieldsSeq("улиц проспект бульвар площад переул набережн станци рощ горе гора деревн поселк адмирал маршал генерал академик памятник космонавт") {
		if strings.HasPrefix(word, stem) {
			return true
		}
	}
	return false
}

// caller says that the name after a word is the patient's own.
func caller(word string) bool {
	switch word {
	case "это", "зовут", "имя", "я", "фио", "am", "im":
		return true
	}
	return strings.HasPrefix(word, "фамили") || strings.HasPrefix(word, "пациент") || strings.HasPrefix(word, "patient")
}
