package access_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/store"
)

// row is one cell asked of the database by itself, as role zapis_app: the statement, and whether it must find or write something.
type row struct {
	cell access.Cell
	what string // read, content, write
	sql  string
	want bool
}

func (r row) String() string {
	c := r.cell
	return fmt.Sprintf("%s %s %s %s/%s (%s)", c.Role, c.Action, c.Class, c.Facts.Kind, c.Situation, r.what)
}

// place fills a statement's names in: 'visit {p}' becomes the md5 of "visit own", {me} the actor's id.
func place(sql string, c access.Cell) string {
	p, more := accesstest.Patient(c.Role, c.Situation), ""
	if c.Situation == "restricted" {
		more = " labelled"
	}
	branch := "here"
	if p == "other" {
		branch = "there"
	}
	who := c.Role
	if who == "patient" {
		who = "chat own"
	}
	if who == "service" {
		who = "service account"
	}
	second := "admin2"
	if c.Situation == "own" {
		second = who
	}
	author := who
	if who == "doctor" {
		author = "mine"
	}
	calendar := "another"
	if c.Situation == "own" {
		calendar = "mine"
	}
	payer := p
	if p == "other" { // of whom nobody here knows anything but an invoice
		payer = "crowd1"
	}
	return strings.NewReplacer("{payer}", payer, "{calendar}", calendar, "{p}", p, "{more}", more, "{branch}", branch, "{who}", who, "{author}", author, "{kind}", c.Facts.Kind, "{second}", second).Replace(sql)
}

// ask runs the statement as the cell's actor and takes everything back: did it find or write a row?
func (r row) ask(ctx context.Context, w *accesstest.World) (bool, error) {
	did := false
	done := errors.New("done")
	err := w.DB.InTx(ctx, w.Actor(r.cell.Role, r.cell.Contract), func(tx *store.Tx) error {
		if strings.HasPrefix(r.sql, "INSERT") {
			_, _ = tx.Exec(ctx, r.sql)
			err := tx.Flush(ctx)
			did = err == nil
			return errors.Join(done, unless(err))
		}
		sql := r.sql
		if strings.HasPrefix(sql, "UPDATE") {
			sql = "WITH x AS (" + sql + " RETURNING 1) SELECT count(*) FROM x"
		}
		var n int
		err := tx.QueryRow(ctx, sql).Scan(&n)
		did = err == nil && n > 0
		return errors.Join(done, unless(err))
	})
	if errors.Is(err, done) {
		return did, hidden(err, done)
	}
	return did, err
}

// unless forgets the errors that are an answer: not allowed, or against a rule.
func unless(err error) error {
	var pg *pgconn.PgError
	refused := errors.As(err, &pg) && (pg.Code == "42501" || pg.Code == "23514")
	if refused || core.Refusal(err) != nil {
		err = nil
	}
	return err
}

func hidden(err, done error) error {
	if err.Error() == done.Error() {
		return nil
	}
	return err
}

func id(name string) string { return "md5('" + name + "')::uuid" }

// rows are the statements of a cell, with what the database must answer. A cell whose action leaves no trace in rows has none.
func rows(c access.Cell) []row {
	var out []row
	add := func(what, sql string, want bool) {
		out = append(out, row{cell: c, what: what, sql: place(sql, c), want: want})
	}
	yes, view := c.Expected.Allowed, c.Expected.View
	switch c.Action {
	case core.Read:
		for _, s := range reads(c) {
			add(s.what, s.sql, yes && strings.Contains(" "+s.views+" ", " "+view+" "))
		}
	case core.Aggregate:
		if _, ok := counted()[c.Class]; ok && c.Situation == "own" && c.Facts.Kind == "" {
			add("read", "SELECT count(*) FROM aggregates('"+string(c.Class)+"', '2026-01-01', '2027-01-01')", yes)
		}
	default:
		if sql := writes(c); sql != "" {
			add("write", sql, yes)
		}
	}
	return out
}

func counted() map[core.Class]bool {
	return map[core.Class]bool{
		core.Contacts: true, core.Appointments: true, core.Records: true, core.Prescriptions: true, core.Payments: true, core.Feedback: true, core.Campaigns: true,
	}
}

type read struct{ what, views, sql string }

func one(table, key, name string) string {
	return "SELECT count(*) FROM " + table + " WHERE " + key + " = " + id(name)
}

// reads are the tables of a class, each with the views that open it.
func reads(c access.Cell) []read {
	const all = "full masked min deidentified status"
	k := c.Facts.Kind
	switch c.Class {
	case core.Contacts:
		phone := "full masked"
		if c.Role == "service" {
			phone = all
		}
		return []read{{"read", all, one("patient", "id", "{p}")}, {"phone", phone, one("patient_contact", "patient_id", "{p}")}}
	case core.Appointments:
		return []read{{"read", all, one("visit", "id", "visit {p}")}}
	case core.VisitReason:
		if c.Situation == "restricted" { // a reason has no label of its own
			return nil
		}
		return []read{{"read", "full", one("visit_reason", "visit_id", "visit {p}")}}
	case core.Records:
		if k == "" {
			k = "conclusion"
		}
		return []read{{"read", "full", one("record", "id", k+" record{more} {p}")}}
	case core.Prescriptions:
		if (c.Role == "service") == (k == "erx") && k != "execution" {
			return []read{{"read", "full", one("prescription", "id", "prescription{more} {p}")}}
		}
	case core.Results:
		return []read{
			{"read", "full status", one("lab_report", "id", "report{more} {p}")},
			{"values", "full", one("lab_value", "report_id", "report{more} {p}")},
		}
	case core.Documents:
		more := ""
		if k == "medical" {
			more = "{more}"
		}
		name := k + " document" + more + " {p}"
		return []read{{"read", "full status", one("document", "id", name)}, {"content", "full", one("document_content", "document_id", name)}}
	case core.Payments:
		return []read{
			{"read", "full min", one("invoice", "id", "invoice {p}")},
			{"flag", "flag", "SELECT count(*) FROM (SELECT) x WHERE visit_paid(" + id("visit {p}") + ")"},
		}
	case core.Feedback:
		return []read{
			{"read", "full min deidentified", "SELECT count(*) FROM feedback WHERE visit_id = " + id("visit {p}") + " AND patient_id = " + id("{p}")},
			{"words", "full", "SELECT count(*) FROM feedback_text WHERE patient_id = " + id("{p}") + " AND side = 'patient'"},
		}
	case core.Questions:
		return []read{{"read", "deidentified", one("question", "id", "question {p}")}}
	case core.Policies:
		return []read{{"read", "full", "SELECT count(*) FROM policy_set"}}
	case core.Campaigns:
		name := map[string]string{"": "campaignfalsemarketing", "medical": "campaigntruemarketing"}[k]
		if c.Situation != "own" {
			name += "2"
		}
		if c.Role == "service" {
			name = strings.TrimSpace("campaign sent " + k)
		}
		return []read{{"read", all, one("campaign", "id", name)}, {"who", "nobody", "SELECT count(*) FROM campaign_recipient"}}
	default: // the record is read through functions; the clinic's own tables by everybody
	}
	return nil
}

// writes is the statement that does what a cell's action means, or nothing where rows cannot tell.
func writes(c access.Cell) string {
	key := string(c.Action) + " " + string(c.Class)
	if k := c.Facts.Kind; k != "" {
		key += " " + k
	}
	sql := statements()[key]
	if special, ok := statements()[c.Role+" "+key]; ok {
		sql = special
	}
	// What is yet to be made or signed bears no label of another's.
	if c.Situation == "restricted" && medical(c) && !strings.Contains(sql, "{more}") {
		return ""
	}
	return sql
}

func medical(c access.Cell) bool {
	switch c.Class {
	case core.VisitReason, core.Records, core.Prescriptions, core.Results:
		return true
	default:
		return c.Class == core.Documents && c.Facts.Kind == "medical"
	}
}

const anID = "gen_random_uuid()"

// statements by "action class kind", those of chats and integrations before them.
func statements() map[string]string {
	visit := func(doctor string) string {
		return `INSERT INTO visit (id, branch_id, practitioner_id, service_id, specialty, patient_id, status, during, blocked, local_start, tz, source, service_name, price, currency, created_at)
VALUES (` + anID + `, md5('{branch}')::uuid, ` + id(doctor) + `, md5('service')::uuid, 'therapist', md5('{p}')::uuid, 'booked', '[2026-12-01 10:00Z,2026-12-01 10:30Z)', '[2026-12-01 10:00Z,2026-12-01 10:30Z)',
'2026-12-01 13:00', 'Europe/Moscow', 'cabinet', 'Приём', 200000, 'RUB', '2026-11-23')`
	}
	record := func(kind string) string {
		return `INSERT INTO record (id, patient_id, branch_id, author_id, kind, body_sealed, created_at)
VALUES (` + anID + `, md5('{p}')::uuid, md5('{branch}')::uuid, md5('{author}')::uuid, '` + kind + `', '\x00', '2026-11-23')`
	}
	document := func(class, kind string) string {
		return `INSERT INTO document (id, patient_id, branch_id, class, kind, mime, bytes, author_id, created_at)
VALUES (` + anID + `, md5('{p}')::uuid, md5('{branch}')::uuid, '` + class + `', '` + kind + `', 'application/pdf', 1, md5('{author}')::uuid, '2026-11-23')`
	}
	payment := func(invoice, kind, method, state string) string {
		return `INSERT INTO payment (id, invoice_id, patient_id, branch_id, kind, method, amount, state, asked_by, key, at)
VALUES (` + anID + `, md5('` + invoice + ` {p}')::uuid, md5('{payer}')::uuid, md5('{branch}')::uuid, '` + kind + `', '` + method + `', 100, '` + state + `', md5('{who}')::uuid, 'new', '2026-11-23')`
	}
	request := func(kind, subject string) string {
		return `INSERT INTO settings_request (id, kind, subject_id, branch_id, change, asked_by, at) VALUES (` + anID + `, '` + kind + `', ` + id(subject) + `, md5('{branch}')::uuid, '{}', md5('{who}')::uuid, '2026-11-23')`
	}
	decide := "UPDATE settings_request SET state = 'approved', decided_by = md5('{who}')::uuid WHERE id = "
	return map[string]string{
		"create contacts": `INSERT INTO patient_contact (id, patient_id, kind, value_sealed, value_index, created_at) VALUES (` + anID + `, md5('{p}')::uuid, 'email', '\x00', '\x01', '2026-11-23')`,
		"update contacts": "UPDATE patient SET surname = 'Новая' WHERE id = " + id("{p}"),

		"create appointments":        visit("another"),
		"doctor create appointments": visit("mine"),
		"update appointments":        "UPDATE visit SET status = 'confirmed' WHERE id = " + id("visit {p}"),
		"void appointments":          "UPDATE visit SET status = 'cancelled', cancelled_at = '2026-11-23' WHERE id = " + id("visit {p}"),

		"create visit_reason": `INSERT INTO visit_reason (visit_id, kind, patient_id, text_sealed, at) VALUES (md5('visit {p}')::uuid, 'cancellation', md5('{p}')::uuid, '\x00', '2026-11-23')`,
		"update visit_reason": "UPDATE visit_reason SET text_sealed = '\\x01' WHERE visit_id = " + id("visit {p}"),

		"create records":        record("conclusion"),
		"create records vitals": record("vitals"),
		"sign records":          "UPDATE record SET state = 'signed', signed_at = '2026-11-23', signed_by = md5('{author}')::uuid, sha256 = '\\x00' WHERE id = " + id("conclusion record draft {p}"),
		"approve records": `INSERT INTO record_review (id, record_id, patient_id, by_id, verdict, note_sealed, at)
VALUES (` + anID + `, md5('conclusion record {p}')::uuid, md5('{p}')::uuid, md5('{who}')::uuid, 'good', '\x00', '2026-11-23')`,

		"create prescriptions": `INSERT INTO prescription (id, patient_id, author_id, body_sealed, created_at) VALUES (` + anID + `, md5('{p}')::uuid, md5('{author}')::uuid, '\x00', '2026-11-23')`,
		"create prescriptions execution": `INSERT INTO prescription_mark (id, prescription_id, patient_id, staff_id, at)
VALUES (` + anID + `, md5('prescription{more} {p}')::uuid, md5('{p}')::uuid, md5('{who}')::uuid, '2026-11-23')`,
		"sign prescriptions": "UPDATE prescription SET state = 'signed', signed_at = '2026-11-23' WHERE id = " + id("prescription draft {p}"),
		"void prescriptions": "UPDATE prescription SET state = 'void', voided_at = '2026-11-23' WHERE id = " + id("prescription{more} {p}"),

		"create results sample": `INSERT INTO lab_report (id, patient_id, branch_id, sampled_by, kind, status, created_at)
VALUES (` + anID + `, md5('{p}')::uuid, md5('{branch}')::uuid, md5('{who}')::uuid, 'routine', 'registered', '2026-11-23')`,
		"service create results": `INSERT INTO lab_report (id, patient_id, branch_id, kind, status, created_at)
VALUES (` + anID + `, md5('{p}')::uuid, md5('{branch}')::uuid, 'routine', 'final', '2026-11-23')`,
		"service create results sample": `INSERT INTO lab_report (id, patient_id, branch_id, kind, status, created_at)
VALUES (` + anID + `, md5('{p}')::uuid, md5('{branch}')::uuid, 'routine', 'registered', '2026-11-23')`,
		"sign results": "UPDATE lab_report SET released_at = '2026-11-23', released_by = md5('{author}')::uuid WHERE id = " + id("report draft {p}"),

		"create documents medical":                document("medical", "scan"),
		"create documents administrative":         document("administrative", "scan"),
		"create documents financial":              document("financial", "scan"),
		"patient create documents medical":        document("medical", "upload"),
		"patient create documents administrative": document("administrative", "upload"),
		"patient create documents financial":      document("financial", "upload"),

		"create payments":         payment("open", "charge", "cash", "done"),
		"patient create payments": payment("open", "charge", "online", "requested"),
		"service create payments": `INSERT INTO payment_event (id, invoice_id, service, external, status, at) VALUES (` + anID + `, md5('invoice own')::uuid, 'bank', 'x', 'paid', '2026-11-23')`,
		"update payments":         payment("invoice", "refund", "cash", "requested"),
		"void payments":           "UPDATE payment SET state = 'void' WHERE id = " + id("payment {p}"),
		"approve payments":        "UPDATE payment SET state = 'done', approved_by = md5('{who}')::uuid WHERE id IN (md5('refund {second}false')::uuid, md5('refund {second}true')::uuid)",

		"create feedback": `INSERT INTO feedback (id, visit_id, patient_id, branch_id, practitioner_id, score, created_at)
VALUES (` + anID + `, md5('past {p}')::uuid, md5('{p}')::uuid, md5('{branch}')::uuid, md5('mine')::uuid, 9, '2026-11-23')`,
		"update feedback": "UPDATE feedback SET status = 'closed' WHERE visit_id = " + id("visit {p}"),

		"update questions": "UPDATE question SET state = 'dismissed', settled_by = md5('{who}')::uuid, settled_at = '2026-11-23' WHERE id = " + id("question {p}"),

		"create campaigns":          "INSERT INTO campaign (id, name, text, author, created_at) VALUES (" + anID + ", 'x', 'y', md5('{who}')::uuid, '2026-11-23')",
		"update campaigns":          "UPDATE campaign SET text = 'y' WHERE id = " + id("campaignfalsemarketing"),
		"approve campaigns":         "UPDATE campaign SET state = 'approved', approver = md5('{who}')::uuid WHERE state = 'draft' AND NOT claims AND author = CASE '{second}' WHEN 'admin2' THEN md5('marketing2')::uuid ELSE md5('{second}')::uuid END",
		"approve campaigns medical": "UPDATE campaign SET state = 'approved', approver = md5('{who}')::uuid WHERE state = 'draft' AND claims AND author = CASE '{second}' WHEN 'admin2' THEN md5('marketing2')::uuid ELSE md5('{second}')::uuid END",
		"patient update campaigns": `INSERT INTO consent_event (id, conversation_id, text_id, action, channel, actor_kind, at)
VALUES (` + anID + `, md5('chat {p}')::uuid, md5('advertising')::uuid, 'withdrawn', 'telegram', 'patient', '2026-11-23')`,

		"create policies": `INSERT INTO policy_set (version, id, text, matrix, sha256, author, tests_passed, state, created_at)
VALUES (9, ` + anID + `, 'x', 'y', repeat('0', 64), md5('{who}')::uuid, true, 'proposed', '2026-11-23')`,
		"update policies":  "UPDATE policy_set SET state = 'retired' WHERE version = 1",
		"approve policies": "UPDATE policy_set SET state = 'approved', approver = md5('{who}')::uuid, approved_at = '2026-11-23' WHERE author = CASE '{second}' WHEN 'admin2' THEN md5('security2')::uuid ELSE md5('{second}')::uuid END",

		"create settings schedule":  request("availability", "{calendar}"),
		"update settings schedule":  `INSERT INTO schedule_exception (id, branch_id, kind, during) VALUES (` + anID + `, md5('{branch}')::uuid, 'closure', '[2026-12-01,2026-12-02)')`,
		"update settings prices":    request("price", "service"),
		"approve settings schedule": decide + id("request schedule"),
		"approve settings prices":   decide + id("request prices"),
	}
}

// finer lists where rows and policies differ on purpose, and why.
func finer() map[string]string {
	return map[string]string{
		"director update policies  (write)":             "a row cannot tell the step of a set from its approval; its trigger lets each sign for themselves",
		"head read campaigns medical (read)":            "one reads what one is to approve",
		"patient create contacts  (write)":              "a chat adds a phone to its own card, which the matrix calls an update",
		"doctor sign records  (write)":                  "a draft is signed by who wrote it",
		"doctor sign prescriptions  (write)":            "a draft is signed by who wrote it",
		"doctor create prescriptions execution (write)": "the mark that it was carried out is a nurse's",
	}
}

func TestTheDatabaseAloneAnswersEveryCellOfTheMatrix(t *testing.T) {
	t.Parallel()
	w := accesstest.Open(t)
	cells, err := access.Cells()
	require.NoError(t, err)
	asked, wrong := 0, map[string]int{}
	for _, c := range cells {
		for _, r := range rows(c) {
			asked++
			got, err := r.ask(t.Context(), w)
			require.NoError(t, err, "%s: %s", r, r.sql)
			if got != r.want {
				key := fmt.Sprintf("%s %s %s %s (%s)", c.Role, c.Action, c.Class, c.Facts.Kind, r.what)
				if _, known := finer()[key]; !known {
					wrong[key]++
					assert.Equal(t, r.want, got, "%s\n%s", r, r.sql)
				}
			}
		}
	}
	t.Logf("%d questions asked of the database alone", asked)
}
