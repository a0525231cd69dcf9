package intake

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/settings"
)

// service reads a line of a table of services. A service is told by its speciality and its Russian name.
func (h house) service(x *thing) {
	s := settings.Service{NameRU: x.cells[fieldName], NameEN: x.cells[fieldNameEN], Code: strings.ToUpper(x.cells[fieldCode]), Active: true}
	if s.NameRU == "" {
		x.wrong(whyName)
	}
	var ok bool
	if s.Specialty, ok = h.specialty(x.cells[fieldSpecialty]); !ok {
		x.wrong(whySpecialty)
	}
	if s.Kind, ok = serviceKind(x.cells[fieldKind], s.NameRU); !ok {
		x.wrong(whyKind)
	}
	if s.Minutes, ok = minutes(x.cells[fieldMinutes]); !ok {
		x.wrong(whyMinutes)
	}
	if s.Price, ok = rubles(x.cells[fieldPrice]); !ok {
		x.wrong(whyPrice)
	}
	x.key, x.change.Service = s.Specialty+"|"+folded(s.NameRU), &s
	now, stands := only(slices.Concat(h.book.Services, h.book.Shut.Services), s.NameRU, func(y clinic.Service) []string {
		if y.Specialty != s.Specialty {
			return nil
		}
		return []string{y.Name.RU}
	})
	if stands {
		h.serviceStands(x, now, &s)
	} else if s.NameEN == "" {
		s.NameEN = s.NameRU
	}
}

// serviceStands is a line about what the clinic has: it is left alone, or changed where the table says otherwise. Prices have a way of their own.
func (h house) serviceStands(x *thing, now clinic.Service, s *settings.Service) {
	x.subject = now.ID
	if x.state == Wrong {
		return
	}
	if s.NameEN == "" {
		s.NameEN = now.Name.EN
	}
	if x.cells[fieldKind] == "" {
		s.Kind = now.Kind
	}
	if now.Price != s.Price {
		x.why = append(x.why, whyPriceKept)
	}
	same := int32(now.Duration.Minutes()) == s.Minutes && now.Name.EN == s.NameEN && now.Kind == s.Kind
	if !h.fill || now.Closed || (same && s.Code == "") {
		x.skip(whyStands)
		return
	}
	x.state = Update
	s.Price = 0
	s.Before, s.After = int32(now.BufferBefore.Minutes()), int32(now.BufferAfter.Minutes())
}

// serviceKind reads what kind a service is; where the table does not say, its name may.
func serviceKind(text, name string) (string, bool) {
	text = folded(text)
	said := text != ""
	if !said {
		text = folded(name)
	}
	for _, k := range []struct{ kind, words string }{
		{"repeat", "повтор|repeat|follow"}, {"initial", "первич|консультац|initial|first|consult"}, {"procedure", "процедур|procedure|исследован|манипул"},
	} {
		for _, w := range strings.Split(k.words, "|") {
			if strings.Contains(text, w) {
				return k.kind, true
			}
		}
	}
	return "procedure", !said
}

var (
	inMinutes = regexp.MustCompile(`^(\d{1,3})(?:[.,]0+)?\s*(?:мин(?:ут[аы]?)?\.?|m|min(?:utes?)?)?$`)
	inHours   = regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::00)?$`)
	inRubles  = regexp.MustCompile(`^(\d{1,9})(?:[.,](\d{1,2})0*)?(?:₽|руб(?:лей|ля|ль)?\.?|р\.?|rub)?$`)
)

// minutes reads how long something takes: «30», «45 мин», «1:30».
func minutes(text string) (int32, bool) {
	text = strings.ToLower(text)
	n := 0
	if m := inMinutes.FindStringSubmatch(text); m != nil {
		n, _ = strconv.Atoi(m[1]) // digits
	} else if m := inHours.FindStringSubmatch(text); m != nil {
		hours, _ := strconv.Atoi(m[1]) // digits
		n, _ = strconv.Atoi(m[2])      // digits
		n += hours * 60
	}
	return int32(min(n, math.MaxInt16)), n >= 5 && n <= 720
}

// rubles reads a price, in kopecks: «2500», «2 500,50 ₽».
func rubles(text string) (int64, bool) {
	m := inRubles.FindStringSubmatch(strings.ToLower(strings.Join(strings.Fields(text), "")))
	if m == nil {
		return 0, false
	}
	whole, err := strconv.ParseInt(m[1], 10, 64)
	part, _ := strconv.ParseInt((m[2] + "00")[:2], 10, 64) // digits
	return whole*100 + part, err == nil && whole*100+part > 0
}
