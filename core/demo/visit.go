package demo

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

const (
	visitMinutes = 30
	currency     = "RUB"
)

// The states a made-up visit can be in.
const (
	booked     = "booked"
	confirmed  = "confirmed"
	arrived    = "arrived"
	inProgress = "in_progress"
	done       = "done"
	cancelled  = "cancelled"
	noShow     = "no_show"
)

// visit is a row of the table.
type visit struct {
	id          uuid.UUID
	doctor      *doctor
	branch      *branch
	room        uuid.UUID
	service     *service
	patient     uuid.UUID
	status      string
	start, end  time.Time // in the branch's zone
	source      string
	created     time.Time
	cancelledAt time.Time
	byClinic    bool // who cancelled
}

func visitColumns() []string {
	return columns("id branch_id practitioner_id service_id specialty room_id patient_id status during blocked local_start tz source " +
		"service_name price currency cancelled_at cancelled_by created_at")
}

func (v *visit) row() []any {
	span := pgtype.Range[time.Time]{Lower: v.start, Upper: v.end, LowerType: pgtype.Inclusive, UpperType: pgtype.Exclusive, Valid: true}
	var at, by any
	if v.status == cancelled {
		at, by = v.cancelledAt, "patient"
		if v.byClinic {
			by = "clinic"
		}
	}
	return []any{
		v.id, v.branch.id, v.doctor.id, v.service.id, v.service.specialty, v.room, v.patient, v.status, span, span,
		v.start, v.branch.zone.String(), v.source, v.service.nameRU, v.service.price, currency, at, by, v.created,
	}
}

// fate is what becomes of a visit, thrown once: the state then follows from the clock alone.
type fate struct {
	cancels, misses, confirms bool
}

// status is where a visit stands at now. Nobody has forgotten to mark a visit in a demo.
func (f fate) status(start, end, now time.Time) string {
	switch {
	case f.cancels:
		return cancelled
	case f.misses && !now.Before(start.Add(20*time.Minute)):
		return noShow
	case !now.Before(end):
		return done
	case !now.Before(start) && !f.misses:
		return inProgress
	case !now.Before(start.Add(-20*time.Minute)) && !f.misses:
		return arrived
	case f.confirms && !now.Before(start.AddDate(0, 0, -2)):
		return confirmed
	default:
		return booked
	}
}
