package understand

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What a message may cost is counted in looks into the tables, so that no machine is too slow for the test.
func TestAHostileMessageCostsNoMoreThanItsWork(t *testing.T) {
	t.Parallel()
	r := New(Vocabulary{Doctors: []Doctor{{ID: "1", Surname: "Иванова", Name: "Анна", Gender: "female"}}})
	const dearest = 4096 // what the last word may cost above what was left
	for _, unit := range []string{"ыфвапролд ", "кардиологк ", "qwrtpsdfg ", "хирурггг", "с3убнпро ", "запишитеменякк ", "ааабббвввггг "} {
		text := strings.Repeat(unit, 4096/len([]rune(unit)))
		work := maxWork
		text = r.retype(text, &work)
		r.repaired(cut(text), text, &work)
		assert.Greater(t, work, -dearest, unit)
	}
}
