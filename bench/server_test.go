package bench_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/jobs"
)

// seed is a demo clinic of a size as of today. ZAPIS_BENCH_SIZE=large is for measuring by hand.
func seed(size demo.Size) storetest.Seed {
	now := time.Now()
	return storetest.Seed{Key: "bench " + string(size) + now.Format(time.DateOnly), Fill: func(ctx context.Context, owner string) error {
		if err := jobs.MigrateRiver(ctx, owner); err != nil {
			return err
		}
		_, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: size, Now: now, Progress: os.Stderr})
		return err
	}}
}

func benchSize() demo.Size {
	if size := os.Getenv("ZAPIS_BENCH_SIZE"); size != "" {
		return demo.Size(size)
	}
	return demo.Medium
}

// program is the built zapis, serving against a fake Telegram.
type program struct {
	home string
	cmd  *exec.Cmd
	fake *botstest.FakeTelegram
	log  *bytes.Buffer
}

func startProgram(b *testing.B, db storetest.Database, more ...string) *program {
	b.Helper()
	binary := filepath.Join(b.TempDir(), "zapis")
	out, err := exec.CommandContext(b.Context(), "go", "build", "-o", binary, "../cmd/zapis").CombinedOutput()
	require.NoError(b, err, string(out))
	fake, err := botstest.NewFakeTelegram(time.Now)
	require.NoError(b, err)
	b.Cleanup(fake.Close)
	addr := freeAddr(b)
	p := &program{home: "http://" + addr, fake: fake, log: &bytes.Buffer{}}
	p.cmd = exec.CommandContext(context.WithoutCancel(b.Context()), binary, "serve")
	p.cmd.Env = append(os.Environ(), "ZAPIS_ADDR="+addr, "ZAPIS_PUBLIC_URL=http://"+addr, "ZAPIS_DATABASE_URL="+durable(b, db.URL),
		"ZAPIS_OWNER_DATABASE_URL="+db.OwnerURL, "ZAPIS_KEYS="+vaulttest.File(b), "ZAPIS_TELEGRAM_TOKEN="+botstest.FakeToken, "ZAPIS_TELEGRAM_API="+fake.URL(),
		"ZAPIS_TELEGRAM_MODE=webhook", "ZAPIS_LOG=warn")
	p.cmd.Env = append(p.cmd.Env, more...)
	p.cmd.Stderr = p.log
	require.NoError(b, p.cmd.Start())
	b.Cleanup(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		_ = p.cmd.Wait()
		if p.log.Len() > 0 {
			b.Logf("log: %.6000s", p.log.String())
		}
	})
	ctx, cancel := context.WithTimeout(b.Context(), 30*time.Second)
	defer cancel()
	require.NoError(b, fake.WaitCount(ctx, "setWebhook", 1), p.log.String())
	return p
}

func freeAddr(b *testing.B) string {
	b.Helper()
	l, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	require.NoError(b, err)
	defer l.Close()
	return l.Addr().String()
}

// peakMemory is the most the program has had resident, in MB.
func (p *program) peakMemory(b *testing.B) float64 {
	b.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	require.NoError(b, err)
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			require.NoError(b, err)
			return kb / 1024
		}
	}
	return 0
}

// cpu is the time the program has computed so far.
func (p *program) cpu(b *testing.B) time.Duration {
	b.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	require.NoError(b, err)
	f := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	var ticks int64
	for _, field := range f[11:13] { // user and system
		n, err := strconv.ParseInt(field, 10, 64)
		require.NoError(b, err)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// durable is an address without a test's short cuts: what is measured waits for the disk.
func durable(b *testing.B, address string) string {
	b.Helper()
	u, err := url.Parse(address)
	require.NoError(b, err)
	q := u.Query()
	q.Del("options")
	u.RawQuery = q.Encode()
	return u.String()
}
