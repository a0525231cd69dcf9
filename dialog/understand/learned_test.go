package understand_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/dialog/understand"
)

func TestWhatWasLearnedBeforehandIsWhatTheExamplesTeachNow(t *testing.T) {
	t.Parallel()
	written, err := os.ReadFile("learned.bin")
	require.NoError(t, err)
	fresh, err := understand.Learned()
	require.NoError(t, err)
	assert.True(t, bytes.Equal(written, fresh), "run `make generate` and commit dialog/understand/learned.bin")
}

func TestWhatIsLearnedAtTheStartReadsAsWhatWasLearnedBeforehand(t *testing.T) {
	t.Parallel()
	taught, err := understand.Learn(examples(t))
	require.NoError(t, err)
	learned, remembered := taught.Reader(clinic()), understand.New(clinic())
	s := understand.Situation{Now: wednesday(t)}
	for _, texts := range examples(t) {
		for i := 0; i < len(texts); i += 20 {
			require.Equal(t, learned.Read(texts[i], s), remembered.Read(texts[i], s), texts[i])
		}
	}
}

// BenchmarkLoad is what a process does before it understands its first message: at most 300 ms.
func BenchmarkLoad(b *testing.B) {
	fastest := time.Hour // of a machine with other work
	for b.Loop() {
		begun := time.Now()
		if err := understand.Load(); err != nil {
			b.Fatal(err)
		}
		fastest = min(fastest, time.Since(begun))
	}
	if fastest > 300*time.Millisecond {
		b.Errorf("%v, at most 300 ms", fastest)
	}
}
