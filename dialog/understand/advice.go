package understand

import (
	"slices"

	"github.com/zapis-clinic/zapis/dialog"
)

// How many points a complaint needs to be heard in a message that is of something else, or of nothing.
const (
	sureComplaint = 40 // of one match of several words: nothing else in the message has to ask for a visit
	mayBeOne      = 30 // where the rules took the message for nothing
	heardBeside   = 24 // to be named beside another wish, which keeps its flow
)

// said is how clearly something was complained of: its points, the most that a single match of several words gives, and whether
// that is of a body in so many words.
type said struct {
	points   float64
	strength int
	strong   bool
}

// advise adds to whom a complaint leads, where the message wants nobody by name: the choices stand best first, for the person to choose.
func (r *Reader) advise(h *heard, flow string, weight int, commands []dialog.Command) ([]dialog.Command, []Specialty) {
	if h.s.Flow != "" && (h.s.Flow != flowBooking || flow != "" && flow != flowBooking) || flow == "none" {
		return commands, nil
	}
	s := r.complaints.lore.look(h.tokens, r.asWritten(h.text))
	who := s.who(Who{Age: h.s.Age, Sex: h.s.Sex})
	ways, points := r.complaints.judge(s, h.text, who)
	asks := asksWhom(h.tokens)
	if len(ways) == 0 && asks && h.unknown(flow, weight) {
		ways, points = []Specialty{{Code: who.general(), Reason: own(h.text, maxCause), Weight: 0.5}}, mayBeOne
	}
	c := said{points: points, strength: r.complaints.strength(s)}
	c.strong = points >= heardBeside && (h.facts[kindSymptom] || c.strength >= sureComplaint)
	if len(ways) == 0 || h.names(c, asks) {
		return commands, nil
	}
	if !h.yields(flow, weight, asks, c) {
		if points < heardBeside {
			return commands, nil
		}
		return commands, ways
	}
	return r.offer(h, s, flow, commands, ways), ways
}

// offer makes a booking of a complaint, with its words and the question to whom.
func (r *Reader) offer(h *heard, s *sight, flow string, commands []dialog.Command, ways []Specialty) []dialog.Command {
	switch {
	case h.s.Flow == "" && flow != flowBooking:
		commands = h.begin(flowBooking)
	case h.s.Flow != "" && h.s.Asked != slotSpecialty:
		return commands
	}
	commands = slices.DeleteFunc(slices.Clone(commands), func(c dialog.Command) bool {
		return c.Do == dialog.Set && c.Slot == slotSpecialty
	})
	if !slices.ContainsFunc(commands, func(c dialog.Command) bool { return c.Slot == slotReason }) {
		if said := r.complaints.span(s, h.text); said != "" {
			commands = append(commands, dialog.Command{Do: dialog.Set, Slot: slotReason, Value: said})
		}
	}
	ask := dialog.Command{Do: dialog.Clarify, Slot: slotSpecialty}
	for _, w := range ways {
		choice := dialog.Command{Do: dialog.Set, Slot: slotSpecialty, Value: w.Code}
		if w.Code != therapist { // whom one may always ask
			choice.Why = w.Reason
		}
		ask.Choices = append(ask.Choices, choice)
	}
	return append(commands, ask)
}

// general is who may always be asked.
func (p Who) general() string {
	if p.Child {
		return pediatrician
	}
	return therapist
}

// unknown says that whoever asks whom to go to told something that no table knows.
func (h *heard) unknown(flow string, weight int) bool {
	known, words := h.coverage()
	if h.facts[slotWhen] {
		known++
	}
	return (flow == "" || flow == flowBooking || flow == "doctor_info" && weight < sure+2) && words-known >= 3
}

// names says that the message wants somebody or something by name. A finding ("на узи киста") and a doctor spoken of ("хирург не помог, к кому") are no wish.
func (h *heard) names(c said, asks bool) bool {
	if h.facts[slotDoctor] || h.facts[slotService] && !asks {
		return true
	}
	if !h.facts[slotSpecialty] {
		return false
	}
	switch named(h.tokens, kindSpecialty) {
	case "ultrasound", "radiology", "laboratory":
		return c.points < heardBeside || !asks && h.wishes()
	}
	spoken := h.begins("выписал", "сказал", "совету", "посовет", "направ", "отправ", "знает", "лечит", "или", "поликлин")
	told := asks && (h.facts[kindSymptom] || c.strength >= mayBeOne)
	return !spoken && !told || h.wishes() && !h.begins("или")
}

// wishes says that a visit is asked for in so many words.
func (h *heard) wishes() bool {
	return h.begins("запис", "запиш", "хочу", "хотел", "нуж", "надо", "можно", "сделать", "сдать", "пройти", "book", "appointment", "свобод", "ближайш", "сколько")
}

// yields says that the flow the rules found gives way to a complaint: it was told by a word beside. Words of the flow's own business keep it.
func (h *heard) yields(flow string, weight int, asks bool, c said) bool {
	switch flow {
	case flowBooking:
		return true
	case "":
		return asks || (h.facts[kindSymptom] || c.strength >= mayBeOne || c.points >= mayBeOne+4) && !h.aside()
	case "doctor_info", flowGreeting, flowThanks, "help", "other":
		return asks || c.strong && !h.aside()
	case flowCancel, flowReschedule, "visits", flowWaitlist, "my_data", "consent_withdraw", "confirm", "deny", flowLanguage, flowEmergency:
		return (asks || c.strong) && weight < 86 && !h.aside()
	case flowComplaint, flowFeedback:
		return asks && c.points >= heardBeside && !h.begins("жалоб", "жалов", "скольк") || c.strength >= 50 && !h.aside()
	}
	return asks && c.points >= heardBeside && !h.begins("скольк", "стоит", "цен", "жалоб") || c.strong && !h.aside()
}

// aside says that the message has words of what a clinic does beside treating, or of tales.
func (h *heard) aside() bool {
	return h.begins("скольк", "скока", "стои", "цен", "прайс", "дорог", "скидк", "почем", "тариф", "результат", "готов", "заключен", "выписк", "снимк", "справк", "отмен", "перенес", "запис", "перенос",
		"адрес", "парков", "чек", "оплат", "платеж", "возврат", "вычет", "вычит", "договор", "отзыв", "жалоб", "рассыл", "реклам", "спам", "смс", "напомин", "опозд", "опазд", "апазд", "прием",
		"позвон", "перезвон", "дозвон", "админ", "оператор", "регистрат", "очеред", "график", "режим", "работаете", "открыт", "страхов", "дмс", "омс", "полис", "аванс", "рассроч", "инвойс",
		"копи", "рецеп", "рицеп", "фамили", "исправ", "данн", "информац", "сообщен", "анкет", "ответ", "новост", "динамик", "баночк", "переведи", "смотрел", "сериал", "фильм",
		"передач", "телевиз", "снятся", "снится", "соседк", "инструмент", "кабинет", "отвечать", "прислать", "пришлите", "отправ", "скиньте", "жду", "ждать", "подготов",
		"price", "cost", "result", "ready", "cancel", "resched", "report", "receipt", "pay", "copy", "contract", "prepare", "phone")
}

// asksWhom says that the message asks which doctor is right: "к кому", "какой врач", "кто смотрит такое".
func asksWhom(tokens []token) bool {
	doctors := []string{"врач", "доктор", "спец", "doctor", "specialist", "treats", "deals", "handles", "looks"}
	for i := range tokens {
		t := tokens[i].text
		after, before := next(tokens, i), ""
		if i > 0 {
			before = tokens[i-1].text
		}
		switch {
		case (t == "кому" || t == "кем") && before != "никому" && after != "нибудь", (t == "кого" || t == "кто") && (before == "у" || before == "или"), t == "куда" && hasAny(after, "обра", "идти", "мне", "с"):
			return true
		case hasAny(t, "какой", "какому", "каково", "какого", "каким", "which", "what", "ваш") && t != "ваши" && hasAny(after, doctors...), hasAny(t, "врач", "доктор", "специалист") && t != "врача" && hasAny(after, "какой", "какому", "какого", "нужен"):
			return true
		case t == "кто" && hasAny(after, "леч", "занима", "смотр", "посмотр", "помож", "помог", "это", "такое", "такие", "тогда", "провер", "пров", "вед", "пром", "сним", "может", "убер"):
			return true
		case t == "кто" && after == "из" && hasAny(next(tokens, i+1), "врач", "доктор", "спец"):
			return true
		case t == "who" && hasAny(after, "do", "should", "can", "is", "treats", "to", "deals"), t == "see" && hasAny(after, "someone", "somebody"):
			return true
		}
	}
	return false
}

// strength is the most points that a single match gives.
func (c *complaints) strength(s *sight) int {
	most := 0
	c.lore.meetings(s, func(f found) bool {
		if len(f.words) > 1 {
			most = max(most, c.best(f))
		}
		return true
	})
	return most
}
