package dialog

// The names by which flows and slots speak of each other. The understanding and the buttons use the same ones.
const (
	flowBooking    = "booking"
	flowReschedule = "reschedule"
	flowConfirm    = "confirm"
	flowWaitlist   = "waitlist"

	flowUnsubscribe = "unsubscribe"
	flowSubscribe   = "subscribe"
	flowConsents    = "consents"
	flowWithdraw    = "consent_withdraw"
	flowRenew       = "renew"
	flowStaffLink   = "staff_link"

	slotSpecialty = "specialty"
	slotBranch    = "branch"
	slotDoctor    = "doctor"
	slotService   = "service"
	slotWhen      = "when"
	slotTime      = "time"
	slotVisit     = "visit"
	slotReason    = "reason"
	slotName      = "name"
	slotConfirm   = "confirm"
	slotWhat      = "what"
	slotPerson    = "person"
	slotPatient   = "patient"
	slotPurpose   = "purpose"
	slotConsent   = "consent"

	yes = "yes"
)
