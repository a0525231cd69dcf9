package cabinet

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/settings"
)

// changedLine is one field of a change: what stands, and what is to.
type changedLine struct{ Label, Was, Becomes string }

// changedLines say what a change would change, or has changed.
func changedLines(v view, p settings.Proposal) []changedLine {
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
		l := changedLine{v.Say("settings.f_" + name), settingText(v, name, was[name]), settingText(v, name, becomes[name])}
		if l.Was != l.Becomes {
			out = append(out, l)
		}
	}
	return out
}

// settingText is a value of a setting as people read it.
func settingText(v view, name string, value any) string {
	switch x := value.(type) {
	case nil:
		return ""
	case bool:
		return v.Say("settings.is_" + strconv.FormatBool(x))
	case float64:
		if name == keyPrice {
			return core.Money(int64(x), "RUB")
		}
		return strconv.FormatFloat(x, 'f', -1, 64)
	case string:
		return orWord(v, "settings."+name+"_"+x, x)
	case []any:
		var parts []string
		for _, one := range x {
			parts = append(parts, settingText(v, name, one))
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(value)
}

// subjectOf is what a proposal is about.
func subjectOf(v view, c *clinic.Catalog, p settings.Proposal) string {
	if p.Kind == settings.Price && p.Change.RefundLimit != nil {
		return v.Say("settings.refund_limit")
	}
	if s, ok := c.Service(p.Subject); ok {
		return s.Name.In(v.Lang)
	}
	if x := p.Change.Service; x != nil {
		return clinic.Name{RU: x.NameRU, EN: x.NameEN}.In(v.Lang)
	}
	return p.Item
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
