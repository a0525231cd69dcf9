package settings

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Branch is how a place is set up. MinNotice, CancelCutoff and Grid are minutes, Horizon days.
type Branch struct {
	NameRU       string `json:"name_ru"`
	NameEN       string `json:"name_en"`
	CityRU       string `json:"city_ru"`
	CityEN       string `json:"city_en"`
	AddressRU    string `json:"address_ru"`
	AddressEN    string `json:"address_en"`
	HoursRU      string `json:"hours_ru"`
	HoursEN      string `json:"hours_en"`
	Phone        string `json:"phone"`
	Zone         string `json:"zone"`
	MinNotice    int32  `json:"notice"`
	Horizon      int32  `json:"horizon"`
	CancelCutoff int32  `json:"cutoff"`
	Grid         int32  `json:"grid"`
	Position     int32  `json:"position"`
	Active       bool   `json:"open"`
}

// Bounds of a branch.
const (
	maxHorizon  = 400
	maxCutoff   = 14 * 24 * 60
	maxPosition = 9999
	maxAddress  = 300
)

var phone = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

func (b *Branch) item() string { return "" }

func (b *Branch) check(c *clinic.Catalog, subject uuid.UUID) error {
	stands, known := c.Branch(subject)
	_, err := time.LoadLocation(b.Zone)
	switch {
	case !named(b.NameRU) || !named(b.NameEN):
		return wrong("name")
	case !named(b.CityRU) || !named(b.CityEN):
		return wrong("city")
	case !told(b.AddressRU, true) || !told(b.AddressEN, true):
		return wrong("address")
	case !told(b.HoursRU, false) || !told(b.HoursEN, false):
		return wrong("hours")
	case b.Phone != "" && !phone.MatchString(b.Phone):
		return wrong("phone")
	case b.Zone == "" || b.Zone == "Local" || err != nil:
		return wrong("zone")
	case known && stands.Zone.String() != b.Zone && len(c.DoctorsOf("", subject)) > 0:
		return core.Refuse(core.Invalid, "setting_zone_fixed", "Field", "zone")
	case b.MinNotice < 0 || b.MinNotice > maxNotice:
		return wrong("notice")
	case b.Horizon < 1 || b.Horizon > maxHorizon:
		return wrong("horizon")
	case b.CancelCutoff < 0 || b.CancelCutoff > maxCutoff:
		return wrong("cutoff")
	case b.Grid < 5 || b.Grid > 240:
		return wrong("grid")
	case b.Position < 0 || b.Position > maxPosition:
		return wrong("position")
	case !b.Active && len(c.Branches) == 1 && c.Branches[0].ID == subject:
		return core.Refuse(core.Invalid, "setting_last_branch", "Field", "open")
	}
	return nil
}

// told says that a text fits one line of what patients read.
func told(s string, needed bool) bool {
	return (!needed || strings.TrimSpace(s) != "") && utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxAddress && !strings.ContainsAny(s, "\n\r\x00")
}

func (b *Branch) standing(ctx context.Context, tx *store.Tx, subject uuid.UUID) (any, error) {
	r, err := tx.BranchNow(ctx, subject)
	if err != nil {
		return nil, err
	}
	return &Branch{
		NameRU: r.NameRu, NameEN: r.NameEn, CityRU: r.CityRu, CityEN: r.CityEn, AddressRU: r.AddressRu, AddressEN: r.AddressEn, HoursRU: r.HoursRu,
		HoursEN: r.HoursEn, Phone: r.Phone, Zone: r.Tz, MinNotice: r.MinNotice, Horizon: r.HorizonDays, CancelCutoff: r.CancelCutoff, Grid: r.Grid,
		Position: r.Position, Active: r.Active,
	}, nil
}

func (b *Branch) put(ctx context.Context, tx *store.Tx, subject uuid.UUID) error {
	return tx.BranchPut(ctx, db.BranchPutParams{
		ID: subject, NameRu: strings.TrimSpace(b.NameRU), NameEn: strings.TrimSpace(b.NameEN), CityRu: b.CityRU, CityEn: b.CityEN, AddressRu: b.AddressRU,
		AddressEn: b.AddressEN, HoursRu: b.HoursRU, HoursEn: b.HoursEN, Phone: b.Phone, Tz: b.Zone, MinNotice: b.MinNotice, HorizonDays: b.Horizon,
		CancelCutoff: b.CancelCutoff, Grid: b.Grid, Position: b.Position, Active: b.Active,
	})
}
