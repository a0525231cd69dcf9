package jobs_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/dialog/understand"
	"github.com/zapis-clinic/zapis/jobs"
	"github.com/zapis-clinic/zapis/prompts"
)

func TestAClinicsOwnExamplesAreUnderstoodInItsChats(t *testing.T) {
	t.Parallel()
	const said = "шурум-бурум катавасия"
	own := fstest.MapFS{"intents/prices.txt": {Data: []byte("шурум-бурум катавасия\nкатавасия почём\nшурум-бурум\n")}}
	examples, err := prompts.Intents(append(prompts.Places(""), own)...)
	require.NoError(t, err)
	taught, err := understand.Learn(examples)
	require.NoError(t, err)

	empty := &clinic.Catalog{}
	learned := (&jobs.Reader{Taught: taught}).Read(empty, said, understand.Situation{})
	require.NotEmpty(t, learned.Commands)
	assert.Equal(t, "prices", learned.Commands[0].Flow)
	for _, c := range (&jobs.Reader{}).Read(empty, said, understand.Situation{}).Commands {
		assert.NotEqual(t, "prices", c.Flow)
	}
}
