package e2e

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

func TestSomebodyNewMakesAPasskeyAndSignsInWithIt(t *testing.T) {
	t.Parallel()
	needs(t)
	s := open(t)
	roster := staff.NewRoster(staff.Config{In: s.DB, Clock: time.Now, IDs: core.NewIDs(nil), Random: rand.Reader, Vault: vaulttest.Vault(t)})
	token, err := roster.Add(t.Context(), core.Sys("cli"), staff.Newcomer{Login: "petrova", Role: "admin"})
	require.NoError(t, err)
	tell(t, s, "signin.mjs", "E2E_INVITE="+token, "E2E_LOCALHOST="+named(s.URL))
}

// named is a site's address by name: passkeys belong to names.
func named(address string) string { return strings.Replace(address, "127.0.0.1", "localhost", 1) }
