package intake_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/intake"
)

// judged is a table of the house with its columns as they were guessed, every line judged.
func (p *place) judged(k intake.Kind, text string, fill bool) uuid.UUID {
	p.t.Helper()
	id, err := p.Bring(p.t.Context(), p.admin, k, "прайс.csv", []byte(text))
	require.NoError(p.t, err)
	now, err := p.Of(p.t.Context(), p.admin, id)
	require.NoError(p.t, err)
	require.NoError(p.t, p.Plan(p.t.Context(), p.admin, id, intake.Choice{Columns: now.Columns, Fill: fill}))
	return id
}

// agreed is a table of the house that another has said yes to and that was carried out.
func (p *place) agreed(k intake.Kind, text string, fill bool) uuid.UUID {
	p.t.Helper()
	id := p.judged(k, text, fill)
	state, err := p.Start(p.t.Context(), p.admin, id)
	require.NoError(p.t, err)
	require.Equal(p.t, intake.Asked, state)
	require.NoError(p.t, p.Decide(p.t.Context(), p.as("head"), id, true))
	p.work()
	require.NoError(p.t, p.Book.Refresh(p.t.Context()))
	return id
}

const prices = "Услуга;Специальность;Длительность;Цена;Вид;Код\n" +
	"Осмотр перед прививкой;Терапевт;30 мин;2 500,50 ₽;первичный;B01.047.001\n" +
	"Повторный осмотр перед прививкой;терапевт;0:20;1500;;\n" +
	"Осмотр перед прививкой;Терапевт;30;1;;\n" +
	"Полёт на Марс;Космонавт;1000;даром;дальний;x\n" +
	";Терапевт;30;100;;\n" +
	"=HYPERLINK(1);Терапевт;30;100;;\n"

func TestServicesAreBroughtAfterAnotherSaysYesAndTakenBack(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	before := p.count("service")
	id := p.judged(intake.Services, prices, false)
	assert.Equal(t, []string{"2 create", "3 create", "4 wrong repeats 2", "5 wrong specialty kind minutes price", "6 wrong name", "7 create"}, p.lines(id))
	_, err := p.Start(t.Context(), p.admin, id)
	require.NoError(t, err)
	refused(t, p.Decide(t.Context(), p.admin, id, true), "intake_not_yours")
	p.forbidden(p.admin, "UPDATE intake SET state = 'applying' WHERE id = $1", id)
	p.work()
	assert.Equal(t, before, p.count("service"), "nothing is written before a second person's yes")
	require.NoError(t, p.Decide(t.Context(), p.as("head"), id, true))
	p.work()
	p.work()
	assert.Equal(t, "30 250050 initial B01.047.001", p.text("SELECT minutes || ' ' || price || ' ' || kind || ' ' || code FROM service WHERE name_ru = 'Осмотр перед прививкой'"))
	assert.Equal(t, "20 repeat", p.text("SELECT minutes || ' ' || kind FROM service WHERE name_ru = 'Повторный осмотр перед прививкой'"))
	p.exec("INSERT INTO practitioner_service (practitioner_id, service_id) SELECT p.id, s.id FROM service s, (SELECT id FROM practitioner LIMIT 1) p WHERE s.minutes = 20 AND s.name_ru LIKE 'Повторный осмотр%'")
	refused(t, p.Undo(t.Context(), p.admin, id), "intake_undo_decider")
	refused(t, p.Undo(t.Context(), p.as("director"), id), "intake_undo_decider")
	require.NoError(t, p.Undo(t.Context(), p.as("head"), id))
	p.forbidden(p.admin, "SELECT undo_imported_setting(id) FROM intake_row WHERE intake_id = $1 AND line = 2", id)
	p.work()
	assert.Equal(t, []string{"2 undone", "3 kept used"}, p.lines(id)[:2])
	assert.Equal(t, p.text("SELECT ($1::int + 1)::text", before), p.count("service"))
}

func TestServicesThatTheClinicHasAreChangedButForTheirPriceAndChangedBack(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	p.agreed(intake.Services, "Услуга;Специальность;Минут;Цена\nОсмотр перед прививкой;Терапевт;30;2500\n", false)
	p.exec("UPDATE service SET buffer_after = 10, code = 'B01.047.002' WHERE name_ru = 'Осмотр перед прививкой'")
	require.NoError(t, p.Book.Refresh(t.Context()))
	other := "Услуга;Специальность;Минут;Цена\nосмотр перед прививкой;Терапевт;45;9900\n"
	assert.Equal(t, []string{"2 skip price_kept stands"}, p.lines(p.judged(intake.Services, other, false)))
	stands := func() string {
		return p.text("SELECT minutes || ' ' || price || ' ' || buffer_after || ' ' || code FROM service WHERE name_ru = 'Осмотр перед прививкой'")
	}
	id := p.agreed(intake.Services, other, true)
	assert.Equal(t, []string{"2 updated price_kept"}, p.lines(id))
	assert.Equal(t, "45 250000 10 B01.047.002", stands())
	require.NoError(t, p.Undo(t.Context(), p.as("head"), id))
	p.work()
	assert.Equal(t, "30 250000 10 B01.047.002", stands())
}

func TestDoctorsAreBroughtWithWhatTheyDoAndWhereAndTakenBack(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	branch := p.text("SELECT name_ru FROM branch ORDER BY position LIMIT 1")
	service := p.text("SELECT name_ru FROM service WHERE specialty = 'therapist' AND active ORDER BY id LIMIT 1")
	id := p.agreed(intake.Doctors, "Врач;Специальность;Филиал;Услуги\n"+
		"ЗВЁЗДНАЯ АЛЛА ПЕТРОВНА;терапевт, Кардиолог;"+branch+";"+service+"\n"+
		"Чуб Олег Ильич;Терапевт;"+branch+";\n"+
		"Никто Некий;Звездочёт;Луна;гадание\n", false)
	assert.Equal(t, []string{"2 created", "3 created", "4 wrong specialty branch service"}, p.lines(id))
	assert.Equal(t, "Алла true 2 1", p.text(`SELECT given || ' ' || female || ' ' || (SELECT count(*) FROM practitioner_role r WHERE r.practitioner_id = p.id)
		|| ' ' || (SELECT count(*) FROM practitioner_service s WHERE s.practitioner_id = p.id) FROM practitioner p WHERE surname = 'Звёздная'`))
	more := p.agreed(intake.Doctors, "Врач;Специальность;Филиал;Услуги\nЧуб Олег Ильич;Терапевт;"+branch+";"+service+"\n", true)
	assert.Equal(t, []string{"2 updated"}, p.lines(more))
	assert.Equal(t, "1", p.count("practitioner_service s JOIN practitioner p ON p.id = s.practitioner_id AND p.surname = 'Чуб'"))

	require.NoError(t, p.Undo(t.Context(), p.as("head"), id))
	p.work()
	assert.Equal(t, []string{"2 undone", "3 kept changed"}, p.lines(id)[:2])
	require.NoError(t, p.Undo(t.Context(), p.as("head"), more))
	p.work()
	assert.Equal(t, []string{"2 undone"}, p.lines(more))
	assert.Equal(t, "0", p.count("practitioner_service s JOIN practitioner p ON p.id = s.practitioner_id AND p.surname = 'Чуб'"))
	assert.Equal(t, "0", p.count("practitioner WHERE surname = 'Звёздная'"))
}

func TestWhatWasRefusedIsNotCarriedOut(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	id := p.judged(intake.Services, prices, false)
	_, err := p.Of(t.Context(), p.as("head"), id)
	refused(t, err, "not_found") // nobody has asked yet
	_, err = p.Start(t.Context(), p.admin, id)
	require.NoError(t, err)
	list, _, err := p.Lines(t.Context(), p.as("director"), id, intake.Create, 0)
	require.NoError(t, err)
	assert.Equal(t, "Осмотр перед прививкой", list[0].About, "who decides sees what it is")
	require.NoError(t, p.Decide(t.Context(), p.as("director"), id, false))
	refused(t, p.Decide(t.Context(), p.as("head"), id, true), "settings_decided")
	p.work()
	assert.Equal(t, "0", p.count("service WHERE name_ru = 'Осмотр перед прививкой'"))
	p.forbidden(core.Sys("worker"), "UPDATE intake SET state = 'applying' WHERE id = $1", id)
}
