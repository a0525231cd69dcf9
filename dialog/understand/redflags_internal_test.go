package understand

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheListOfRedFlagsIsReadWhole(t *testing.T) {
	t.Parallel()
	f := newFlags()
	assert.Empty(t, f.lore.bad)
	assert.NotEmpty(t, f.lore.version)
}

func TestWhatIsSureIsVoidedByNothingButItsOwnRefusal(t *testing.T) {
	t.Parallel()
	f := &flags{lore: newLore(8, "fire = горим горит\nfilm = фильм*\nalarm: fire !!\nveto message: film\n")}
	for i := range f.lore.patterns {
		f.duties = append(f.duties, dutyOf(&f.lore.patterns[i]))
	}
	r := newLanguage().reader(Vocabulary{})
	for text, want := range map[string]string{"смотрим фильм и горим": "alarm", "не горим": "", "смотрим фильм": ""} {
		_, tokens := r.tokens(text)
		got := f.find(f.lore.look(tokens, r.asWritten(text)))
		assert.Equal(t, want, got.kind, text)
	}
}
