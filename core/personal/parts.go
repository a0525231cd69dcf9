package personal

// Part is one table of people's data: how it is given out in a copy, or why it is not.
type Part struct {
	Table   string
	SQL     string // one JSON object a row; $1 is the patient's id, or the ids of their chats
	Chats   bool   // $1 are chats
	House   bool   // the person's chat may not read it by itself: it is read for them
	Medical bool   // only for somebody whose identity is proved
	Row     string // the column by which sealed ones are sealed; "id" where empty
	Why     string // it is not given out
}

// ofPatient is a table whose rows bear the patient's id. What is the machine's own stays out.
func ofPatient(table, but string) string {
	return "SELECT to_jsonb(x) - '{" + but + "}'::text[] FROM " + table + " x WHERE x.patient_id = $1::uuid"
}

// Why a table is not given out.
const (
	whyMachine = "the machine's own: when to send what, without a word of the person's"
	whyTold    = "told by the list of who looked (audit.Looks)"
	whyCopy    = "the copies and requests themselves"
	whyKey     = "hashes of codes and links, of no use to anybody once they are over"
	whyMerge   = "which rows came from the person's other card; the rows themselves are given out"
	whyWithin  = "given out with the rows it hangs on"
)

// attached is the table of what came through chats, and what an erasure calls it.
const attached = "attachment"

// Parts lists every table whose comment names a subject; a test holds the list to the database.
func Parts() []Part {
	return []Part{
		{Table: "patient", SQL: "SELECT to_jsonb(x) - '{name_key,search_name,merged_into,made_by,changed_by}'::text[] FROM patient x WHERE x.id = $1::uuid"},
		{Table: "patient_contact", SQL: ofPatient("patient_contact", "value_index,tail_index")},
		{Table: "patient_kin", SQL: ofPatient("patient_kin", "relative_id,made_by"), House: true},
		{Table: "patient_link", SQL: ofPatient("patient_link", "verified_by"), House: true},
		{Table: "conversation", Chats: true, SQL: "SELECT jsonb_build_object('channel', x.channel, 'external_id', x.external_id, 'lang', x.lang, 'muted', x.muted, " +
			"'created_at', x.created_at, 'last_inbound_at', x.last_inbound_at, 'session', x.session) FROM conversation x WHERE x.id = ANY ($1::uuid[])"},
		{Table: "inbound", Chats: true, SQL: "SELECT jsonb_build_object('at', x.received_at, 'kind', x.body->>'kind', 'text', x.body->>'text', " +
			"'phone', x.body->>'phone') FROM inbound x WHERE x.conversation_id = ANY ($1::uuid[]) ORDER BY x.received_at"},
		{Table: "outbox", Chats: true, SQL: "SELECT jsonb_build_object('at', x.created_at, 'kind', x.kind, 'state', x.state, 'text', x.body->>'text') " +
			"FROM outbox x WHERE x.conversation_id = ANY ($1::uuid[]) ORDER BY x.created_at"},
		{Table: "question", Chats: true, House: true, SQL: "SELECT jsonb_build_object('id', x.id, 'at', x.at, 'text_sealed', x.text_sealed, 'state', x.state) " +
			"FROM question x WHERE x.conversation_id = ANY ($1::uuid[]) ORDER BY x.at"},
		{Table: "consent_event", House: true, Chats: true, SQL: consentsSQL},
		{Table: "disclosure", SQL: ofPatient("disclosure", "made_by")},
		{Table: "visit", SQL: ofPatient("visit", "blocked,holder_id,overbook_reason") + " AND x.status <> 'held' ORDER BY x.starts_at"},
		{Table: "waitlist", SQL: ofPatient("waitlist", ""), House: true},
		{Table: "invoice", SQL: ofPatient("invoice", "made_by") + " ORDER BY x.created_at"},
		{Table: "payment", SQL: ofPatient("payment", "key,asked_by,approved_by") + " ORDER BY x.at"},
		{Table: "feedback", SQL: ofPatient("feedback", "")},
		{Table: "campaign_recipient", SQL: ofPatient("campaign_recipient", "message_id"), House: true},
		{Table: "care_team", SQL: ofPatient("care_team", "made_by,staff_id"), House: true, Medical: true},
		{Table: "visit_reason", SQL: ofPatient("visit_reason", ""), Row: "visit_id", Medical: true},
		{
			Table: "visit_note", Row: "visit_id",
			SQL: "SELECT to_jsonb(x) - 'by_staff' FROM visit_note x JOIN visit v ON v.id = x.visit_id WHERE v.patient_id = $1::uuid",
		},
		{Table: "record", SQL: ofPatient("record", "sha256") + " AND x.state = 'signed' ORDER BY x.created_at", Medical: true},
		{Table: "prescription", SQL: ofPatient("prescription", "") + " AND x.state <> 'draft' ORDER BY x.created_at", Medical: true},
		{Table: "prescription_mark", SQL: ofPatient("prescription_mark", "staff_id"), Medical: true},
		{Table: "lab_report", SQL: ofPatient("lab_report", "") + " AND x.released_at IS NOT NULL ORDER BY x.created_at", Medical: true},
		{Table: "lab_value", SQL: ofPatient("lab_value", "") + " AND EXISTS (SELECT FROM lab_report r WHERE r.id = x.report_id AND r.released_at IS NOT NULL)", Medical: true},
		{Table: "document", SQL: ofPatient("document", "") + " ORDER BY x.created_at", Medical: true},
		{
			Table: "document_content", Row: "document_id", Medical: true,
			SQL: "SELECT to_jsonb(x) FROM document_content x JOIN document d ON d.id = x.document_id WHERE d.patient_id = $1::uuid",
		},
		{Table: "feedback_text", SQL: ofPatient("feedback_text", ""), Medical: true},
		{Table: attached, Chats: true, SQL: "SELECT jsonb_build_object('id', x.id, 'kind', x.kind, 'state', x.state, 'mime', x.mime, 'bytes', x.bytes, " +
			"'document_id', x.document_id, 'at', x.at) FROM attachment x WHERE x.conversation_id = ANY ($1::uuid[]) ORDER BY x.at"},
		{
			Table: "attachment_content", Row: "attachment_id", Chats: true, Medical: true,
			SQL: "SELECT to_jsonb(x) FROM attachment_content x JOIN attachment a ON a.id = x.attachment_id WHERE a.conversation_id = ANY ($1::uuid[])",
		},

		{Table: "task", SQL: "SELECT jsonb_build_object('id', x.id, 'at', x.created_at, 'text_sealed', x.text_sealed) FROM task x " +
			"WHERE x.patient_id = $1::uuid AND x.text_sealed IS NOT NULL ORDER BY x.created_at", House: true, Medical: true},

		{Table: "glass", Why: whyTold},
		{Table: "audit", Why: whyTold},
		{Table: "record_review", Why: "the head doctor's view of a colleague's work; the record itself is given out"},
		{Table: "task_event", Why: "the desk's own notes on its work"},
		{Table: "patient_merge", Why: whyMerge},
		{Table: "patient_merge_row", Why: whyMerge},
		{Table: "patient_apart", Why: "the desk's own note that two cards are two people"},
		{Table: "inbox", Why: "the desk's own list of who waits for an answer; the words themselves are given out"},
		{Table: "inbox_note", Why: "the desk's own notes on its work"},
		{Table: "visit_resource", Why: whyMachine},
		{Table: "visit_event", Why: whyMachine},
		{Table: "visit_notice", Why: whyMachine},
		{Table: "reminder", Why: whyMachine},
		{Table: "waitlist_offer", Why: whyMachine},
		{Table: "keyboard", Why: whyMachine},
		{Table: "patient_code", Why: whyKey},
		{Table: "patient_ticket", Why: whyKey},
		{Table: "payment_event", Why: whyWithin},
		{Table: object, Why: whyCopy},
		{Table: "personal_copy", Why: whyCopy},
	}
}

// consentsSQL lists what was said in the person's chats and on paper; $1 are the chats.
const consentsSQL = `
SELECT jsonb_build_object('purpose', t.purpose, 'version', t.version, 'lang', t.lang, 'body', t.body, 'action', e.action, 'channel', e.channel, 'at', e.at)
FROM consent_event e
JOIN consent_text t ON t.id = e.text_id
WHERE e.conversation_id = ANY ($1::uuid[])
   OR e.patient_id IN (SELECT l.patient_id FROM patient_link l WHERE l.conversation_id = ANY ($1::uuid[]) AND l.relation = 'self')
ORDER BY e.at`
