package dialog

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/waitlist"
)

// Waiting is what a flow may do about times that are not free yet.
type Waiting interface {
	Join(ctx context.Context, w waitlist.Wish) error
	Waits(ctx context.Context) (bool, error)
	Leave(ctx context.Context) error
}

// Waitlist puts somebody on the waiting list: for whom, where and when, as a booking asks it, but no time is chosen.
func Waitlist() Flow {
	return Flow{
		Name: flowWaitlist,
		Slots: []Slot{
			{Name: slotPerson, Fill: fillPerson, Ask: askPerson, Check: checkPerson, Clears: []string{slotPatient}},
			{Name: slotSpecialty, Fill: fillSpecialty, Ask: askSpecialty, Check: checkSpecialty},
			{Name: slotBranch, Fill: fillBranch, Ask: askBranch, Check: checkBranch},
			{Name: slotWithout, Fill: asNamed, Check: checkWithout},
			{Name: slotDoctor, Fill: fillDoctor, Ask: askDoctor, Check: checkDoctor},
			{Name: slotService, Fill: fillService, Ask: askService, Check: checkService},
			{Name: slotWhen, Fill: fillAnyDay, Check: checkWhen},
			{Name: slotPatient, Fill: fillPatient, Via: viaPatient},
		},
		Ends:   []string{flowBooking},
		Takes:  []string{slotPerson, slotSpecialty, slotBranch, slotWithout, slotDoctor, slotService, slotWhen},
		Finish: joinWaitlist,
	}
}

// around is how far from a wished minute a time still suits.
const around = 2 * time.Hour

// fillAnyDay takes any time the clinic books for: who waits for a day says so.
func fillAnyDay(ctx context.Context, t *Talk) (string, error) {
	return checkWhen(ctx, t, Command{Value: string(Asap)})
}

func joinWaitlist(ctx context.Context, t *Talk) (Outcome, error) {
	w := t.window()
	wish := waitlist.Wish{
		Patient: t.ID(slotPatient), Specialty: t.Get(slotSpecialty), Service: t.ID(slotService), Doctor: t.ID(slotDoctor), Branch: t.ID(slotBranch),
		From: soonest(t.Now, w.From), To: w.To,
	}
	if w.Grain == Minute { // that very minute is no wish: the hours around it are
		wish.From, wish.To = soonest(t.Now, w.From.Add(-around)), w.From.Add(around)
	}
	if err := t.Desk.Waiting.Join(ctx, wish); err != nil {
		return Outcome{}, err
	}
	text := t.Say("waitlist.joined", "Whom", whom(t))
	if w.Grain != Asap {
		zone := t.zone()
		text = t.Say("waitlist.joined_for", "Whom", whom(t), "Day", t.Words.Window(t.Lang, wish.From.In(zone), wish.To.In(zone)))
	}
	r := Reply{Text: text, Keep: true}
	if err := alreadyFree(ctx, t, wish, &r); err != nil {
		return Outcome{}, err
	}
	r.Buttons = append(r.Buttons, []Button{{Label: t.Say("button.stop_waiting"), Commands: StopWaiting()}})
	return Outcome{Replies: []Reply{r}}, nil
}

// alreadyFree adds the first time that would do and need not be waited for.
func alreadyFree(ctx context.Context, t *Talk, w waitlist.Wish, r *Reply) error {
	ask := askOf(t)
	ask.From, ask.To, ask.Limit = w.From, w.To, 1
	slots, err := t.Desk.Calendar.Nearest(ctx, ask)
	if err != nil || len(slots) == 0 {
		return err
	}
	take, err := Offered(w.Patient, w.Specialty, w.Service, slots[0])
	r.Text += "\n\n" + t.Say("waitlist.free_now", "Time", t.Words.Moment(t.Lang, slots[0].Start))
	r.Buttons = append(r.Buttons, []Button{{Label: t.Say("button.take_offer", "Time", slots[0].Start.Format("15:04")), Commands: take}})
	return err
}

// StopWaiting is what ends a chat's waiting.
func StopWaiting() []Command {
	return []Command{{Do: Start, Flow: flowUnsubscribe}, {Do: Set, Slot: slotWhat, Value: stopOffers}}
}

// withWait adds the waiting list to a booking's card that has no time to show: for what was asked, as it was asked.
func withWait(t *Talk, r Reply) Reply {
	if t.frame.Flow != flowBooking || len(r.Buttons) == 0 {
		return r
	}
	r.Buttons = slices.Insert(r.Buttons, len(r.Buttons)-1, []Button{{Label: t.Say("button.wait"), Commands: []Command{{Do: Start, Flow: flowWaitlist}}}})
	return r
}

// Mutes is what a flow may do about the messages that a person does not want.
type Mutes interface {
	Muted(ctx context.Context) ([]string, error)
	Mute(ctx context.Context, purposes []string) error
}

// What a person may do without. The reminders' word stands in conversation.muted.
const (
	stopReminders = "reminders"
	stopOffers    = "waitlist"
	wantReminders = "reminders_on"

	stopAdvertising = "advertising"
)

// Unsubscribe ends messages of one purpose, each by its own button; and begins them again.
func Unsubscribe() Flow {
	return Flow{
		Name:   flowUnsubscribe,
		Slots:  []Slot{{Name: slotWhat, Ask: askWhat, Check: checkWhat}},
		Finish: unsubscribe,
	}
}

func askWhat(ctx context.Context, t *Talk) (Reply, error) {
	muted, err := t.Desk.Mutes.Muted(ctx)
	if err != nil {
		return Reply{}, err
	}
	waits, err := t.Desk.Waiting.Waits(ctx)
	if err != nil {
		return Reply{}, err
	}
	what := stopReminders
	if slices.Contains(muted, stopReminders) {
		what = wantReminders
	}
	r := Reply{Text: t.Say("unsubscribe.ask"), Buttons: [][]Button{{{Label: t.Say("unsubscribe." + what), Commands: set(slotWhat, what)}}}}
	if waits {
		r.Buttons = append(r.Buttons, []Button{{Label: t.Say("unsubscribe." + stopOffers), Commands: set(slotWhat, stopOffers)}})
	}
	said, err := t.Desk.Consents.Said(ctx)
	if err == nil && standing(said, consent.Advertising) {
		r.Buttons = append(r.Buttons, []Button{{Label: t.Say("unsubscribe." + stopAdvertising), Commands: set(slotWhat, stopAdvertising)}})
	}
	return withCancel(t, r), err
}

func checkWhat(_ context.Context, _ *Talk, c Command) (string, error) {
	if !slices.Contains([]string{stopReminders, wantReminders, stopOffers, stopAdvertising}, c.Value) {
		return "", refusing("what_unknown")
	}
	return c.Value, nil
}

func unsubscribe(ctx context.Context, t *Talk) (Outcome, error) {
	what := t.Get(slotWhat)
	err := t.stop(ctx, what)
	r := Reply{Text: t.Say("unsubscribe.done_" + what)}
	if what == stopReminders { // what was ended by mistake is a tap away
		r.Keep = true
		r.Buttons = [][]Button{{{
			Label: t.Say("unsubscribe." + wantReminders), Commands: []Command{{Do: Start, Flow: flowUnsubscribe}, {Do: Set, Slot: slotWhat, Value: wantReminders}},
		}}}
	}
	return Outcome{Replies: []Reply{r}}, err
}

func (t *Talk) stop(ctx context.Context, what string) error {
	switch what {
	case stopOffers:
		return t.Desk.Waiting.Leave(ctx)
	case stopAdvertising:
		return t.Desk.Consents.Withdraw(ctx, consent.Advertising)
	}
	muted, err := t.Desk.Mutes.Muted(ctx)
	if err != nil {
		return err
	}
	muted = slices.DeleteFunc(muted, func(p string) bool { return p == stopReminders })
	if what == stopReminders {
		muted = append(muted, stopReminders)
	}
	return t.Desk.Mutes.Mute(ctx, muted)
}

// Offered is what a tap on an offered time does: it books that time for who waited, and asks for another where somebody was faster.
func Offered(patient uuid.UUID, specialty string, service uuid.UUID, slot schedule.Slot) ([]Command, error) {
	c := chosen{Doctor: slot.Doctor, Branch: slot.Branch, Room: slot.Room, Start: slot.Start}
	value, err := c.json()
	if err != nil {
		return nil, err
	}
	return []Command{
		{Do: Start, Flow: flowBooking},
		{Do: Set, Slot: slotPerson, Value: patient.String()},
		{Do: Set, Slot: slotSpecialty, Value: specialty},
		{Do: Set, Slot: slotBranch, Value: slot.Branch.String()},
		{Do: Set, Slot: slotDoctor, Value: slot.Doctor.String()},
		{Do: Set, Slot: slotService, Value: service.String()},
		{Do: Set, Slot: slotWhen, Value: slot.Start.Format(dateForm)},
		{Do: Set, Slot: slotTime, Value: value},
	}, nil
}
