package cabinet

import (
	"strconv"
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/visit"
)

// born is «№ 17 · 12.03.1985, 41 год · женщина», as far as it is known.
func (f cardFrame) born(v view) string {
	out := []string{"№ " + strconv.FormatInt(f.Number, 10)}
	if f.Born != nil {
		out = append(out, f.Born.Format("02.01.2006")+", "+v.aged(age(*f.Born, f.Now.In(v.Zone))))
	}
	if f.Sex != "" {
		out = append(out, v.Say("card.sex_"+f.Sex))
	}
	return strings.Join(out, " · ")
}

// about is what a visit was, as far as it is told.
func (x comeLine) about() []string {
	var out []string
	for _, text := range []string{x.ServiceName, x.Doctor, x.Branch} {
		if text != "" {
			out = append(out, text)
		}
	}
	return append(out, core.Money(x.Price, x.Currency))
}

// toneBad is the tone of what somebody must look at.
const toneBad = "bad"

// visitTone is the tone of a visit's state.
func visitTone(s visit.Status) string {
	switch s {
	case visit.Done, visit.Arrived, visit.InProgress, visit.Confirmed:
		return "ok"
	case visit.NoShow:
		return toneBad
	case visit.Cancelled:
		return toneWarn
	default:
		return ""
	}
}

// empty says that every list that is there has nothing in it.
func (f file) empty() bool {
	return (f.Records == nil || len(*f.Records) == 0) && (f.Prescriptions == nil || len(*f.Prescriptions) == 0) &&
		(f.Results == nil || len(*f.Results) == 0) && (f.Documents == nil || len(*f.Documents) == 0)
}

// consentBy is where somebody agreed, or on which paper.
func consentBy(v view, e consent.Event) string {
	if text := v.Say("channel." + e.Channel); text != "channel."+e.Channel {
		return text
	}
	return v.fill("card.paper", "number", e.Evidence)
}

// dialled is a number as a phone dials it.
func dialled(phone string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
}

// ruDay is a day of the database as people read it.
func ruDay(text string) string {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return ""
	}
	return day.Format("02.01.2006")
}
