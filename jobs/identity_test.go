package jobs_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestV5AContactCountsOnlyAsOnesOwnAndAsAnAnswer(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	vouched := func() int64 {
		return one[int64](x, "SELECT count(*) FROM patient_contact WHERE verified_at IS NOT NULL")
	}
	before := vouched()
	x.Chat = "2"
	x.play("> (contact +79990001122)\n> Запишите к кардиологу Ивановой в пятницу в 12\n> (contact +79990001122)\n> [Согласен]\n> (contact +79990001122)\n")
	assert.Equal(t, before, vouched(), "nobody asked for it")
	assert.Contains(t, x.play("> Петрова Анна Игоревна\n"), "оставьте номер телефона")
	assert.Contains(t, x.play("> (foreign_contact +79990001122)\n"), "Это номер другого человека")
	assert.Equal(t, before, vouched(), "somebody else's")
	x.play("> (contact +79990001133)\n")
	assert.Equal(t, before+1, vouched(), "one's own, and asked for")
}

func TestV6ANewAccountWithTheSamePhoneIsLookedAtByTheDesk(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.exec("UPDATE patient_link SET verified_at = now() WHERE conversation_id = $1", x.chat())
	x.Chat = "2"
	x.play("> Запишите к кардиологу Ивановой в пятницу в 12\n> [Согласен]\n> Совсем Другой Человек\n> +7 916 123-45-67\n> да\n")
	x.Talks.Wait()
	assert.EqualValues(t, 1, one[int64](x, "SELECT count(*) FROM task WHERE kind = 'verify_patient' AND state = 'open'"))
	assert.Zero(t, one[int64](x, "SELECT count(*) FROM patient_link WHERE conversation_id <> $1 AND verified_at IS NOT NULL", x.chat()), "limited until somebody has looked")
	assert.NotContains(t, x.play("> мои записи\n"), "Смирнова")
}
