package settings

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Room is a room or a device of a branch. Capacity is how many people there is place for.
type Room struct {
	Branch    uuid.UUID `json:"branch"`
	Kind      string    `json:"room_kind"` // room, device
	Name      string    `json:"name"`
	Capacity  int32     `json:"capacity"`
	Equipment string    `json:"equipment"`
	Position  int32     `json:"position"`
	Active    bool      `json:"open"`
}

const maxCapacity = 100

func (r *Room) item() string { return "" }

func (r *Room) check(c *clinic.Catalog, _ uuid.UUID) error {
	_, known := c.Branch(r.Branch)
	switch {
	case !known:
		return wrong("branch")
	case !slices.Contains([]string{"room", "device"}, r.Kind):
		return wrong("room_kind")
	case !named(r.Name):
		return core.Refuse(core.Invalid, "setting_one_name", "Field", "name")
	case r.Capacity < 1 || r.Capacity > maxCapacity:
		return wrong("capacity")
	case !told(r.Equipment, false):
		return wrong("equipment")
	case r.Position < 0 || r.Position > maxPosition:
		return wrong("position")
	}
	return nil
}

func (r *Room) standing(ctx context.Context, tx *store.Tx, subject uuid.UUID) (any, error) {
	x, err := tx.RoomNow(ctx, subject)
	if err != nil {
		return nil, err
	}
	return roomOf(x), nil
}

func roomOf(x db.Resource) *Room {
	return &Room{Branch: x.BranchID, Kind: x.Kind, Name: x.Name, Capacity: x.Capacity, Equipment: x.Equipment, Position: x.Position, Active: x.Active}
}

// put leaves a room in its branch: what it has been used for is there.
func (r *Room) put(ctx context.Context, tx *store.Tx, subject uuid.UUID) error {
	_, err := tx.RoomPut(ctx, db.RoomPutParams{
		ID: subject, BranchID: r.Branch, Kind: r.Kind, Name: strings.TrimSpace(r.Name), Capacity: r.Capacity, Equipment: strings.TrimSpace(r.Equipment),
		Position: r.Position, Active: r.Active,
	})
	return store.NoRows(err, "setting_branch")
}

// Placed is a room with its id.
type Placed struct {
	ID uuid.UUID
	Room
}

// Rooms lists the rooms and devices of a branch, the closed ones last.
func (d Desk) Rooms(ctx context.Context, who core.Actor, branch uuid.UUID) ([]Placed, error) {
	if !Sees(who, kindSchedule) {
		return nil, core.Refuse(core.Denied, "settings_not_yours")
	}
	var out []Placed
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		out = nil
		list, err := tx.Rooms(ctx, branch)
		for _, x := range list {
			out = append(out, Placed{x.ID, *roomOf(x)})
		}
		return err
	})
	return out, err
}
