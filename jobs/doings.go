package jobs

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/patient"
)

// linkFor is how long a link to what is ready lives: it is opened at once, or asked for again.
const linkFor = 15 * time.Minute

// doings is the list of acts as one turn's flows see it: in the turn's transaction, as the chat.
type doings struct{ *desk }

func (d doings) Do(ctx context.Context, class core.Class, action core.Action, in acts.Input) (acts.Output, error) {
	return d.house.Acts.Within(ctx, d.tx, class, action, in)
}

// Link remembers the chat: what opens is judged by its rights once more.
func (d doings) Link(ctx context.Context, class core.Class, of uuid.UUID) (string, error) {
	tickets := patient.Tickets{Cards: d.cards(d.tx), Random: d.house.Random}
	token, err := tickets.Offer(ctx, d.actor, patient.Ticket{Patient: of, Purpose: string(class), Object: d.actor.ID, Lasts: linkFor})
	return d.house.PublicURL + "/p/" + token, err
}
