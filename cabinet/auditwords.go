package cabinet

import (
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/audit"
)

// sealsInWords says how far the journal is sealed.
func sealsInWords(v view, h audit.Head) string {
	if h.Seq == 0 {
		return v.Say("journal.not_sealed")
	}
	text := v.fill("journal.sealed", "time", h.At.In(v.Zone).Format("02.01.2006 15:04:05"))
	text = strings.ReplaceAll(text, "{seal}", strconv.FormatInt(h.Seq, 10))
	text = strings.ReplaceAll(text, "{rows}", strconv.FormatInt(h.Total, 10))
	if h.Waiting > 0 {
		text += " " + v.number("journal.waiting", int(h.Waiting))
	}
	return text
}

// whoShort is who acted, short enough for a column.
func whoShort(v view, l audit.Line) string {
	if l.Login != "" || l.Actor == uuid.Nil {
		return whoDid(v, l)
	}
	return v.Say("journal.kind_"+string(l.Kind)) + " " + short(l.Actor)
}

// roleOf is the role that somebody acted in and what they acted through.
func roleOf(v view, l audit.Line) string {
	through := orSelf(v, "journal.through_", l.Channel)
	if l.Role == "" {
		return through
	}
	return orSelf(v, "role.", l.Role) + " · " + through
}

// orSelf is the words for a name, or the name itself where there are none.
func orSelf(v view, group, name string) string {
	if text := v.Say(group + name); text != group+name {
		return text
	}
	return name
}

// actOf is an action in words.
func actOf(v view, action string) string {
	text := orSelf(v, "act.", strings.ReplaceAll(action, ".", "_"))
	if strings.ReplaceAll(action, ".", "_") == text {
		return action
	}
	return text
}

// short is the end of an id: the beginning is the time, which ids made together share.
func short(id uuid.UUID) string {
	text := id.String()
	return "…" + text[len(text)-8:]
}
