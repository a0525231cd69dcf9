package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/jobs"
)

// replica is the program serving a clinic.
type replica struct {
	cmd  *exec.Cmd
	log  *bufio.Scanner
	addr string
}

// serve starts the program on a clinic and waits until it answers; more are settings beside the database's.
func serve(ctx context.Context, t *testing.T, clinic storetest.Database, more ...string) *replica {
	t.Helper()
	r := &replica{cmd: exec.CommandContext(ctx, "zapis", "serve")}
	r.cmd.Dir = t.TempDir()
	r.cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + r.cmd.Dir, "ZAPIS_ADDR=127.0.0.1:0", "ZAPIS_DATABASE_URL=" + clinic.URL, "ZAPIS_DATABASE_CONNECTIONS=4",
		"ZAPIS_KEYS=" + vaulttest.File(t),
	}, more...)
	stderr, err := r.cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, r.cmd.Start())
	t.Cleanup(func() { _ = r.cmd.Process.Kill() }) // where the test ended early
	r.log = bufio.NewScanner(stderr)
	for r.addr == "" {
		require.True(t, r.log.Scan(), "it ended before it served")
		var entry struct{ Msg, Addr string }
		require.NoError(t, json.Unmarshal(r.log.Bytes(), &entry), r.log.Text())
		r.addr = entry.Addr
	}
	return r
}

// stop tells the program to stop, and returns what it logged until it had.
func (r *replica) stop(t *testing.T) string {
	t.Helper()
	require.NoError(t, r.cmd.Process.Signal(syscall.SIGTERM))
	var log strings.Builder
	for r.log.Scan() {
		log.WriteString(r.log.Text() + "\n")
	}
	require.NoError(t, r.cmd.Wait(), log.String())
	return log.String()
}

type answer struct {
	status         int
	location, body string
	header         http.Header
}

// get asks for a path and does not follow.
func (r *replica) get(ctx context.Context, t *testing.T, path string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.addr+path, http.NoBody)
	require.NoError(t, err)
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err, path)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err, path)
	return answer{response.StatusCode, response.Header.Get("Location"), string(body), response.Header}
}

// clinicSeed is the small demo clinic with the queue's tables.
func clinicSeed() storetest.Seed {
	return storetest.Seed{Key: "cmd: small on " + time.Now().UTC().Format(time.DateOnly), Fill: func(ctx context.Context, owner string) error {
		if _, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: demo.Small, Now: time.Now()}); err != nil {
			return err
		}
		return jobs.MigrateRiver(ctx, owner)
	}}
}

func TestAReplicaAnswersAndDrains(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r := serve(ctx, t, storetest.New(t, clinicSeed()), "ZAPIS_DEMO=1")
	for path, want := range map[string]string{
		"/healthz": "ok\n", "/readyz": "ready\n", "/metrics": `zapis_waiting{what="outbox"} 0`, "/chat": "<html", "/demo": "<html", "/cabinet": "<html",
	} {
		got := r.get(ctx, t, path)
		require.Equal(t, http.StatusOK, got.status, path)
		require.Contains(t, got.body, want, path)
	}
	home := r.get(ctx, t, "/")
	require.Equal(t, http.StatusFound, home.status)
	require.Equal(t, "/demo", home.location)

	log := r.stop(t)
	require.Contains(t, log, `"msg":"draining"`)
	require.NotContains(t, log, "cut off")
}

func TestWithoutTheDemoTheFirstPageIsTheCabinet(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r := serve(ctx, t, storetest.New(t, clinicSeed()))
	require.Equal(t, "/cabinet", r.get(ctx, t, "/").location)
	require.Equal(t, http.StatusNotFound, r.get(ctx, t, "/demo").status)

	// Another program on its address is told so, in one line.
	second := exec.CommandContext(ctx, "zapis", "serve")
	second.Dir = t.TempDir()
	second.Env = slices.Concat(r.cmd.Env, []string{"ZAPIS_ADDR=" + r.addr})
	said, err := second.CombinedOutput()
	require.ErrorContains(t, err, "exit status 1")
	require.Equal(t, "zapis: ZAPIS_ADDR: cannot listen on "+r.addr+": choose another address or stop what listens there\n", string(said))
	r.stop(t)
}
