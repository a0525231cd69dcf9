package cabinet

import (
	"context"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/settings"
	"github.com/zapis-clinic/zapis/jobs"
)

const (
	remindersPath = settingsPath + "/reminders"
	keyReminders  = "reminders"
	keyBefore     = "hours_before"
	ofSpecialty   = "specialty-"
	keyOwn        = "own_reminders"
)

// rhythmOf is the speciality that an address is of; "" where it is of a branch.
func rhythmOf(address string) string {
	code, is := strings.CutPrefix(address, ofSpecialty)
	if !is {
		return ""
	}
	return code
}

func rhythmPart() housePart {
	return housePart{
		Path: remindersPath, Word: "rhythm", list: rhythmList, reads: readRhythm, drawn: drawRhythm, preview: previewRhythm, notes: rhythmNotes,
		title: func(url.Values) string { return "" },
		subject: func(key string, _ url.Values) uuid.UUID {
			if code := rhythmOf(key); code != "" {
				return settings.SpecialtyID(code)
			}
			return byID(key, nil)
		},
		item: func(string) string { return "rhythm" },
		ask: func(key string) settings.Change {
			return settings.Change{Rhythm: &settings.Rhythm{Code: rhythmOf(key)}}
		},
		change: func(text []byte) (settings.Change, error) {
			return setAs(text, func(x *settings.Rhythm) settings.Change { return settings.Change{Rhythm: x} })
		},
		lines: func(p desk, form url.Values) [][]formLine {
			before := []formLine{{Name: keyBefore, Hint: "settings.before_hint"}}
			if rhythmOf(form.Get(keyAt)) != "" {
				return [][]formLine{{{Name: keyOwn, Kind: lineCheck}}, before}
			}
			names := []option{{"", p.View.Say("settings.channel_any")}}
			for _, name := range settings.Channels() {
				names = append(names, option{name, p.View.Say("settings.channels_" + name)})
			}
			return [][]formLine{
				before,
				{{Name: "quiet_from", Kind: lineNumber, Hint: "settings.quiet_hint"}, {Name: "quiet_to", Kind: lineNumber}},
				{{Name: "channel1", Kind: lineChoice, Options: names, Hint: "settings.channel_hint"}, {Name: "channel2", Kind: lineChoice, Options: names}, {Name: "channel3", Kind: lineChoice, Options: names}},
			}
		},
	}
}

// drawRhythm shows minutes as hours, and channels in their places.
func drawRhythm(_ desk, form url.Values) error {
	if !form.Has(keyBefore) {
		var hours []string
		for _, text := range form[keyReminders] {
			if n, err := strconv.Atoi(text); err == nil {
				hours = append(hours, strings.ReplaceAll(strconv.FormatFloat(float64(n)/60, 'f', -1, 64), ".", ","))
			}
		}
		form.Set(keyBefore, strings.Join(hours, "; "))
		for i, name := range form["channels"] {
			form.Set("channel"+strconv.Itoa(i+1), name)
		}
	}
	return nil
}

// readRhythm is what a form says: hours parted by semicolons or spaces, «24; 2» or «24; 1,5».
func readRhythm(_ desk, form url.Values) (map[string]any, error) {
	minutes := []int32{}
	for _, text := range strings.FieldsFunc(form.Get(keyBefore), func(r rune) bool { return r == ';' || r == ' ' || r == '\u00a0' }) {
		h, err := strconv.ParseFloat(strings.ReplaceAll(strings.Trim(text, ","), ",", "."), 64)
		if err != nil || math.IsNaN(h) || h < 0 || h > 10_000 {
			return nil, core.Refuse(core.Invalid, "setting_reminders", "Field", keyBefore)
		}
		minutes = append(minutes, int32(math.Round(h*60)))
	}
	channels := []string{}
	for _, name := range []string{"channel1", "channel2", "channel3"} {
		if x := form.Get(name); x != "" && !slices.Contains(channels, x) {
			channels = append(channels, x)
		}
	}
	return map[string]any{keyReminders: minutes, "channels": channels, "specialty_code": rhythmOf(form.Get(keyAt))}, nil
}

func rhythmNotes(_ context.Context, p desk, _ uuid.UUID, form url.Values) ([]note, error) {
	name := rhythmOf(form.Get(keyAt))
	if x, ok := p.Catalog.Specialty(name); ok {
		name = x.Name.In(p.View.Lang)
	} else if b, ok := p.Catalog.Branch(byID(form.Get(keyAt), nil)); ok {
		name = b.Name.In(p.View.Lang)
	}
	return []note{{Text: p.View.fill("settings.rhythm_of", "name", name)}, {Text: p.View.Say("settings.rhythm_note")}}, nil
}

func rhythmList(p desk) (listing, error) {
	l := listing{Head: []string{"settings.rhythm_for", "settings.f_hours_before", "settings.f_quiet", "settings.f_channels"}, Fixed: true}
	for _, b := range p.Catalog.Branches {
		var names []string
		for _, name := range b.Channels {
			names = append(names, p.View.Say("settings.channels_"+name))
		}
		l.Rows = append(l.Rows, []cell{
			{Text: b.Name.In(p.View.Lang), Key: b.ID.String()},
			{Text: hoursText(p.View, b.Reminders)},
			{Text: strconv.Itoa(b.QuietFrom) + ":00–" + strconv.Itoa(b.QuietTo) + ":00"},
			{Text: p.View.orElse(strings.Join(names, ", "), "settings.channel_any")},
		})
	}
	for _, x := range p.Catalog.Specialties {
		own := p.View.Say("settings.as_branch")
		if x.Reminders != nil {
			own = hoursText(p.View, x.Reminders)
		}
		l.Rows = append(l.Rows, []cell{{Text: x.Name.In(p.View.Lang), Key: ofSpecialty + x.Code}, {Text: own}, {}, {}})
	}
	return l, nil
}

// hoursText is «за 24 ч, за 2 ч».
func hoursText(v view, minutes []int32) string {
	var out []string
	for _, n := range minutes {
		out = append(out, v.fill("settings.hours_n", "hours", strings.ReplaceAll(strconv.FormatFloat(float64(n)/60, 'f', -1, 64), ".", ",")))
	}
	return v.orElse(strings.Join(out, ", "), "settings.no_reminders")
}

// previewRhythm is what a patient would get of a visit tomorrow at ten, under the rules that stand in the form.
func previewRhythm(p desk, form url.Values) []shownAs {
	read, err := readRhythm(p, form)
	minutes, ok := read[keyReminders].([]int32)
	if err != nil || !ok || len(p.Catalog.Branches) == 0 {
		return nil
	}
	code := rhythmOf(form.Get(keyAt))
	b, known := p.Catalog.Branch(byID(form.Get(keyAt), nil))
	if !known {
		b = p.Catalog.Branches[0]
	}
	if code == "" || form.Get(keyOwn) != "" {
		b.Reminders = minutes
	}
	if code == "" {
		b.QuietFrom, _ = strconv.Atoi(form.Get("quiet_from")) // midnight, where it is no number
		b.QuietTo, _ = strconv.Atoi(form.Get("quiet_to"))
	}
	return p.foreseen(b, code)
}

func (d desk) foreseen(b clinic.Branch, code string) []shownAs {
	now := d.Clock().In(b.Zone)
	e := jobs.Example{Branch: b, Starts: time.Date(now.Year(), now.Month(), now.Day()+1, 10, 0, 0, 0, b.Zone), Lang: d.View.Lang}
	if list := d.Catalog.DoctorsOf(code, b.ID); len(list) > 0 {
		e.Doctor = list[0].ID
	}
	house := &jobs.House{Book: d.Book, Words: d.dates}
	var out []shownAs
	for _, f := range house.Foresee(e) {
		x := shownAs{When: d.dates.Moment(d.View.Lang, f.At.In(b.Zone)), Text: f.Text, Buttons: f.Buttons}
		if f.Why != "" {
			x = shownAs{When: hoursText(d.View, []int32{f.Minutes}), Why: d.View.Say("settings.not_sent_" + f.Why)}
		}
		x.Characters, x.Parts = smsOf(f.Text)
		out = append(out, x)
	}
	return out
}
