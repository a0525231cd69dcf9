package e2e

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// program is the built zapis with a clinic of its own: its commands, and what it serves.
type program struct {
	t      *testing.T
	binary string
	env    []string
	url    string
}

// build makes the program for an empty, migrated database. More are further settings.
func build(t *testing.T, more ...string) program {
	t.Helper()
	dir := t.TempDir()
	p := program{t: t, binary: filepath.Join(dir, "zapis")}
	out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", p.binary, "../cmd/zapis").CombinedOutput()
	require.NoError(t, err, "%s", out)
	clinic := storetest.New(t, storetest.Seed{})
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := listener.Addr().String()
	require.NoError(t, listener.Close())
	p.url = named("http://" + addr)
	p.env = append(os.Environ(), "ZAPIS_ADDR="+addr, "ZAPIS_PUBLIC_URL="+p.url, "ZAPIS_DATABASE_URL="+clinic.URL, "ZAPIS_OWNER_DATABASE_URL="+clinic.OwnerURL,
		"ZAPIS_KEYS="+vaulttest.File(t), "ZAPIS_AUDIT_ANCHOR="+filepath.Join(dir, "anchors.jsonl"), "ZAPIS_LOG=warn", "ZAPIS_DEMO=", "ZAPIS_TELEGRAM_TOKEN=")
	p.env = append(p.env, more...)
	p.run("migrate")
	return p
}

// run is a command, to its end; it returns what it says.
func (p program) run(args ...string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.binary, args...)
	cmd.Env = p.env
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(p.t, err, errs.String())
	return strings.TrimSpace(string(out))
}

// said is what a program writes while it is read.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// serve serves until the test ends.
func (p program) serve() site {
	p.t.Helper()
	log := &said{}
	cmd := exec.CommandContext(context.WithoutCancel(p.t.Context()), p.binary, "serve")
	cmd.Env, cmd.Stderr = p.env, log
	require.NoError(p.t, cmd.Start())
	p.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if text := log.String(); text != "" {
			p.t.Logf("the program said: %.4000s", text)
		}
	})
	require.Eventually(p.t, func() bool {
		conn, err := (&net.Dialer{}).DialContext(p.t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}, 30*time.Second, 50*time.Millisecond, "%s", log)
	return site{URL: p.url}
}
