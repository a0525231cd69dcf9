package upload_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type entries map[string]string

func zipped(t *testing.T, files entries) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range files {
		f, err := w.Create(name)
		require.NoError(t, err)
		_, err = f.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func deflated(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

// nested is a bomb of bombs: each archive holds sixteen of the one below.
func nested(t *testing.T) []byte {
	t.Helper()
	inner := zipped(t, entries{"0.dll": strings.Repeat("\x00", 4<<20)})
	for range 4 {
		files := entries{}
		for i := range 16 {
			files[fmt.Sprintf("lib %x.zip", i)] = string(inner)
		}
		inner = zipped(t, files)
	}
	return zipped(t, entries{"[Content_Types].xml": "", "word/document.xml": "", "word/media/lib.bin": string(inner)})
}

// kernel is what four megabytes of nothing pack to, without a library's headers.
func kernel(t *testing.T, size int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	require.NoError(t, err)
	_, err = w.Write(make([]byte, size))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

// flat is a bomb of one kernel and many entries that all point at it (Fifield 2019, the plain form).
func flat(t *testing.T, count int) []byte {
	t.Helper()
	const size = 16 << 20
	body := kernel(t, size)
	sum := crc32.ChecksumIEEE(make([]byte, size))
	var out, directory bytes.Buffer
	local := func(name string) {
		out.WriteString("PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00")
		_ = binary.Write(&out, binary.LittleEndian, []uint32{sum, uint32(len(body)), size})
		_ = binary.Write(&out, binary.LittleEndian, []uint16{uint16(len(name)), 0})
		out.WriteString(name)
	}
	central := func(name string, at int) {
		directory.WriteString("PK\x01\x02\x14\x00\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00")
		_ = binary.Write(&directory, binary.LittleEndian, []uint32{sum, uint32(len(body)), size})
		_ = binary.Write(&directory, binary.LittleEndian, []uint16{uint16(len(name)), 0, 0, 0, 0})
		_ = binary.Write(&directory, binary.LittleEndian, []uint32{0, uint32(at)})
		directory.WriteString(name)
	}
	local("word/document.xml")
	out.Write(body)
	central("word/document.xml", 0)
	central("[Content_Types].xml", 0)
	for i := range count {
		central("word/media/"+strconv.Itoa(i)+".bin", 0)
	}
	begin := out.Len()
	out.Write(directory.Bytes())
	out.WriteString("PK\x05\x06\x00\x00\x00\x00")
	_ = binary.Write(&out, binary.LittleEndian, []uint16{uint16(count + 2), uint16(count + 2)})
	_ = binary.Write(&out, binary.LittleEndian, []uint32{uint32(directory.Len()), uint32(begin)})
	out.WriteString("\x00\x00")
	return out.Bytes()
}

func huge(width, height uint32) []byte {
	var out bytes.Buffer
	out.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(name string, data []byte) {
		_ = binary.Write(&out, binary.BigEndian, uint32(len(data)))
		out.WriteString(name)
		out.Write(data)
		_ = binary.Write(&out, binary.BigEndian, crc32.ChecksumIEEE(append([]byte(name), data...)))
	}
	chunk("IHDR", append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height), 8, 6, 0, 0, 0))
	chunk("IDAT", []byte{0x78, 0x9c, 0x03, 0, 0, 0, 0, 1})
	chunk("IEND", nil)
	return out.Bytes()
}

// deep is a PDF whose streams unpack to that many megabytes.
func deep(t *testing.T, megabytes int) []byte {
	t.Helper()
	stream := deflated(t, make([]byte, 10<<20))
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	for i := range megabytes / 10 {
		fmt.Fprintf(&out, "%d 0 obj <</Filter /FlateDecode /Length %d>> stream\n", i+1, len(stream))
		out.Write(stream)
		out.WriteString("\nendstream endobj\n")
	}
	out.WriteString("%%EOF")
	return out.Bytes()
}

// bombs are small files that want to become large ones, or to keep a reader busy.
func bombs(t *testing.T) map[string][]byte {
	t.Helper()
	var pages, wide strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&pages, "%d 0 obj <</Type/Page /Parent 1 0 R>> endobj\n", i+2)
	}
	for i := range 3000 {
		fmt.Fprintf(&wide, "%d 0 obj <</Type /Pages /Kids [%d 0 R]>> endobj\n", i+1, i+2)
	}
	many := entries{"[Content_Types].xml": "", "word/document.xml": ""}
	for i := range 3000 {
		many[strconv.Itoa(i)] = ""
	}
	jpeg := append([]byte("\xff\xd8\xff\xc0\x00\x11\x08"), binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, 60000), 60000)...)
	return map[string][]byte{
		"an archive of archives":           nested(t),
		"a flat archive":                   flat(t, 1000),
		"one entry of a gigabyte":          zipped(t, entries{"[Content_Types].xml": "", "word/document.xml": strings.Repeat("\x00", 256<<20)}),
		"too many entries":                 zipped(t, many),
		"a directory of half a million":    []byte("PK\x03\x04" + strings.Repeat("PK\x01\x02"+strings.Repeat("\x00", 42), 430_000)),
		"a picture of 50k by 50k":          huge(50_000, 50_000),
		"a picture as large as a header":   huge(1<<31-1, 1<<31-1),
		"a photo of 60k by 60k":            append(jpeg, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xff, 0xd9),
		"a heic of 65k by 65k":             ftyp("heic", "mif1\x00\x00\x00\x14ispe\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\xff\xff"),
		"a document that unpacks":          deep(t, 400),
		"a document that holds itself":     []byte("%PDF-1.4\n1 0 obj <</Type /Pages /Kids [2 0 R]>> endobj\n2 0 obj <</Type /Pages /Kids [ 3 0 R 1 0 R ]>> endobj\n%%EOF"),
		"a document that is its own child": []byte("%PDF-1.4\n7 0 obj <</Type /Pages /Kids [7 0 R]>> endobj\n%%EOF"),
		"a document without a ground":      []byte("%PDF-1.4\n" + wide.String() + "%%EOF"),
		"a document of 2000 pages":         []byte("%PDF-1.4\n" + pages.String() + "%%EOF"),
		"pages in a stream":                append(append([]byte("%PDF-1.5\n1 0 obj <<>> stream\n"), deflated(t, []byte(strings.Repeat("<</Type /Page>>", 2000)))...), "\nendstream %%EOF"...),
		"a document of slashes":            []byte("%PDF-1.4\n" + strings.Repeat("/#4", 19<<18) + "%%EOF"),
		"a document of streams":            []byte("%PDF-1.4\n" + strings.Repeat("stream ", 50_000) + "%%EOF"),
		"21 megabytes":                     make([]byte, 21<<20),
	}
}

func TestV13NoFileBecomesLargerOrTakesLonger(t *testing.T) { //nolint:paralleltest // it measures memory and time
	for name, data := range bombs(t) {
		debug.FreeOSMemory()
		require.NoError(t, os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600)) // the peak counts from here (proc_pid_clear_refs(5))
		before, began := memory(t, "VmRSS:"), time.Now()
		key := refusal(t, data)
		took, grown := time.Since(began), memory(t, "VmHWM:")-before
		t.Logf("%-34s %-12s %5d KB %8s +%d MB", name, key, len(data)>>10, took.Round(time.Millisecond), grown>>10)
		if name != "a document of slashes" { // which is only slow to read
			require.NotEmpty(t, key, name)
		}
		require.Less(t, took, 2*time.Second, name)
		require.Less(t, grown, 100<<10, name)
	}
}

// memory is a figure of this process, in kilobytes.
func memory(t *testing.T, name string) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(status), name)
	kilobytes, err := strconv.Atoi(strings.Fields(rest)[0])
	require.NoError(t, err)
	return kilobytes
}
