package upload_test

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/upload"
)

// daemon is a clamd that finds what has the word "virus" in it; answer, where not empty, is all it ever says.
func daemon(t *testing.T, answer string) upload.Clamd {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "clamd")
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", socket)
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn, answer)
		}
	}()
	return upload.Clamd{Network: "unix", Address: socket}
}

func serve(conn net.Conn, answer string) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	command, err := in.ReadString(0)
	if err != nil {
		return
	}
	reply := answer
	if command == "zINSTREAM\x00" && answer == "" {
		body, err := stream(in)
		if err != nil {
			return
		}
		reply = "stream: OK\x00"
		if strings.Contains(body, "virus") {
			reply = "stream: Eicar-Signature FOUND\x00"
		}
	}
	if command == "zPING\x00" && answer == "" {
		reply = "PONG\x00"
	}
	_, _ = conn.Write([]byte(reply))
}

func stream(in io.Reader) (string, error) {
	var all strings.Builder
	for {
		var size uint32
		if err := binary.Read(in, binary.BigEndian, &size); err != nil || size == 0 {
			return all.String(), err
		}
		if _, err := io.CopyN(&all, in, int64(size)); err != nil {
			return "", err
		}
	}
}

func TestV13AScannerIsAskedAndSilenceIsARefusal(t *testing.T) {
	t.Parallel()
	sound := upload.Checker{Scanner: daemon(t, "")}
	kind, err := sound.Check(t.Context(), []byte(strings.Repeat("hello ", 50_000)))
	require.NoError(t, err)
	require.Equal(t, upload.Text, kind)
	_, err = sound.Check(t.Context(), []byte("a virus"))
	require.Equal(t, "file_unsafe", core.Refusal(err).Key)
	require.NoError(t, daemon(t, "").Ping(t.Context()))

	for _, scanner := range []upload.Clamd{
		{Network: "unix", Address: filepath.Join(t.TempDir(), "nobody")},
		daemon(t, "stream: lstat() failed. ERROR\x00"),
		daemon(t, "INSTREAM size limit exceeded. ERROR\x00"), daemon(t, "stream: OK"), daemon(t, strings.Repeat("x", 1<<16)), daemon(t, "\x00"),
	} {
		_, err := upload.Checker{Scanner: scanner}.Check(t.Context(), []byte("hello"))
		require.Error(t, err, "nobody knows whether it is clean")
		require.Nil(t, core.Refusal(err), "and it is no fault of the file's")
	}
	_, err = upload.ReadClamd("unix:/run/clamav/clamd.ctl")
	require.NoError(t, err)
	for _, bad := range []string{"", "/run/clamd", "http://x", "unix:"} {
		_, err := upload.ReadClamd(bad)
		require.Error(t, err, bad)
	}
}

func TestV13PagesAreCountedInAProcessOfTheirOwn(t *testing.T) {
	t.Parallel()
	poppler, ok := upload.FindPoppler()
	if !ok && os.Getenv("ZAPIS_E2E") == "required" {
		t.Fatal("no pdfinfo: make check installs poppler-utils")
	}
	if !ok {
		t.Skip("no pdfinfo: install poppler-utils")
	}
	c := upload.Checker{Pages: poppler}
	_, err := c.Check(t.Context(), []byte(smallPDF))
	require.NoError(t, err)
	_, err = c.Check(t.Context(), []byte("%PDF-1.4\nnothing\n%%EOF"))
	require.Equal(t, "file_kind", core.Refusal(err).Key)
}
