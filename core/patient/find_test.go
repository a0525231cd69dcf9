package patient_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// desk is the matrix's world with cards to look for.
type desk struct {
	*accesstest.World
	cards patient.Cards
}

func openDesk(t *testing.T) desk {
	t.Helper()
	w := accesstest.Open(t)
	return desk{w, patient.Cards{In: w.DB, Vault: vaulttest.Vault(t), Clock: accesstest.Now, IDs: core.NewIDs(nil)}}
}

// as is somebody of a role, who works here.
func (d desk) as(role string) core.Actor {
	who := core.Actor{Kind: core.Staff, ID: accesstest.ID(role), Role: role, Channel: "cabinet", Rules: d.Rules}
	if role == "doctor" {
		who.Doctor = accesstest.ID("mine")
	}
	if role == "admin" || role == "nurse" || role == "cashier" {
		who.Branches = []uuid.UUID{accesstest.ID("here")}
	}
	return who
}

// named gives the patients of the world names and phones that differ from one another.
func (d desk) named(t *testing.T) {
	t.Helper()
	for id, n := range map[string]patient.Name{
		"own": {Surname: "Щербатова", Given: "Алёна", Patronymic: "Игоревна"}, "care": {Surname: "Салтыкова-Щедрина", Given: "Мария", Patronymic: "Фёдоровна"},
		"other": {Surname: "Щербаков", Given: "Пётр", Patronymic: "Ильич"},
	} {
		require.NoError(t, d.DB.InTx(t.Context(), core.Sys("test"), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE patient SET surname = $2, given = $3, patronymic = $4, birth_date = '1985-03-05' WHERE id = $1", accesstest.ID(id), n.Surname, n.Given, n.Patronymic)
			return err
		}))
		phone := map[string]string{"own": "+79261234567", "care": "+79035554567", "other": "+79110004567"}[id]
		require.NoError(t, d.cards.SetPhone(t.Context(), core.Sys("test"), accesstest.ID(id), phone, false))
	}
}

func (d desk) find(t *testing.T, role, text string) []string {
	t.Helper()
	found, err := d.cards.Find(t.Context(), d.as(role), text)
	require.NoError(t, err, text)
	out := []string{}
	for _, f := range found {
		out = append(out, strings.Fields(f.Name)[0])
	}
	return out
}

func TestAPatientIsFoundHoweverTheNameIsTyped(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.named(t)
	for _, typed := range []string{
		"Щербатова", "щерб", "алена щерб", "Игоревна Алёна", "рбато", "Щербтова", "Щирбатова Алена", "Щербатова Алёна Игоровна", "Shcherbatova", "Scherbatova Alena", "Oth,fnjdf",
		"Щepбатова", "щербатова 05.03.1985", "4567 щербатова", "+7 926 123-45-67", "89261234567", "9261234567", "4567", "34567", "1234567",
	} {
		assert.Contains(t, d.find(t, "head", typed), "Щербатова", typed)
	}
	assert.Equal(t, "Щербатова", d.find(t, "head", "щербатова")[0], "the likest is the first")
	assert.Equal(t, []string{"Салтыкова-Щедрина"}, d.find(t, "head", "щедрина"), "the second half of a double name")
	assert.Len(t, d.find(t, "head", "5.3.1985"), 3, "by the birth date alone")
	for _, typed := range []string{"Щербатова Пётр", "щербатова 06.03.1985", "Ы", "", "%", "_", `\`, "' OR 1=1", "567", strings.Repeat("щ", 500)} {
		assert.NotContains(t, d.find(t, "head", typed), "Щербатова", typed)
	}
}

func TestASearchFindsNobodyWhomThePoliciesHide(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.named(t)
	for role, seen := range map[string][]string{
		"admin": {"Щербатова"}, "head": {"Щербатова", "Щербаков"}, "doctor": {"Щербатова"}, "nurse": {"Щербатова"}, "cashier": {"Щербатова"},
	} {
		for _, typed := range []string{"щерба", "Щербато", "щирбатова", "Shcherba", "05.03.1985", "+79110004567", accesstest.ID("other").String()} {
			found, err := d.cards.Find(t.Context(), d.as(role), typed)
			require.NoError(t, err)
			for _, f := range found {
				require.NoError(t, d.DB.InTx(t.Context(), d.as(role), func(tx *store.Tx) error {
					_, err := tx.Patient(t.Context(), f.ID)
					return err
				}), "%s finds by %q whom the policies do not show", role, typed)
				assert.True(t, role == "head" || f.ID != accesstest.ID("other"), "%s: %q", role, typed)
			}
		}
		for _, name := range seen {
			if role != "cashier" { // who pays is another matter
				assert.Contains(t, d.find(t, role, "щерба"), name, role)
			}
		}
		ids := []uuid.UUID{}
		require.NoError(t, d.DB.InTx(t.Context(), d.as(role), func(tx *store.Tx) error {
			return tx.QueryRow(t.Context(), "SELECT find_patients(ARRAY['щ', 'щер', 'п', 'c'], NULL, 50) || find_patients(ARRAY['щербаков', 'own'], NULL, 1000)").Scan(&ids)
		}))
		for _, id := range ids {
			require.NoError(t, d.DB.InTx(t.Context(), d.as(role), func(tx *store.Tx) error {
				_, err := tx.Patient(t.Context(), id)
				return err
			}), "%s: the function itself gives out whom the policies hide", role)
		}
	}
	for _, role := range []string{"marketing", "director", "security"} {
		_, err := d.cards.Find(t.Context(), d.as(role), "щербатова")
		require.NotNil(t, core.Refusal(err), role)
		var ids []uuid.UUID
		require.NoError(t, d.DB.InTx(t.Context(), d.as(role), func(tx *store.Tx) error {
			return tx.QueryRow(t.Context(), "SELECT find_patients(ARRAY['щербатова'], NULL, 50)").Scan(&ids)
		}))
		assert.Empty(t, ids, role)
	}
}

func TestTheEndOfAPhoneIsForWhoSeesItWhole(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.named(t)
	assert.Contains(t, d.find(t, "admin", "4567"), "Щербатова")
	for _, role := range []string{"doctor", "nurse", "cashier"} {
		for _, digits := range []string{"4567", "34567", "926123"} {
			assert.Empty(t, d.find(t, role, digits), "%s learns digits by trying", role)
		}
	}
	found, err := d.cards.Find(t.Context(), d.as("doctor"), "щербатова")
	require.NoError(t, err)
	require.NotEmpty(t, found)
	assert.Equal(t, core.MaskPhone("+79261234567"), found[0].Phone)
}

func TestEverySearchStandsOnRecordWithoutWhatWasTyped(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.named(t)
	d.find(t, "admin", "щербатова")
	d.find(t, "admin", "4567")
	var rows []string
	require.NoError(t, d.DB.InTx(t.Context(), d.as("security"), func(tx *store.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT array_agg(s.action || ' ' || array_to_string(s.fields, ',') || ' ' || s.objects ORDER BY s.fields) FROM audit_search(NULL, NULL, 'patient.search', NULL, NULL, NULL, NULL, 50) s").Scan(&rows)
	}))
	assert.Len(t, rows, 2)
	assert.Contains(t, rows[0], "patient.search name")
	assert.Contains(t, rows[1], "patient.search phone")
}

func TestACardIsShownAsFarAsTheMatrixSays(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.named(t)
	cells, err := access.Cells()
	require.NoError(t, err)
	asked := 0
	for _, c := range cells {
		if c.Class != core.Contacts || c.Action != core.Read || c.Role == "patient" || c.Role == "service" {
			continue
		}
		asked++
		card, err := d.cards.Open(t.Context(), d.as(c.Role), accesstest.ID(accesstest.Patient(c.Role, c.Situation)))
		name := c.Role + " " + c.Situation
		if !c.Expected.Allowed {
			require.NotNil(t, core.Refusal(err), name)
			assert.Equal(t, "patient_unknown", core.Refusal(err).Key, name)
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, c.Expected.View, card.View, name)
		switch c.Expected.View {
		case access.Full:
			assert.NotEmpty(t, card.Contacts, name)
			assert.NotEmpty(t, card.Chats, name)
		case access.Masked:
			assert.NotContains(t, card.Contacts[0].Value, "234", name)
			assert.Empty(t, card.Chats, name)
		default:
			assert.Empty(t, card.Contacts, name)
			assert.Empty(t, card.Chats, name)
			assert.Empty(t, card.Family, name)
		}
	}
	assert.Greater(t, asked, 20)
}

func TestTheSecondOfTwoWhoEditACardIsToldAndOverwritesNothing(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.named(t)
	id := accesstest.ID("own")
	card, err := d.cards.Open(t.Context(), d.as("admin"), id)
	require.NoError(t, err)
	mine := patient.Edit{Version: card.Version, Name: card.Name, Born: card.Born, Lang: card.Lang, Sex: "female", Phone: "+79990001122", Email: "a@example.org"}
	require.NoError(t, d.cards.Change(t.Context(), d.as("admin"), id, mine))
	theirs := patient.Edit{Version: card.Version, Name: patient.Name{Given: "Кто-то"}, Lang: "ru"}
	err = d.cards.Change(t.Context(), d.as("admin"), id, theirs)
	why := core.Refusal(err)
	require.NotNil(t, why)
	assert.Equal(t, "patient_changed", why.Key)
	assert.Equal(t, "admin", why.Args["Who"])
	card, err = d.cards.Open(t.Context(), d.as("head"), id)
	require.NoError(t, err)
	assert.Equal(t, "Щербатова Алёна Игоревна", card.Name.Whole())
	assert.Equal(t, "female", card.Sex)
	assert.Len(t, card.Contacts, 4)
	for _, role := range []string{"doctor", "nurse", "head", "cashier"} {
		require.NotNil(t, core.Refusal(d.cards.Change(t.Context(), d.as(role), id, patient.Edit{Version: card.Version, Name: card.Name, Lang: "ru"})), role)
	}
	require.NotNil(t, core.Refusal(d.cards.Change(t.Context(), d.as("admin"), accesstest.ID("other"), theirs)), "a card of another branch")
	for key, e := range map[string]patient.Edit{
		"name_given": {Name: patient.Name{Given: " "}, Lang: "ru"}, "name_invalid": {Name: patient.Name{Given: "А\u202eб"}, Lang: "ru"},
		"email_wrong": {Name: patient.Name{Given: "А"}, Lang: "ru", Email: "a@b@c"}, "sex_wrong": {Name: patient.Name{Given: "А"}, Lang: "ru", Sex: "x"},
	} {
		assert.Equal(t, key, core.Refusal(d.cards.Change(t.Context(), d.as("admin"), id, e)).Key)
	}
}

func TestADroppedContactIsNamedForWhatItWas(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.named(t)
	conn, id := d.owner(t), accesstest.ID("own")
	card, err := d.cards.Open(t.Context(), d.as("admin"), id)
	require.NoError(t, err)
	edit := patient.Edit{Version: card.Version, Name: card.Name, Born: card.Born, Lang: card.Lang, Sex: card.Sex, Email: "a@example.org"}
	require.NoError(t, d.cards.Change(t.Context(), d.as("admin"), id, edit))
	edit.Version, edit.Email, edit.Drop = edit.Version+1, "", []uuid.UUID{accesstest.ID("phone other"), uuid.New()}
	require.NoError(t, d.cards.Change(t.Context(), d.as("admin"), id, edit))
	card, err = d.cards.Open(t.Context(), d.as("admin"), id)
	require.NoError(t, err)
	assert.Equal(t, edit.Version, card.Version, "what is no contact of the card changes nothing")
	edit.Drop = nil
	for _, k := range card.Contacts {
		if k.Kind == vault.Email {
			edit.Drop = append(edit.Drop, k.ID)
		}
	}
	require.Len(t, edit.Drop, 1)
	require.NoError(t, d.cards.Change(t.Context(), d.as("admin"), id, edit))
	list, err := conn.Query(t.Context(), "SELECT array_to_string(fields, ',') FROM audit WHERE action = 'patient.change' ORDER BY id")
	require.NoError(t, err)
	noted, err := pgx.CollectRows(list, pgx.RowTo[string])
	require.NoError(t, err)
	assert.Equal(t, []string{"email", "email"}, noted)
}

func TestADoctorSeesAPhoneForAReasonThatStandsOnRecord(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.named(t)
	id := accesstest.ID("own")
	_, err := d.cards.Reveal(t.Context(), d.as("doctor"), id, "curious")
	assert.Equal(t, "reveal_reason", core.Refusal(err).Key)
	list, err := d.cards.Reveal(t.Context(), d.as("doctor"), id, "result")
	require.NoError(t, err)
	assert.NotEmpty(t, list)
	for _, role := range []string{"nurse", "cashier", "marketing", "security", "director"} {
		_, err := d.cards.Reveal(t.Context(), d.as(role), id, "result")
		require.NotNil(t, core.Refusal(err), role)
	}
	_, err = d.cards.Reveal(t.Context(), d.as("doctor"), accesstest.ID("other"), "result")
	require.NotNil(t, core.Refusal(err))
	var n int
	require.NoError(t, d.DB.InTx(context.Background(), d.as("security"), func(tx *store.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT count(*) FROM audit_search(NULL, $1, 'patient.phone_shown', NULL, NULL, NULL, NULL, 50) s WHERE 'reason:result' = ANY (s.fields)", id).Scan(&n)
	}))
	assert.Equal(t, 1, n)
}

func TestFamilyIsSeenFromBothSides(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.named(t)
	own, care := accesstest.ID("own"), accesstest.ID("care")
	require.NoError(t, d.cards.Relate(t.Context(), d.as("admin"), own, care, patient.Child))
	card, err := d.cards.Open(t.Context(), d.as("head"), care)
	require.NoError(t, err)
	require.Len(t, card.Family, 1)
	assert.Equal(t, patient.Parent, card.Family[0].Relation)
	require.NotNil(t, core.Refusal(d.cards.Relate(t.Context(), d.as("admin"), own, accesstest.ID("other"), patient.Child)), "a card of another branch is not there")
	require.NotNil(t, core.Refusal(d.cards.Relate(t.Context(), d.as("admin"), own, own, patient.Child)))
	require.NoError(t, d.cards.Unrelate(t.Context(), d.as("admin"), care, own))
	card, err = d.cards.Open(t.Context(), d.as("head"), own)
	require.NoError(t, err)
	assert.Empty(t, card.Family)
}
