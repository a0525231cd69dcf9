package upload

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Bare is a picture or a film without what its camera wrote beside it: the place, the time, the device, an owner's name. Which way up it is
// stays. What cannot be taken apart is refused; other kinds are returned as they are.
func Bare(k Kind, data []byte) ([]byte, error) {
	switch k {
	case JPEG:
		return bareJPEG(data)
	case PNG:
		return barePNG(data)
	case WEBP:
		return bareWEBP(data)
	case HEIC:
		return bareHEIC(data)
	case MP4, M4A:
		return bareFilm(data)
	default:
		return data, nil
	}
}

// bareJPEG keeps what draws the picture: no APPn but the colour's (JFIF, ICC, Adobe), no comment, nothing behind its end.
func bareJPEG(data []byte) ([]byte, error) {
	out := append(make([]byte, 0, len(data)), 0xff, 0xd8)
	out = append(out, orientation(data)...)
	for at := 2; at+2 <= len(data) && data[at] == 0xff; {
		mark := data[at+1]
		if mark == 0xff { // filling
			at++
			continue
		}
		if mark == 0xd9 {
			return append(out, 0xff, 0xd9), nil
		}
		next := segment(data, at)
		if next < 0 {
			break
		}
		if mark == 0xda { // after its header comes the picture itself, or a part of it
			next = entropy(data, next)
		}
		if drawn := mark < 0xe0 || mark > 0xef; mark != 0xfe && (drawn || mark == 0xe0 || mark == 0xe2 && profile(data[at+4:]) || mark == 0xee) {
			out = append(out, data[at:next]...)
		}
		at = next
	}
	return nil, errKind
}

// segment is where the one that begins at a place ends, or -1.
func segment(data []byte, at int) int {
	if at+4 > len(data) {
		return -1
	}
	size := int(binary.BigEndian.Uint16(data[at+2:]))
	if size < 2 || at+2+size > len(data) {
		return -1
	}
	return at + 2 + size
}

// entropy is where a stretch of packed picture ends: at a mark that is neither an escaped byte nor a restart.
func entropy(data []byte, at int) int {
	for ; at+1 < len(data); at++ {
		if mark := data[at+1]; data[at] == 0xff && mark != 0 && mark != 0xff && (mark < 0xd0 || mark > 0xd7) {
			return at
		}
	}
	return len(data)
}

func profile(segment []byte) bool { return bytes.HasPrefix(segment, []byte("ICC_PROFILE\x00")) }

// orientation is an EXIF segment that says nothing but which way up the picture is, or nil where it stands upright.
func orientation(data []byte) []byte {
	at := bytes.Index(data[:min(len(data), edge)], []byte("Exif\x00\x00"))
	if at < 0 || at+14 > len(data) {
		return nil
	}
	tiff := data[at+6:]
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	first := int64(order.Uint32(tiff[4:]))
	if first+2 > int64(len(tiff)) {
		return nil
	}
	for i := range int64(order.Uint16(tiff[first:])) {
		entry := first + 2 + i*12
		if entry+12 > int64(len(tiff)) {
			return nil
		}
		if order.Uint16(tiff[entry:]) != 0x0112 {
			continue
		}
		if way := order.Uint16(tiff[entry+8:]); way > 1 && way <= 8 {
			return []byte("\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(rune(way)) + "\x00\x00\x00\x00\x00\x00")
		}
		return nil
	}
	return nil
}

// barePNG keeps the chunks that draw.
func barePNG(data []byte) ([]byte, error) {
	const head, around = 8, 12
	out := append(make([]byte, 0, len(data)), data[:min(head, len(data))]...)
	for at := head; at+around <= len(data); {
		size, name := int(binary.BigEndian.Uint32(data[at:])), string(data[at+4:at+8])
		next := at + around + size
		if size < 0 || next > len(data) {
			return nil, errKind
		}
		// A chunk whose first letter is large must be understood to draw; of the others these matter.
		if name[0] < 'a' || slices.Contains([]string{"tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "pHYs", "bKGD", "sBIT", "acTL", "fcTL", "fdAT"}, name) {
			out = append(out, data[at:next]...)
		}
		if name == "IEND" {
			return out, nil
		}
		at = next
	}
	return nil, errKind
}

// bareWEBP leaves out EXIF and XMP, and takes back the word that they are there.
func bareWEBP(data []byte) ([]byte, error) {
	const head = 12
	if len(data) < head {
		return nil, errKind
	}
	out := append(make([]byte, 0, len(data)), data[:head]...)
	for at := head; at+8 <= len(data); {
		size := int64(binary.LittleEndian.Uint32(data[at+4:]))
		next := int64(at) + 8 + size + size%2
		if int64(at)+8+size > int64(len(data)) {
			return nil, errKind
		}
		next = min(next, int64(len(data)))
		switch string(data[at : at+4]) {
		case "EXIF", "XMP ":
		default:
			out = append(out, data[at:next]...)
		}
		at = int(next)
	}
	if len(out) > 20 && string(out[12:16]) == "VP8X" {
		out[20] &^= 0x08 | 0x04
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8)) //nolint:gosec // no longer than it was
	return out, nil
}
