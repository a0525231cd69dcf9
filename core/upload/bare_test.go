package upload_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/upload"
)

// secret is what a camera wrote beside the picture.
const secret = "GPS 55.7558N 37.6173E iPhone of Maria"

// exif is a camera's segment: which way up (6), and the secret.
func exif() []byte {
	body := []byte("Exif\x00\x00II\x2a\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00" + secret)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return append(head, body...)
}

func segment(mark byte, text string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, mark}, uint16(len(text)+2)), text...)
}

func chunk(name, text string) []byte {
	out := append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), name+text...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(name+text)))
}

func isoBox(name string, parts ...string) string {
	body := strings.Join(parts, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))) + name + body
}

// heicOf is a photo whose second item is EXIF, at the end of the file.
func heicOf() []byte {
	head := isoBox("ftyp", "heic\x00\x00\x00\x00mif1heic")
	infe := func(id, kind string) string { return isoBox("infe", "\x02\x00\x00\x00", id, "\x00\x00", kind, "\x00") }
	lay := func(at string) string {
		return isoBox("meta", "\x00\x00\x00\x00",
			isoBox("iinf", "\x00\x00\x00\x00\x00\x02", infe("\x00\x01", "hvc1"), infe("\x00\x02", "Exif")),
			isoBox("iprp", isoBox("ipco", isoBox("ispe", "\x00\x00\x00\x00\x00\x00\x00\x20\x00\x00\x00\x20"))),
			isoBox("iloc", "\x00\x00\x00\x00\x44\x00\x00\x01", "\x00\x02\x00\x00\x00\x01", at, "\x00\x00\x00"+string(rune(len(secret)))))
	}
	at := len(head) + len(lay("\x00\x00\x00\x00")) + 8
	return []byte(head + lay(string(binary.BigEndian.AppendUint32(nil, uint32(at)))) + isoBox("mdat", secret, "pixels"))
}

func TestWhatACameraWroteBesideThePictureIsNotShown(t *testing.T) {
	t.Parallel()
	photo := jpegOf(t)
	photo = bytes.Join([][]byte{photo[:2], exif(), segment(0xfe, secret), segment(0xed, "Photoshop "+secret), photo[2:], exif(), []byte(secret)}, nil)
	drawing := pngOf(t)
	drawing = bytes.Join([][]byte{drawing[:33], chunk("tEXt", "Comment\x00"+secret), chunk("eXIf", secret), drawing[33:]}, nil)
	webp := []byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x0c\x00\x00\x00\x1d\x00\x00\x13\x00\x00VP8 \x04\x00\x00\x00dataEXIF\x26\x00\x00\x00" + secret + " ")
	film := []byte(isoBox("ftyp", "isom\x00\x00\x00\x00isommp42") + isoBox("moov", isoBox("mvhd", "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\xe8\x00\x00\x13\x88"+
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), isoBox("udta", isoBox("\xa9xyz", secret))) + isoBox("mdat", "frames"))
	for kind, data := range map[upload.Kind][]byte{upload.JPEG: photo, upload.PNG: drawing, upload.WEBP: webp, upload.HEIC: heicOf(), upload.MP4: film} {
		require.Contains(t, string(data), "55.7558", kind)
		out, err := upload.Bare(kind, data)
		require.NoError(t, err, kind)
		require.NotContains(t, string(out), "55.7558", kind)
		require.NotContains(t, string(out), "Maria", kind)
		again, err := upload.Checker{}.Check(t.Context(), out)
		require.NoError(t, err, kind)
		require.Equal(t, kind, again)
	}
	out, err := upload.Bare(upload.JPEG, photo)
	require.NoError(t, err)
	require.Contains(t, string(out), "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06", "it still stands the right way up")
	for _, data := range [][]byte{out, must(upload.Bare(upload.PNG, drawing))} {
		seen, _, err := image.Decode(bytes.NewReader(data))
		require.NoError(t, err)
		require.Equal(t, 30, seen.Bounds().Dx(), "and is the same picture")
	}
}

func must(data []byte, err error) []byte {
	if err != nil {
		return nil
	}
	return data
}

func TestAPictureThatCannotBeTakenApartIsNotShown(t *testing.T) {
	t.Parallel()
	for kind, data := range map[upload.Kind][]byte{
		upload.JPEG: jpegOf(t), upload.PNG: pngOf(t), upload.HEIC: heicOf(),
		upload.WEBP: []byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x0c\x00\x00\x00\x1d\x00\x00\x13\x00\x00VP8 \x04\x00\x00\x00data"),
	} {
		for cut := range data { // nothing makes it fall over
			_, _ = upload.Bare(kind, data[:cut])
		}
		_, err := upload.Bare(kind, data[:len(data)/2])
		require.Error(t, err, kind)
	}
}

func TestARecordingsLengthStandsInIt(t *testing.T) {
	t.Parallel()
	voice := []byte("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00OpusHead....OggS\x00\x04\x00\x40\x83\x00\x00\x00\x00\x00tail") // 8 601 600 samples
	for name, c := range map[string]struct {
		kind upload.Kind
		data []byte
		want time.Duration
	}{
		"a voice message": {upload.OGG, voice, 179200 * time.Millisecond},
		"a video note": {upload.MP4, []byte(isoBox("ftyp", "isom\x00\x00\x00\x00") + isoBox("mvhd", "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\xe8\x00\x00\x13\x88"+
			"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")), 5 * time.Second},
		"a song": {upload.MP3, append([]byte{0xff, 0xfb, 0x90, 0x00}, make([]byte, 15996)...), time.Second},
	} {
		got, known := upload.Length(c.kind, c.data)
		require.True(t, known, name)
		require.Equal(t, c.want, got, name)
	}
	for _, kind := range []upload.Kind{upload.OGG, upload.MP4, upload.MP3, upload.PNG} {
		_, known := upload.Length(kind, []byte("OggS mvhd ID3"))
		require.False(t, known, kind)
	}
	kind, err := upload.Checker{}.Check(t.Context(), ftyp("M4A ", "isommp42"))
	require.NoError(t, err)
	require.True(t, kind.Sound())
}
