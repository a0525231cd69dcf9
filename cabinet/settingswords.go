package cabinet

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/knowledge"
	"github.com/zapis-clinic/zapis/core/settings"
)

// changedLine is one field of a change: what stands, and what is to.
type changedLine struct{ Label, Was, Becomes string }

// changedLines say what a change would change, or has changed.
func changedLines(v view, c *clinic.Catalog, p settings.Proposal) []changedLine {
	was, becomes := map[string]any{}, map[string]any{}
	if len(p.Standing) > 0 && json.Unmarshal(p.Standing, &was) != nil {
		return nil
	}
	if p.Change.Price != nil {
		becomes[keyPrice] = float64(*p.Change.Price)
	}
	if text, err := json.Marshal(p.Change.Setting()); err == nil && p.Change.Price == nil {
		if json.Unmarshal(text, &becomes) != nil {
			return nil
		}
	}
	var names []string
	for name := range becomes {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []changedLine
	for _, name := range names {
		l := changedLine{v.Say("settings.f_" + name), settingText(v, c, name, was[name]), settingText(v, c, name, becomes[name])}
		if l.Was != l.Becomes {
			out = append(out, l)
		}
	}
	return out
}

// settingText is a value of a setting as people read it.
func settingText(v view, c *clinic.Catalog, name string, value any) string {
	switch x := value.(type) {
	case nil:
		return ""
	case bool:
		return v.Say("settings.is_" + strconv.FormatBool(x))
	case float64:
		switch name {
		case keyPrice:
			return core.Money(int64(x), "RUB")
		case keyReminders:
			return hoursText(v, []int32{int32(x)})
		}
		return strconv.FormatFloat(x, 'f', -1, 64)
	case string:
		if name == keyBody {
			return knowledge.Excerpt(x, 300)
		}
		return orWord(v, "settings."+name+"_"+x, calledBy(v, c, x))
	case []any:
		var parts []string
		for _, one := range x {
			parts = append(parts, settingText(v, c, name, one))
		}
		if name != "channels" { // those have an order
			slices.Sort(parts)
		}
		return strings.Join(parts, ", ")
	case map[string]any: // a service, in minutes of one's own; or the forms of a sentence
		if _, is := x[keyService]; !is {
			return formsText(v, x)
		}
		text := settingText(v, c, name, x[keyService])
		if n, own := x[keyMinutes].(float64); own {
			text += " (" + v.number("settings.minutes_n", int(n)) + ")"
		}
		return text
	}
	return fmt.Sprint(value)
}

// formsText are the forms of a sentence, as they are said.
func formsText(v view, forms map[string]any) string {
	if len(forms) == 0 {
		return v.Say("settings.word_ours")
	}
	var parts []string
	for _, name := range wordForms() {
		if text, is := forms[name].(string); is {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n")
}

// smsLine says how a message would go by SMS.
func smsLine(v view, x shownAs) string {
	return strings.NewReplacer("{characters}", strconv.Itoa(x.Characters), "{parts}", strconv.Itoa(x.Parts)).Replace(v.Say("settings.sms"))
}

// calledBy is what an id or a code stands for, or the text itself.
func calledBy(v view, c *clinic.Catalog, text string) string {
	if x, ok := c.Specialty(text); ok {
		return x.Name.In(v.Lang)
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return text
	}
	if b, ok := c.Branch(id); ok {
		return b.Name.In(v.Lang)
	}
	if x, ok := c.Service(id); ok {
		return x.Name.In(v.Lang)
	}
	return text
}

// subjectOf is what a proposal is about.
func subjectOf(v view, c *clinic.Catalog, p settings.Proposal) string {
	if p.Kind == settings.Price && p.Change.RefundLimit != nil {
		return v.Say("settings.refund_limit")
	}
	if s, ok := c.Service(p.Subject); ok {
		return s.Name.In(v.Lang)
	}
	return orText(newName(v, p.Change), p.Item)
}

// newName is what a change calls what it makes.
func newName(v view, c settings.Change) string {
	switch {
	case c.Service != nil:
		return clinic.Name{RU: c.Service.NameRU, EN: c.Service.NameEN}.In(v.Lang)
	case c.Branch != nil:
		return v.fill("settings.the_branch", "name", clinic.Name{RU: c.Branch.NameRU, EN: c.Branch.NameEN}.In(v.Lang))
	case c.Specialty != nil:
		return v.fill("settings.the_specialty", "name", clinic.Name{RU: c.Specialty.NameRU, EN: c.Specialty.NameEN}.In(v.Lang))
	case c.Room != nil:
		return v.fill("settings.the_room", "name", c.Room.Name)
	case c.Rhythm != nil:
		return v.Say("settings.tab_rhythm")
	case c.Consent != nil:
		return v.fill("settings.the_consent", "name", v.Say("security.purpose_"+c.Consent.Purpose)+", "+v.Say("settings.lang_"+c.Consent.Lang))
	case c.Article != nil:
		return v.fill("settings.the_article", "name", c.Article.Title)
	case c.Word != nil:
		return v.fill("settings.the_word", "name", c.Word.Key+", "+v.Say("settings.lang_"+c.Word.Lang))
	case c.Doctor != nil:
		return v.fill("settings.the_doctor", "name", strings.Join(strings.Fields(c.Doctor.Surname+" "+c.Doctor.Given+" "+c.Doctor.Patronymic), " "))
	}
	return ""
}

func proposalTone(state string) string {
	if state == "failed" {
		state = "refused"
	}
	return hoursTone(state)
}

// changeState is the word of a state; what is approved for a later day is planned.
func changeState(v view, p settings.Proposal) string {
	if p.State == stateApproved && p.Due != nil {
		return v.fill("settings.state_planned", keySince, dateOf(p.Due.In(v.Zone)))
	}
	return v.Say("settings.state_" + p.State)
}

func specialtyChoice(v view, list []clinic.Specialty) []option {
	out := make([]option, 0, len(list))
	for _, x := range list {
		out = append(out, option{x.Code, x.Name.In(v.Lang)})
	}
	return out
}

// articleOptions are the articles for patients, each once.
func articleOptions(v view, c *clinic.Catalog) []option {
	out := []option{{"", v.Say("settings.no_article")}}
	for _, a := range c.Articles {
		if a.Lang == russian {
			out = append(out, option{a.Slug, a.Title})
		}
	}
	return out
}

func kindOptions(v view) []option {
	var out []option
	for _, k := range []string{"initial", "repeat", "procedure"} {
		out = append(out, option{k, v.Say("settings.kind_" + k)})
	}
	return out
}

// wayOf says who proposed a change, who decided, and since when it holds.
func wayOf(v view, p settings.Proposal) string {
	parts := []string{v.fill("settings.asked_by", "who", p.Asker) + ", " + p.At.In(v.Zone).Format("02.01.2006 15:04")}
	if p.Decider != "" {
		parts = append(parts, v.fill("settings.decided_by", "who", p.Decider))
	}
	if p.Done != nil && p.State == stateDone {
		parts = append(parts, v.fill("settings.done_at", "time", p.Done.In(v.Zone).Format("02.01.2006 15:04")))
	} else if p.Due != nil {
		parts = append(parts, v.fill("settings.from_day", keySince, dateOf(p.Due.In(v.Zone))))
	}
	return strings.Join(parts, "; ")
}
