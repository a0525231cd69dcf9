package faults_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/faults"
	"github.com/zapis-clinic/zapis/jobs"
)

// program is the real program with the drills' crash points, built once.
var program struct {
	once      sync.Once
	dir, path string
	err       error
}

func built(t *testing.T) string {
	t.Helper()
	program.once.Do(func() {
		//nolint:usetesting // one program serves all tests, and outlives the one that builds it
		if program.dir, program.err = os.MkdirTemp("", "zapis-faults-"); program.err != nil {
			return
		}
		program.path = filepath.Join(program.dir, "zapis")
		out, err := exec.CommandContext(context.Background(), "go", "build", "-tags", "faults", "-buildvcs=false", "-o", program.path, "../cmd/zapis").CombinedOutput()
		if program.err = err; err != nil {
			t.Logf("go build: %s", out)
		}
	})
	require.NoError(t, program.err)
	return program.path
}

// liveSeed is the small clinic as of today, with the queue's tables: the real program has the real clock.
func liveSeed() storetest.Seed {
	return storetest.Seed{Key: "faults: live on " + time.Now().UTC().Format(time.DateOnly), Fill: func(ctx context.Context, owner string) error {
		if _, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: demo.Small, Now: time.Now()}); err != nil {
			return err
		}
		return jobs.MigrateRiver(ctx, owner)
	}}
}

// live is a clinic served by the real program, which may be killed and started again; Telegram is the fake one.
type live struct {
	t     *testing.T
	url   storetest.Database
	fake  *botstest.FakeTelegram
	keys  string // its key file
	env   []string
	began time.Time
	logs  logs

	mu       sync.Mutex
	cmd      *exec.Cmd
	ended    chan struct{}
	kills    int
	serving  chan struct{} // closed once it serves
	returned time.Time     // when it served again after a kill
}

func newLive(t *testing.T) *live {
	t.Helper()
	fake, err := botstest.NewFakeTelegram(time.Now)
	require.NoError(t, err)
	t.Cleanup(fake.Close)
	l := &live{t: t, url: storetest.New(t, liveSeed()), keys: vaulttest.File(t), fake: fake, began: time.Now().Add(-time.Second)}
	t.Cleanup(l.stop)
	return l
}

// start runs the program; crash is ZAPIS_CRASH.
func (l *live) start(crash string) {
	l.t.Helper()
	cmd := exec.CommandContext(context.Background(), built(l.t), "serve")
	cmd.Dir = l.t.TempDir()
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir, "ZAPIS_ADDR=127.0.0.1:0", "ZAPIS_DATABASE_URL=" + l.url.URL, "ZAPIS_DATABASE_CONNECTIONS=6", "ZAPIS_KEYS=" + l.keys,
		"ZAPIS_TELEGRAM_TOKEN=" + botstest.FakeToken, "ZAPIS_TELEGRAM_API=" + l.fake.URL(), "ZAPIS_LOG=debug", "ZAPIS_CRASH=" + crash,
	}
	cmd.Env = append(cmd.Env, l.env...)
	stderr, err := cmd.StderrPipe()
	require.NoError(l.t, err)
	require.NoError(l.t, cmd.Start())
	serving, ended := make(chan struct{}), make(chan struct{})
	l.mu.Lock()
	l.cmd, l.serving, l.ended = cmd, serving, ended
	l.mu.Unlock()
	go l.follow(cmd, stderr, serving, ended)
}

// follow reads the program's log to its end. One that was killed is started again, sound.
func (l *live) follow(cmd *exec.Cmd, log io.Reader, serving, ended chan struct{}) {
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var entry struct {
			Msg string `json:"msg"`
		}
		_ = json.Unmarshal(lines.Bytes(), &entry)
		_, _ = l.logs.Write(append(lines.Bytes(), '\n'))
		if entry.Msg == "serving" {
			l.mu.Lock()
			l.returned = time.Now()
			l.mu.Unlock()
			close(serving)
		}
	}
	_ = cmd.Wait()
	close(ended)
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
		l.mu.Lock()
		l.kills++
		l.mu.Unlock()
		l.start("")
	}
}

// stop ends the program the gentle way and waits for it.
func (l *live) stop() {
	l.mu.Lock()
	cmd, ended := l.cmd, l.ended
	l.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	<-ended
}

func (l *live) killed() (kills int, back time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kills, l.returned
}

// value reads one value as the owner.
func value[T any](l *live, sql string, args ...any) (T, error) {
	var out T
	conn, err := pgx.Connect(context.Background(), l.url.OwnerURL)
	if err != nil {
		return out, err
	}
	defer conn.Close(context.Background())
	err = conn.QueryRow(context.Background(), sql, args...).Scan(&out)
	return out, err
}

// until waits for a count in the database to be want.
func (l *live) until(ctx context.Context, want int, sql string, args ...any) error {
	for {
		got, err := value[int](l, sql, args...) //nolint:contextcheck // a look outlives the wait that asks for it
		if err != nil || got == want {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// check stops the program and checks the invariants.
func (l *live) check(ctx context.Context) error {
	if err := l.until(ctx, 0, "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending') AND not_before <= now()"); err != nil {
		return err
	}
	l.stop()
	broken, err := faults.Broken(context.WithoutCancel(ctx), faults.Scene{
		OwnerURL: l.url.OwnerURL, Now: time.Now(), Since: l.began, Logs: l.logs.String(), Canaries: personal(),
	})
	if err != nil {
		return err
	}
	if len(broken) > 0 {
		return &brokenError{strings.Join(broken, "\n")}
	}
	return nil
}

type brokenError struct{ what string }

func (b *brokenError) Error() string { return "invariants broken: " + b.what }
