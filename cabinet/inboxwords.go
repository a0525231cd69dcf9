package cabinet

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/inbox"
)

// events is what an open page listens to.
func (f inboxFrame) events() string {
	if f.Thread == nil {
		return inboxPath + "/events"
	}
	return inboxPath + "/events?chat=" + f.Thread.ID.String()
}

// do is the address of an act on the open conversation.
func (f inboxFrame) do(what string) string {
	return inboxPath + "/" + f.Thread.ID.String() + "/" + what
}

// older is the address of what was said before the lines that are shown.
func (f inboxFrame) older() string {
	p := f.Thread.Lines[0].Point()
	return f.to(f.Thread.ID) + "&before=" + strconv.FormatInt(p.At.UnixMicro(), 10) + "." + strconv.FormatInt(p.Place, 10) + "." + p.ID.String()
}

// linePoint is what older wrote; what nobody wrote is no line.
func linePoint(text string) inbox.Point {
	at, rest, _ := strings.Cut(text, ".")
	place, line, _ := strings.Cut(rest, ".")
	micros, wrongAt := strconv.ParseInt(at, 10, 64)
	n, wrongPlace := strconv.ParseInt(place, 10, 64)
	id, wrongLine := uuid.Parse(line)
	if wrongAt != nil || wrongPlace != nil || wrongLine != nil || micros <= 0 {
		return inbox.Point{}
	}
	return inbox.Point{At: time.UnixMicro(micros), Place: n, ID: id}
}

// shows says that a conversation is the open one.
func (f inboxFrame) shows(t inbox.Talk) bool { return f.Thread != nil && f.Thread.ID == t.ID }

func (f inboxFrame) tabs(v view) []tab {
	var out []tab
	for _, t := range inbox.Tabs() {
		out = append(out, tab{Path: f.at(t, "", 0), Label: v.Say("inbox.tab_" + t), Count: f.count(t), Here: t == f.Ask.Tab && f.Ask.Search == ""})
	}
	return out
}

// none is why the list is empty.
func (f inboxFrame) none(v view) string {
	if f.Ask.Search != "" {
		return v.Say("inbox.none_found")
	}
	return v.Say("inbox.none_" + f.Ask.Tab)
}

// other is a label, or none where it is chosen already: the same link takes the choice back.
func other(label, chosen string) string {
	if label == chosen {
		return ""
	}
	return label
}

// short is a moment: of today its time alone.
func (v view) short(at, now time.Time) string {
	if v.sameDay(at, now) {
		return at.In(v.Zone).Format("15:04")
	}
	return at.In(v.Zone).Format("02.01.2006")
}

func (v view) sameDay(a, b time.Time) bool {
	return a.In(v.Zone).Format(time.DateOnly) == b.In(v.Zone).Format(time.DateOnly)
}

// passed is how long ago a moment was, roughly.
func (v view) passed(since, now time.Time) string {
	d := max(now.Sub(since), 0)
	switch {
	case d < time.Hour:
		return v.number("inbox.minutes", int(d.Minutes()))
	case d < 24*time.Hour:
		return v.number("inbox.hours", int(d.Hours()))
	}
	return v.number("inbox.days", int(d.Hours()/24))
}

// channel is what a channel is called.
func (v view) channel(name string) string { return orSelf(v, "inbox.channel_", name) }

// lastWords are the last words of a conversation with who said them.
func (v view) lastWords(t inbox.Talk) string {
	switch {
	case t.Last == "":
		return v.Say("inbox.no_words")
	case t.LastSide == inbox.FromBot:
		return v.Say("inbox.bot") + ": " + t.Last
	case t.LastSide == inbox.FromStaff:
		return v.Say("inbox.we") + ": " + t.Last
	}
	return t.Last
}

// whoSaid is who said a line.
func (v view) whoSaid(l inbox.Line) string {
	switch l.Side {
	case inbox.FromPerson:
		return v.Say("inbox.patient")
	case inbox.FromStaff:
		return l.Staff
	case inbox.Note:
		return v.fill("inbox.noted", "who", l.Staff)
	}
	return v.Say("inbox.bot")
}

// sent is what the person sent that has no words.
func (v view) sent(kind string) string { return orSelf(v, "inbox.kind_", kind) }

// whyLost is what became of a message that did not arrive.
func (v view) whyLost(l inbox.Line) string {
	text := v.Say("inbox.lost_" + l.State)
	if why := "inbox.why_" + l.Why; l.Why != "" && v.Say(why) != why {
		text += ": " + v.Say(why)
	}
	return text
}
