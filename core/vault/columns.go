package vault

// Column is one encrypted column. Its rows are known by a uuid, and Zapis itself may read and change them.
type Column struct {
	Table, Column string
	ID            string // the column of the uuid that its values are bound to; empty: id
	Index         string // the blind index beside it, where it has one
	Tail          string // and that of the value's end, where it has one
	Kind          string // what kind of value the index is of, as SQL: a column, or a literal
	Twins         bool   // two rows may prove to be one value of one owner; the one that is sealed anew later goes
	Batch         int    // rows of one transaction of a walk, where values are big; 0: walkBatch
	What          string // what lies in it, for docs/security.md
}

// textSealed is the column of somebody's words, in the tables that have no more than those.
const textSealed = "text_sealed"

// Columns lists every encrypted column. A new one is named <what>_sealed, of type bytea, and stands here; a test compares this list with the
// database, another with docs/security.md. What is missing here is lost when a key is retired.
func Columns() []Column {
	return []Column{
		{Table: "patient_contact", Column: "value_sealed", Index: "value_index", Tail: "tail_index", Kind: "kind", Twins: true, What: "patients' phone numbers and e-mail addresses"},
		{Table: "visit_reason", Column: textSealed, ID: "visit_id", What: "why a patient comes, or cancels, in their words"},
		{Table: "visit_note", Column: textSealed, ID: "visit_id", What: "what the desk wrote beside a visit"},
		{Table: "record", Column: "body_sealed", What: "conclusions, notes, vital signs, referrals"},
		{Table: "record_review", Column: "note_sealed", What: "the head's remarks on a record"},
		{Table: "prescription", Column: "body_sealed", What: "prescriptions"},
		{Table: "lab_value", Column: "value_sealed", What: "values of laboratory results"},
		{Table: "document_content", Column: "title_sealed", ID: "document_id", What: "titles of documents"},
		{Table: "document_content", Column: "bytes_sealed", ID: "document_id", Batch: 2, What: "documents: scans, certificates, identity papers"},
		{Table: "attachment_content", Column: "title_sealed", ID: "attachment_id", What: "names of files that came through a chat"},
		{Table: "attachment_content", Column: "bytes_sealed", ID: "attachment_id", Batch: 2, What: "recordings, and files of chats without a card"},
		{Table: "feedback_text", Column: textSealed, What: "what patients write of the clinic, and its answers"},
		{Table: "question", Column: textSealed, What: "what somebody asked in a chat and nobody could answer"},
		{Table: "personal_request", Column: "change_sealed", What: "what somebody wants corrected in their card"},
		{Table: "personal_copy", Column: "archive_sealed", Batch: 2, What: "copies of people's data that wait to be taken"},
		{Table: "glass", Column: "about_sealed", What: "why somebody broke the glass"},
		{Table: "disclosure", Column: "to_whom_sealed", What: "whom a patient lets be told"},
		{Table: "act_order", Column: "fields_sealed", What: "what staff told the worker to do for them"},
		{Table: "task", Column: textSealed, What: "what a task that somebody wrote down is about"},
		{Table: "task_event", Column: textSealed, What: "notes on tasks"},
		{Table: "inbox_note", Column: textSealed, What: "what the desk tells itself beside a conversation"},
		{Table: "api_token", Column: "key_sealed", What: "what integrations sign by"},
		{Table: "messenger", Column: "token_sealed", What: "the token of the clinic's bot, where it was connected in the cabinet"},
		{Table: "intake_content", Column: "name_sealed", ID: "intake_id", What: "names of the tables that a clinic brought"},
		{Table: "intake_content", Column: "bytes_sealed", ID: "intake_id", Batch: 2, What: "tables of patients, doctors and services that a clinic brought"},
		{Table: "intake_row", Column: "before_sealed", What: "what an import filled in, to take it back"},
		{Table: "staff_totp", Column: "totp_sealed", What: "the secrets of staff's authenticator apps"},
	}
}
