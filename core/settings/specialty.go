package settings

import (
	"context"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Specialty is a kind of doctor. What patients write is understood under the codes of the contract; another code is booked by button alone.
type Specialty struct {
	Code     string `json:"specialty_code"`
	NameRU   string `json:"name_ru"`
	NameEN   string `json:"name_en"`
	Position int32  `json:"position"`
	Active   bool   `json:"open"`
}

var specialtyCode = regexp.MustCompile(`^[a-z][a-z_]{1,39}$`)

// SpecialtyID is the subject of changes of a speciality: it follows from the code.
func SpecialtyID(code string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("zapis specialty "+code))
}

func (s *Specialty) item() string { return "" }

func (s *Specialty) check(_ *clinic.Catalog, subject uuid.UUID) error {
	switch {
	case !specialtyCode.MatchString(s.Code) || subject != SpecialtyID(s.Code):
		return wrong("specialty_code")
	case !named(s.NameRU) || !named(s.NameEN):
		return wrong("name")
	case s.Position < 0 || s.Position > maxPosition:
		return wrong("position")
	}
	return nil
}

func (s *Specialty) standing(ctx context.Context, tx *store.Tx, subject uuid.UUID) (any, error) {
	if subject != SpecialtyID(s.Code) {
		return nil, core.Refuse(core.NotFound, "not_found")
	}
	r, err := tx.SpecialtyNow(ctx, s.Code)
	if err != nil {
		return nil, err
	}
	return &Specialty{Code: r.Code, NameRU: r.NameRu, NameEN: r.NameEn, Position: r.Position, Active: r.Active}, nil
}

func (s *Specialty) put(ctx context.Context, tx *store.Tx, _ uuid.UUID) error {
	return tx.SpecialtyPut(ctx, db.SpecialtyPutParams{
		Code: s.Code, NameRu: strings.TrimSpace(s.NameRU), NameEn: strings.TrimSpace(s.NameEN), Position: s.Position, Active: s.Active,
	})
}
