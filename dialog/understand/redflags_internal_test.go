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
