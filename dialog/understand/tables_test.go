package understand

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRulesCanBeReadAndNameKnownFlows(t *testing.T) {
	t.Parallel()
	r := newRules()
	require.Empty(t, r.bad)
	require.NotEmpty(t, r.list)
	flows := strings.Fields(`booking reschedule cancel visits results prices contacts hours preparation doctor_info documents payment feedback complaint
		operator waitlist subscribe unsubscribe consent_withdraw my_data prove prove_how language emergency greeting thanks confirm deny help other none`)
	for _, rule := range r.list {
		assert.Contains(t, flows, rule.flow)
		assert.NotEmpty(t, rule.groups, rule.flow)
		assert.False(t, rule.groups[0].not, "a rule of %s that begins with what must not occur", rule.flow)
	}
	controls := strings.Fields("back stop repeat other_time other_doctor other_branch other_service")
	for text, flow := range r.whole {
		assert.Contains(t, append(controls, flows...), flow, text)
		assert.NotEmpty(t, text)
	}
	for stem := range r.stems {
		assert.GreaterOrEqual(t, utf8.RuneCountInString(stem), 2, stem)
	}
}

func TestRulesAskForKindsOfWordThatThereAre(t *testing.T) {
	t.Parallel()
	l, r := newLexicon(), newRules()
	kinds := []string{"when", "doctor", "service", "branch", "reason"}
	for _, s := range l.words {
		kinds = append(kinds, s.kind)
	}
	for kind := range r.facts {
		assert.True(t, slices.Contains(kinds, kind), "@%s", kind)
	}
}

func TestWordsAreFoldedAndNameKnownSpecialities(t *testing.T) {
	t.Parallel()
	specialities := strings.Fields(`therapist pediatrician cardiologist neurologist ent ophthalmologist dermatologist gynecologist urologist endocrinologist
		gastroenterologist surgeon traumatologist dentist psychotherapist allergist pulmonologist rheumatologist oncologist hematologist nephrologist
		infectionist proctologist mammologist ultrasound radiology laboratory vaccination massage`)
	l := newLexicon()
	met := map[string]bool{}
	check := func(form string, s sense) {
		if s.kind == kindSpecialty {
			assert.Contains(t, specialities, s.code, form)
			met[s.code] = true
		}
		if s.kind == kindPart && s.code != "night" {
			_, _, ok := partHours(s.code)
			assert.True(t, ok, s.code)
		}
		for _, token := range cut(form) {
			assert.Equal(t, strings.ToLower(strings.ReplaceAll(form, "ё", "е")), token.text, "the table holds a form that no text can have")
		}
	}
	for form, s := range l.words {
		check(form, s)
	}
	for stem, s := range l.stems {
		check(stem, s)
	}
	for _, list := range l.phrases {
		for _, p := range list {
			for _, w := range p.words {
				check(w, p.sense)
			}
		}
	}
	for _, code := range specialities {
		assert.True(t, met[code], "no word for %s", code)
	}
}

func TestSurnamesHaveTheirForms(t *testing.T) {
	t.Parallel()
	for surname, forms := range map[string]string{
		"иванова":     "ивановой иванову",
		"петров":      "петрова петрову петровым петрове",
		"пушкин":      "пушкина пушкину пушкиным",
		"соколовская": "соколовской соколовскую",
		"белый":       "белого белому белым",
		"толстой":     "толстого толстому",
		"шмидт":       "шмидта шмидту шмидтом",
		"коваль":      "коваля ковалю ковалем",
		"гай":         "гая гаю",
		"кравец":      "кравца кравцу кравецу",
		"сорока":      "сороки сороке сороку сорокой",
		"берия":       "берии берию",
		"шевченко":    "шевченко шевченку",
		"долгих":      "долгих",
		"чавчавадзе":  "чавчавадзе",
		"ли":          "ли",
	} {
		woman, man := declensions(surname)
		for _, form := range strings.Fields(forms) {
			assert.True(t, slices.Contains(woman, form) || slices.Contains(man, form), "%s: no %s in %v %v", surname, form, woman, man)
		}
	}
}

func TestLikelySlipsCostLess(t *testing.T) {
	t.Parallel()
	c := newConfusions()
	of := func(a, b string) int {
		x, _ := spell(a)
		y, _ := spell(b)
		return c.cost(&x, &y)
	}
	assert.Zero(t, of("завтра", "завтра"))
	for _, pair := range [][2]string{
		{"завтро", "завтра"},
		{"завтар", "завтра"},
		{"зафтра", "завтра"},
		{"заввтра", "завтра"},
		{"кардеалаг", "кардиолог"},
		{"кордиолаг", "кардиолог"},
		{"записатся", "записаться"},
		{"записаца", "записаться"},
		{"болно", "больно"},
		{"терапефт", "терапевт"},
		{"приивет", "привет"},
		{"субота", "суббота"},
	} {
		assert.LessOrEqual(t, of(pair[0], pair[1]), slip-1, "%v", pair)
	}
	for _, pair := range [][2]string{{"осмотр", "осетр"}, {"сахар", "самар"}, {"сорок", "корок"}, {"палец", "салат"}, {"кабинет", "клиника"}} {
		assert.GreaterOrEqual(t, of(pair[0], pair[1]), slip-1, "%v", pair)
	}
}
