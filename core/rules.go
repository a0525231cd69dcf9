package core

// Action is what somebody wants to do with a class of data.
type Action string

// The actions. Data is voided, never deleted; Aggregate is reading counts, not rows. How much is read is the verdict's View.
const (
	Read      Action = "read"
	Create    Action = "create"
	Update    Action = "update"
	Void      Action = "void"
	Sign      Action = "sign"
	Approve   Action = "approve"
	Export    Action = "export"
	Aggregate Action = "aggregate"
)

// Actions lists all of them.
func Actions() []Action {
	return []Action{Read, Create, Update, Void, Sign, Approve, Export, Aggregate}
}

// Class is a kind of data that has rules of its own.
type Class string

// The classes of data.
const (
	Contacts      Class = "contacts"
	Appointments  Class = "appointments"
	VisitReason   Class = "visit_reason"
	Records       Class = "records"
	Prescriptions Class = "prescriptions"
	Results       Class = "results"
	Documents     Class = "documents"
	Payments      Class = "payments"
	Feedback      Class = "feedback"
	Campaigns     Class = "campaigns"
	AuditLog      Class = "audit"
	Settings      Class = "settings"  // schedule and prices
	Policies      Class = "policies"  // roles, policies, keys
	Questions     Class = "questions" // what was said in chats and nobody could answer
)

// Classes lists all of them.
func Classes() []Class {
	return []Class{
		Contacts, Appointments, VisitReason, Records, Prescriptions, Results, Documents, Payments, Feedback, Campaigns, AuditLog, Settings, Policies, Questions,
	}
}

// Facts is what is known of the object when somebody asks. What is not known is false, and false never opens anything.
type Facts struct {
	Own        bool   // the actor's own, or of a person they represent
	Verified   bool   // the patient's identity is proved, and not too long ago
	Care       bool   // the patient is in the actor's care
	Branch     bool   // it belongs to a branch of the actor's
	Author     bool   // the actor made it
	Schedule   bool   // it is in the actor's own calendar
	Today      bool   // it is of today
	Signed     bool   // it is signed, or released
	Restricted bool   // it bears a sensitivity label
	Glass      bool   // the actor has broken the glass for the patient
	Consent    bool   // the patient's consent to advertising stands
	Payer      bool   // somebody is to pay or has paid for it
	Ticket     bool   // the clinic approved a support ticket for the patient
	Fresh      bool   // the actor showed a second factor in the last five minutes
	Second     bool   // it was asked for by another person: the actor may be the second
	Button     bool   // the person pressed a button for exactly this; words, however clear, are no button
	Self       bool   // it would give the actor themselves more rights
	Kind       string // which of the class's kinds in core/access/matrix.yaml: of a document medical, administrative, financial …
}

// Ask is one question to the rules.
type Ask struct {
	Action Action
	Class  Class
	Facts  Facts
}

// Verdict is the answer. View names how much of the object may be shown: "full", or less (core/access lists them); "" where nothing is.
type Verdict struct {
	Allowed bool
	View    string
	Because []string // the policies that decided, by name
	Version int32
}

// Rules is one version of the policies. An Actor carries the version that stood when its request began, so that one request is never
// judged by two.
type Rules interface {
	Decide(who Actor, ask Ask) Verdict
	Version() int32
}
