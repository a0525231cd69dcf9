package cabinet

import (
	"context"
	"net/url"
	"strconv"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/knowledge"
	"github.com/zapis-clinic/zapis/core/settings"
)

const (
	consentsPath = settingsPath + "/consents"
	keyVersion   = "version"
	keyPurpose   = "purpose"
	keyWording   = "wording"
)

func consentPart() housePart {
	return housePart{
		Path: consentsPath, Word: "consent", list: consentList, drawn: nextVersion, reads: readConsent, notes: consentNotes,
		title:   func(url.Values) string { return "" },
		subject: func(string, url.Values) uuid.UUID { return settings.ConsentsID() },
		item: func(address string) string {
			purpose, lang := wordAt(address)
			return purpose + "/" + lang
		},
		ask: func(address string) settings.Change {
			purpose, lang := wordAt(address)
			return settings.Change{Consent: &settings.Consent{Purpose: purpose, Lang: lang}}
		},
		change: func(text []byte) (settings.Change, error) {
			return setAs(text, func(x *settings.Consent) settings.Change { return settings.Change{Consent: x} })
		},
		lines: func(desk, url.Values) [][]formLine {
			return [][]formLine{
				{{Name: keyWording, Kind: lineArea, Required: true, Hint: "settings.wording_hint"}},
				{{Name: keyVersion, Kind: lineNumber, Required: true, Hint: "settings.version_hint"}},
			}
		},
	}
}

// nextVersion has the form begin with the version after the one that stands. What somebody typed stays.
func nextVersion(_ desk, form url.Values) error {
	if form.Has(keyStood) {
		return nil
	}
	n, _ := strconv.Atoi(form.Get(keyVersion)) // 0 where there is none
	form.Set(keyVersion, strconv.Itoa(n+1))
	return nil
}

func readConsent(_ desk, form url.Values) (map[string]any, error) {
	purpose, lang := wordAt(form.Get(keyAt))
	return map[string]any{keyPurpose: purpose, keyLang: lang}, nil
}

func consentNotes(_ context.Context, p desk, _ uuid.UUID, form url.Values) ([]note, error) {
	purpose, lang := wordAt(form.Get(keyAt))
	what := p.View.fill("settings.consent_of", "purpose", p.View.Say("security.purpose_"+purpose), "lang", p.View.Say("settings.lang_"+lang))
	if form.Get(keyWording) == "" {
		return []note{{Text: what}, {Text: p.View.Say("settings.consent_first")}, {Text: p.View.Say("settings.consent_lawyer")}}, nil
	}
	return []note{{Text: what}, {Text: p.View.Say("settings.consent_note")}, {Text: p.View.Say("settings.consent_lawyer")}}, nil
}

// consentList is every purpose in both languages, with the newest text of those that have one.
func consentList(p desk) (listing, error) {
	l := listing{
		Head: []string{"security.purpose", "settings.f_lang", "settings.f_version", "settings.f_wording", headState}, Fixed: true,
		Notes: []note{{Text: p.View.Say("settings.consents_hint")}},
	}
	list, err := p.settingsDesk().Consents(p.Request.Context(), p.Who)
	stands := map[string]settings.Consent{}
	for _, x := range list {
		stands[x.Purpose+"."+x.Lang] = x
	}
	for _, purpose := range consent.Purposes() {
		for _, lang := range []string{russian, english} {
			key := string(purpose) + "." + lang
			row := []cell{{Text: p.View.Say("security.purpose_" + string(purpose)), Key: key}, {Text: p.View.Say("settings.lang_" + lang)}}
			if x, is := stands[key]; is {
				row = append(row, cell{Text: strconv.Itoa(int(x.Version))}, cell{Text: knowledge.Excerpt(x.Body, 90)}, cell{Text: p.View.Say("settings.state_done"), Tone: "ok"})
			} else {
				row = append(row, cell{}, cell{}, consentLacks(p.View, purpose, lang))
			}
			l.Rows = append(l.Rows, row)
		}
	}
	return l, err
}

// consentLacks says what it means that there is no text: without one of them nobody is booked, and English readers are shown the Russian one.
func consentLacks(v view, purpose consent.Purpose, lang string) cell {
	if purpose == consent.Processing && lang == russian {
		return cell{Text: v.Say("settings.consent_needed"), Tone: toneWarn}
	}
	return cell{Text: v.Say("settings.consent_none"), Tone: "info"}
}
