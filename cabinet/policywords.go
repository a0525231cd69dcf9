package cabinet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
)

// codeField is what a field for a program's text has.
func codeField() templ.Attributes {
	return templ.Attributes{"spellcheck": "false", "autocapitalize": "none", "class": "code"}
}

// orWord is what the words say of a key, or a text where they say nothing: a clinic's own matrix may have notes of its own.
func orWord(v view, key, text string) string {
	if said := v.Say(key); said != key {
		return said
	}
	return text
}

func roleWord(v view, role string) string       { return orWord(v, "role."+role, v.Say("admin.role_"+role)) }
func classWord(v view, class core.Class) string { return v.Say("admin.class_" + string(class)) }
func kindWord(v view, kind string) string       { return orWord(v, "kind."+kind, kind) }
func versionTitle(v view, version int32) string { return titleOf(v, int(version)) }
func answerWord(v view, answer string) string   { return v.Say("admin.answer_" + answer) }
func actionWords(v view, may []core.Action) string {
	return strings.Join(saidOf(v, "admin.may_", may), ", ")
}

func wordsOf(v view, group string, list []string) []string {
	out := make([]string, 0, len(list))
	for _, one := range list {
		out = append(out, orWord(v, group+"."+one, one))
	}
	return out
}

func saidOf[T ~string](v view, before string, list []T) []string {
	out := make([]string, 0, len(list))
	for _, one := range list {
		out = append(out, v.Say(before+string(one)))
	}
	return out
}

func titleOf(v view, version int) string {
	if version == 0 {
		return v.Say("admin.version_zero")
	}
	return v.number("admin.version_n", version)
}

// everything is what a role may do with a class at all, in the order of the actions.
func everything(m *access.Matrix, class core.Class, role string) []core.Action {
	var out []core.Action
	for _, action := range core.Actions() {
		if slices.ContainsFunc(m.Classes[class].Cells[role], func(g access.Grant) bool { return slices.Contains(g.May, action) }) {
			out = append(out, action)
		}
	}
	return out
}

// factWords puts names of facts, separated by commas, into words.
func factWords(v view, facts string) string {
	if facts == "" {
		return v.Say("admin.nothing_known")
	}
	return strings.Join(wordsOf(v, "fact", strings.Split(facts, ", ")), ", ")
}

func namedKinds(v view, kinds []string) string {
	var out []string
	for _, kind := range kinds {
		if kind != "" {
			out = append(out, kindWord(v, kind))
		}
	}
	return strings.Join(out, ", ")
}

func expectedWord(v view, e access.Expected) string {
	if !e.Allowed {
		return answerWord(v, "no")
	}
	return answerWord(v, e.View)
}

// standing says which set is in force, and since when.
func standing(v view, set access.Set) string {
	if set.Version == 0 || set.Activated == nil {
		return v.Say("admin.live_zero")
	}
	said := v.number("admin.live", int(set.Version))
	for name, value := range map[string]string{keyTime: v.moment(*set.Activated), "author": set.By, "approver": set.With} {
		said = strings.ReplaceAll(said, "{"+name+"}", value)
	}
	return said
}

func setState(set access.Set) string {
	if set.Withdrawn() && set.Version > 0 {
		return "withdrawn"
	}
	return set.State
}

func toneOf(set access.Set) string {
	switch {
	case set.State == "active":
		return "ok"
	case set.Open():
		return toneWarn
	default:
		return ""
	}
}

// textWrong says at what line a text is refused.
func textWrong(v view, d draft) string {
	switch {
	case d.Trial.Unsound == "":
		return ""
	case d.Trial.Line > 0:
		return v.fill("admin.at_line", "count", strconv.Itoa(d.Trial.Line)) + " " + d.Trial.Unsound
	default:
		return d.Trial.Unsound
	}
}

// lineText is a line of a comparison with its mark and number.
func lineText(l access.Line) string {
	return fmt.Sprintf("%c %4d  %s\n", l.Mark, l.Number, l.Text)
}
