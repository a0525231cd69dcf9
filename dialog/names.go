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
	flowMyData      = "my_data"
	flowCopy        = "data_copy"
	flowLooks       = "data_looks"
	flowCorrect     = "data_correct"
	flowErase       = "data_erase"
	flowStaffLink   = "staff_link"
	flowProve       = "prove"
	flowProveHow    = "prove_how"
	flowEmergency   = "emergency"
	flowCalm        = "false_alarm" // an emergency that the person says is none

	slotSpecialty = "specialty"
	slotBranch    = "branch"
	slotDoctor    = "doctor"
	slotWithout   = "without" // doctors whom the person does not want
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
	slotField     = "field"
	slotValue     = "value"
	slotBorn      = "born"
	slotCode      = "code"
	slotWorry     = "worry" // whether a danger is so now

	yes = "yes"
)
