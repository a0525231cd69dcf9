package upload

import (
	"bytes"
	"encoding/binary"
	"time"
)

// Sound says that somebody may be heard in files of a kind; a video note is a film.
func (k Kind) Sound() bool { return k == OGG || k == MP3 || k == M4A || k == MP4 }

// Ending is what the name of a file of a kind ends in; "" of a kind that is not taken.
func (k Kind) Ending() string {
	return map[Kind]string{
		PDF: ".pdf", JPEG: ".jpg", PNG: ".png", WEBP: ".webp", HEIC: ".heic", OGG: ".ogg", MP3: ".mp3", M4A: ".m4a", MP4: ".mp4", Word: ".docx",
		Calc: ".xlsx", Text: ".txt",
	}[k]
}

// Length is how long a recording lasts, by what stands in the file; false: it does not say.
func Length(k Kind, data []byte) (time.Duration, bool) {
	switch k {
	case OGG:
		return ogg(data)
	case MP4, M4A:
		return film(data)
	case MP3:
		return mp3(data)
	default:
		return 0, false
	}
}

// span is n units, of which a second has rate. More than a day is no length.
func span(n, rate uint64) (time.Duration, bool) {
	const most = 24 * 60 * 60
	if rate == 0 || n == 0 || n/rate > most {
		return most * time.Second, rate != 0 && n != 0
	}
	return time.Duration(float64(n) / float64(rate) * float64(time.Second)), true
}

// opusRate is what Opus counts in, whatever it was recorded in (RFC 7845, section 4).
const opusRate = 48000

// ogg looks where the last page ends, in samples (RFC 3533, section 6).
func ogg(data []byte) (time.Duration, bool) {
	rate := uint64(0)
	head := data[:min(len(data), edge)]
	if bytes.Contains(head, []byte("OpusHead")) {
		rate = opusRate
	} else if at := bytes.Index(head, []byte("\x01vorbis")); at >= 0 && at+16 <= len(head) {
		rate = uint64(binary.LittleEndian.Uint32(head[at+12:]))
	}
	at := bytes.LastIndex(data, []byte("OggS"))
	if at < 0 || at+14 > len(data) {
		return 0, false
	}
	return span(binary.LittleEndian.Uint64(data[at+6:]), rate)
}

// film reads the header of a film (ISO 14496-12, mvhd).
func film(data []byte) (time.Duration, bool) {
	at := bytes.Index(data, []byte("mvhd"))
	if at < 0 || at+36 > len(data) {
		return 0, false
	}
	b := data[at+4:]
	if b[0] == 1 {
		return span(binary.BigEndian.Uint64(b[24:]), uint64(binary.BigEndian.Uint32(b[20:])))
	}
	return span(uint64(binary.BigEndian.Uint32(b[16:])), uint64(binary.BigEndian.Uint32(b[12:])))
}

// mp3 goes by the speed of the first frame: a voice is recorded at one speed.
func mp3(data []byte) (time.Duration, bool) {
	at := 0
	if bytes.HasPrefix(data, []byte("ID3")) && len(data) > 10 {
		at = 10 + int(data[6]&0x7f)<<21 + int(data[7]&0x7f)<<14 + int(data[8]&0x7f)<<7 + int(data[9]&0x7f)
	}
	if at+3 > len(data) || data[at] != 0xff || data[at+1]&0xe6 != 0xe2 { // layer III
		return 0, false
	}
	speeds := []uint64{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0} // of MPEG-2, kbit/s
	if data[at+1]&0x18 == 0x18 {                                                        // MPEG-1
		speeds = []uint64{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}
	}
	return span(uint64(len(data[at:]))*8, speeds[data[at+2]>>4]*1000)
}
