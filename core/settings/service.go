package settings

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Service is how a service is set up. Times are minutes; the price is of a new one, in kopecks: afterwards it changes as prices do.
type Service struct {
	NameRU    string `json:"name_ru"`
	NameEN    string `json:"name_en"`
	Specialty string `json:"specialty"`
	Kind      string `json:"kind"` // initial, repeat, procedure
	Minutes   int32  `json:"minutes"`
	Before    int32  `json:"buffer_before"`
	After     int32  `json:"buffer_after"`
	MinNotice *int32 `json:"min_notice"` // nil: the branch's
	Code      string `json:"code"`       // of the ministry's nomenclature, such as B01.047.001
	Article   string `json:"article"`    // how to prepare
	Active    bool   `json:"active"`
	Price     int64  `json:"price,omitempty"`
}

// Bounds of a service.
const (
	maxName   = 200
	maxBuffer = 240
	maxNotice = 30 * 24 * 60
	maxPrice  = 1_000_000_000_00
)

var nomenclature = regexp.MustCompile(`^[AB]\d{2}(\.\d{2,3}){1,5}$`)

func (s *Service) item() string { return "service" }

func (s *Service) check(c *clinic.Catalog, subject uuid.UUID) error {
	_, stands := c.Service(subject)
	_, known := c.Specialty(s.Specialty)
	_, told := c.Article(s.Article, "ru")
	switch {
	case !named(s.NameRU) || !named(s.NameEN):
		return wrong("name")
	case !known:
		return wrong("specialty")
	case !slices.Contains([]string{"initial", "repeat", "procedure"}, s.Kind):
		return wrong("kind")
	case s.Minutes < 5 || s.Minutes > 720:
		return wrong("minutes")
	case s.Before < 0 || s.Before > maxBuffer || s.After < 0 || s.After > maxBuffer:
		return wrong("buffers")
	case s.MinNotice != nil && (*s.MinNotice < 0 || *s.MinNotice > maxNotice):
		return wrong("min_notice")
	case s.Code != "" && !nomenclature.MatchString(s.Code):
		return wrong("code")
	case s.Article != "" && !told:
		return wrong("article")
	case !stands && (s.Price <= 0 || s.Price > maxPrice):
		return wrong("price")
	}
	return nil
}

// wrong refuses a field of a setting.
func wrong(field string) error { return core.Refuse(core.Invalid, "setting_"+field, "Field", field) }

// named says that a text can be a name: of one line, and not too long.
func named(s string) bool {
	return strings.TrimSpace(s) != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxName && !strings.ContainsAny(s, "\n\r\x00")
}

func (s *Service) standing(ctx context.Context, tx *store.Tx, subject uuid.UUID) (any, error) {
	r, err := tx.ServiceNow(ctx, subject)
	if err != nil {
		return nil, err
	}
	return &Service{
		NameRU: r.NameRu, NameEN: r.NameEn, Specialty: r.Specialty, Kind: r.Kind, Minutes: r.Minutes, Before: r.BufferBefore, After: r.BufferAfter,
		MinNotice: r.MinNotice, Code: r.Code, Article: r.Article, Active: r.Active,
	}, nil
}

func (s *Service) put(ctx context.Context, tx *store.Tx, subject uuid.UUID) error {
	return tx.ServicePut(ctx, db.ServicePutParams{
		ID: subject, Specialty: s.Specialty, NameRu: strings.TrimSpace(s.NameRU), NameEn: strings.TrimSpace(s.NameEN), Kind: s.Kind, Minutes: s.Minutes,
		BufferBefore: s.Before, BufferAfter: s.After, MinNotice: s.MinNotice, Code: s.Code, Article: s.Article, Price: s.Price, Active: s.Active,
	})
}

// Standing is a service as it stands, with the marks of what a form shows of it.
type Standing struct {
	Set             Service
	Price           int64
	Mark, PriceMark string
}

// Service reads a service, whether patients may book it or not.
func (d Desk) Service(ctx context.Context, who core.Actor, id uuid.UUID) (Standing, error) {
	var out Standing
	set, err := d.Standing(ctx, who, id, Change{Service: &Service{}})
	if err == nil && set == nil {
		err = core.Refuse(core.NotFound, "not_found")
	}
	if err != nil {
		return out, err
	}
	var none int64
	money, err := d.Standing(ctx, who, id, Change{Price: &none})
	if err != nil {
		return out, err
	}
	out.Mark, out.PriceMark = Mark(set), Mark(money)
	var p price
	if err := json.Unmarshal(set, &out.Set); err != nil {
		return out, err
	}
	err = json.Unmarshal(money, &p)
	out.Price = p.Price
	return out, err
}
