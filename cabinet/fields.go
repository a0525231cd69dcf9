package cabinet

// Fields that several forms and addresses have.
const (
	keyBranch  = "branch"
	keyDoctor  = "doctor"
	keyTime    = "time"
	keyDate    = "date"
	keyService = "service"
	keyBorn    = "born"
	keyName    = "name"
	keyNote    = "note"
	keyMinutes = "minutes"
	keyOver    = "over"
	keyArticle = "article"
	keyFrom    = "from"
	keyKind    = "kind"
	keyPrice   = "price"
	keySince   = "since"
	stateAsked = "asked"

	keySpecialty  = "specialty"
	stateApproved = "approved"
	stateDone     = "done"
	roleCashier   = "cashier"
	doUndo        = "undo"
)
