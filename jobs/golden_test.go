package jobs_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/jobs/stage"
)

var (
	update  = flag.Bool("update", false, "rewrite the clinic's lines of the golden conversations")
	explain = flag.Bool("explain", false, "with -update: write under the patient's words what the rules understood")
)

// golden is where the conversations lie: a folder a flow, a file a conversation.
const golden = "../dialog/testdata"

// beginning is when every conversation begins: Tuesday 24 November 2026, 10:15 in Moscow.
func beginning() time.Time { return time.Date(2026, 11, 24, 7, 15, 0, 0, time.UTC) }

// clinicSeed is the small demo clinic as it stands on that morning.
func clinicSeed() storetest.Seed {
	return storetest.Seed{Key: "small at " + beginning().String(), Fill: func(ctx context.Context, owner string) error {
		_, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: demo.Small, Now: beginning()})
		return err
	}}
}

// TestConversations plays every golden conversation in four ways: as written, with every update delivered twice, with the program
// restarted after each step, and by the rules alone. All four end in the same conversation and the same database.
func TestConversations(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob(golden + "/*/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	shelf, coverage := &stage.Shelf{}, &stage.Coverage{}
	t.Cleanup(func() { reportCoverage(t, coverage) })
	for _, path := range paths {
		name := strings.TrimSuffix(strings.TrimPrefix(path, golden+"/"), ".txt")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			play := func(set func(*stage.Stage)) string {
				return play(t, string(want), func(s *stage.Stage) { s.Shelf, s.Coverage = shelf, coverage; set(s) })
			}
			got := play(func(s *stage.Stage) { s.Explain = *explain })
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
				want = []byte(got)
			}
			require.Empty(t, cmp.Diff(string(want), got), "run with -update to accept")
			ways := map[string]func(*stage.Stage){
				"delivered twice": func(s *stage.Stage) { s.Twice = true },
				"restarted":       func(s *stage.Stage) { s.Restart = true },
			}
			if strings.Contains(string(want), "\n? ") { // otherwise the rules have understood it all the first time
				ways["by rules"] = func(s *stage.Stage) { s.ByRules = true }
			}
			for way, set := range ways {
				require.Empty(t, cmp.Diff(got, play(set)), way)
			}
		})
	}
}

// play plays a script on a clinic of its own.
func play(t *testing.T, text string, set func(*stage.Stage)) string {
	t.Helper()
	db, _ := storetest.Open(t, clinicSeed(), 4)
	clock := stage.NewClock(beginning())
	s := &stage.Stage{DB: db, Vault: vaulttest.Vault(t), Screen: &stage.Screen{}, Clock: clock.Now, Move: clock.Set, Chat: "1"}
	set(s)
	require.NoError(t, s.Begin(t.Context()))
	script, err := stage.ReadScript(text)
	require.NoError(t, err)
	got, err := s.Play(t.Context(), script)
	require.NoError(t, err, got)
	return got
}
