package cabinet

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/settings"
)

const (
	branchesPath    = settingsPath + "/branches"
	roomsPath       = settingsPath + "/rooms"
	specialtiesPath = settingsPath + "/specialties"
	keyID           = "id"
	keyStood        = "seen"
	keyOpen         = "open"
	headState       = "settings.state"
	toneWarn        = "warn"
	keyPosition     = "position"
	keyNameRU       = "name_ru"
	keyNameEN       = "name_en"
)

// byID is the subject where the address says its id, and a new one's form.
func byID(key string, form url.Values) uuid.UUID {
	if key == newKey {
		key = form.Get(keyID)
	}
	id, err := uuid.Parse(key)
	if err != nil {
		return uuid.Nil
	}
	return id
}

// setAs reads a form's JSON into a setting.
func setAs[T any](text []byte, change func(*T) settings.Change) (settings.Change, error) {
	var x T
	if json.Unmarshal(text, &x) != nil { // an id that is none
		return settings.Change{}, core.Refuse(core.Invalid, "setting_form")
	}
	return change(&x), nil
}

func isOpen(v view, closed bool) cell {
	if closed {
		return cell{Text: v.Say("settings.closed"), Tone: toneWarn}
	}
	return cell{Text: v.Say("settings.is_open"), Tone: "ok"}
}

// hanging says what stays when a thing is closed.
func hanging(ctx context.Context, p desk, subject uuid.UUID, _ url.Values) ([]note, error) {
	left, err := p.settingsDesk().Remains(ctx, p.Who, subject)
	if err != nil || left.Visits+left.Rules == 0 {
		return nil, err
	}
	text := strings.NewReplacer("{visits}", strconv.Itoa(left.Visits), "{rules}", strconv.Itoa(left.Rules)).Replace(p.View.Say("settings.remains"))
	return []note{{Text: text, Href: "/cabinet/schedule", Label: p.View.Say("page.schedule")}}, nil
}

func branchPart() housePart {
	return housePart{
		Path: branchesPath, Word: "branch", list: branchList, title: func(f url.Values) string { return f.Get(keyNameRU) }, notes: hanging, subject: byID,
		reads: readBranch,
		ask:   func(string) settings.Change { return settings.Change{Branch: &settings.Branch{}} },
		change: func(text []byte) (settings.Change, error) {
			return setAs(text, func(x *settings.Branch) settings.Change { return settings.Change{Branch: x} })
		},
		blank: func(desk) url.Values {
			return url.Values{"zone": {"Europe/Moscow"}, "notice": {"60"}, "horizon": {"60"}, "cutoff": {"60"}, "grid": {"30"}, keyPosition: {"0"}, keyOpen: {"1"}}
		},
		lines: func(_ desk, form url.Values) [][]formLine {
			return [][]formLine{
				{{Name: keyNameRU, Required: true}, {Name: keyNameEN, Required: true}},
				{{Name: "city_ru", Required: true}, {Name: "city_en", Required: true}},
				{{Name: "address_ru", Required: true}, {Name: "address_en", Required: true}},
				{{Name: "hours_ru", Hint: "settings.hours_hint"}, {Name: "hours_en"}},
				{{Name: keyPhone, Hint: "settings.phone_hint"}, {Name: "zone", Kind: lineChoice, Options: zoneOptions(form.Get("zone")), Hint: "settings.zone_hint"}},
				{{Name: "notice", Kind: lineNumber}, {Name: "horizon", Kind: lineNumber}},
				{{Name: "cutoff", Kind: lineNumber, Hint: "settings.cutoff_hint"}, {Name: "grid", Kind: lineNumber, Hint: "settings.grid_hint"}},
				{{Name: keyPosition, Kind: lineNumber, Hint: "settings.position_hint"}},
				{{Name: keyOpen, Kind: lineCheck}},
			}
		},
	}
}

// readBranch is the branch's number however it was written: «8 (495) 000-00-01». What is no number is left for the setting to refuse.
func readBranch(_ desk, form url.Values) (map[string]any, error) {
	if number, err := core.Phone(form.Get(keyPhone), "RU"); err == nil {
		return map[string]any{keyPhone: number}, nil
	}
	return map[string]any{}, nil
}

// zoneOptions are Russia's zones, from west to east, and the one that stands.
func zoneOptions(now string) []option {
	list := []string{
		"Europe/Kaliningrad", "Europe/Moscow", "Europe/Volgograd", "Europe/Samara", "Europe/Saratov", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Novosibirsk",
		"Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Chita", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Sakhalin", "Asia/Kamchatka",
	}
	if now != "" && !slices.Contains(list, now) {
		list = append(list, now)
	}
	out := make([]option, 0, len(list))
	for _, z := range list {
		out = append(out, option{z, z})
	}
	return out
}

func branchList(p desk) (listing, error) {
	l := listing{Head: []string{"settings.branch", "settings.f_address", "settings.f_phone", "settings.f_zone", headState}}
	for _, b := range slices.Concat(p.Catalog.Branches, p.Catalog.Shut.Branches) {
		l.Rows = append(l.Rows, []cell{
			{Text: b.Name.In(p.View.Lang), Key: b.ID.String()},
			{Text: b.City.In(p.View.Lang) + ", " + b.Address.In(p.View.Lang)},
			{Text: p.dates.Phone(b.Phone)},
			{Text: b.Zone.String()},
			isOpen(p.View, b.Closed),
		})
	}
	return l, nil
}

func roomPart() housePart {
	return housePart{
		Path: roomsPath, Word: "room", list: roomList, title: func(f url.Values) string { return f.Get(keyName) }, notes: hanging, subject: byID,
		ask: func(string) settings.Change { return settings.Change{Room: &settings.Room{}} },
		change: func(text []byte) (settings.Change, error) {
			return setAs(text, func(x *settings.Room) settings.Change { return settings.Change{Room: x} })
		},
		blank: func(p desk) url.Values {
			return url.Values{keyBranch: {p.Request.URL.Query().Get(keyBranch)}, "room_kind": {"room"}, "capacity": {"1"}, keyPosition: {"0"}, keyOpen: {"1"}}
		},
		lines: func(p desk, form url.Values) [][]formLine {
			places := branchChoice(p.View, p.Catalog)
			if form.Get(keyID) == "" { // a room stays in its branch
				places = slices.DeleteFunc(places, func(o option) bool { return o.Value != form.Get(keyBranch) })
			}
			return [][]formLine{
				{{Name: keyName, Required: true, Hint: "settings.room_hint"}, {Name: "room_kind", Kind: lineChoice, Options: []option{{"room", p.View.Say("settings.room_kind_room")}, {"device", p.View.Say("settings.room_kind_device")}}}},
				{{Name: keyBranch, Kind: lineChoice, Options: places}, {Name: "capacity", Kind: lineNumber}},
				{{Name: "equipment", Kind: lineArea, Hint: "settings.equipment_hint"}},
				{{Name: keyPosition, Kind: lineNumber, Hint: "settings.position_hint"}},
				{{Name: keyOpen, Kind: lineCheck}},
			}
		},
	}
}

func branchChoice(v view, c *clinic.Catalog) []option {
	var out []option
	for _, b := range slices.Concat(c.Branches, c.Shut.Branches) {
		out = append(out, option{b.ID.String(), b.Name.In(v.Lang)})
	}
	return out
}

func roomList(p desk) (listing, error) {
	places := branchChoice(p.View, p.Catalog)
	at := p.Request.URL.Query().Get(keyBranch)
	if !slices.ContainsFunc(places, func(o option) bool { return o.Value == at }) && len(places) > 0 {
		at = places[0].Value
	}
	l := listing{
		Filter: []formLine{{Name: keyBranch, Kind: lineChoice, Options: places}}, Values: url.Values{keyBranch: {at}}, New: url.Values{keyBranch: {at}}.Encode(),
		Head: []string{"settings.room", "settings.f_room_kind", "settings.f_capacity", "settings.f_equipment", headState},
	}
	list, err := p.settingsDesk().Rooms(p.Request.Context(), p.Who, byID(at, nil))
	for _, x := range list {
		l.Rows = append(l.Rows, []cell{
			{Text: x.Name, Key: x.ID.String()},
			{Text: p.View.Say("settings.room_kind_" + x.Kind)},
			{Text: strconv.Itoa(int(x.Capacity))},
			{Text: x.Equipment},
			isOpen(p.View, !x.Active),
		})
	}
	return l, err
}

func specialtyPart() housePart {
	return housePart{
		Path: specialtiesPath, Word: keySpecialty, list: specialtyList, title: func(f url.Values) string { return f.Get(keyNameRU) },
		subject: func(key string, form url.Values) uuid.UUID {
			if key == newKey {
				key = form.Get("specialty_code")
			}
			return settings.SpecialtyID(key)
		},
		ask: func(key string) settings.Change { return settings.Change{Specialty: &settings.Specialty{Code: key}} },
		change: func(text []byte) (settings.Change, error) {
			return setAs(text, func(x *settings.Specialty) settings.Change { return settings.Change{Specialty: x} })
		},
		blank: func(desk) url.Values { return url.Values{keyPosition: {"0"}, keyOpen: {"1"}} },
		lines: func(_ desk, form url.Values) [][]formLine {
			code := formLine{Name: "specialty_code", Required: true, Hint: "settings.specialty_code_hint"}
			if form.Get(keyID) == "" { // it names the speciality everywhere
				code = formLine{Name: "specialty_code", Kind: lineChoice, Options: []option{{form.Get("specialty_code"), form.Get("specialty_code")}}}
			}
			return [][]formLine{
				{{Name: keyNameRU, Required: true}, {Name: keyNameEN, Required: true}},
				{code, {Name: keyPosition, Kind: lineNumber, Hint: "settings.position_hint"}},
				{{Name: keyOpen, Kind: lineCheck}},
			}
		},
	}
}

func specialtyList(p desk) (listing, error) {
	l := listing{Head: []string{"settings.specialty", "settings.f_specialty_code", "settings.doctors", "settings.services_n", headState}}
	for _, x := range slices.Concat(p.Catalog.Specialties, p.Catalog.Shut.Specialties) {
		l.Rows = append(l.Rows, []cell{
			{Text: x.Name.In(p.View.Lang), Key: x.Code},
			{Text: x.Code},
			{Text: strconv.Itoa(len(p.Catalog.DoctorsOf(x.Code, uuid.Nil)))},
			{Text: strconv.Itoa(len(p.Catalog.ServicesOf(x.Code, uuid.Nil)))},
			isOpen(p.View, x.Closed),
		})
	}
	return l, nil
}
