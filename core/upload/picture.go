package upload

import (
	"bytes"
	"encoding/binary"
)

// picture reads a picture's size from its header, before anybody decodes it: a header of a hundred bytes may ask for gigabytes.
func picture(kind Kind, data []byte) error {
	var width, height int
	switch kind {
	case PNG:
		width, height = png(data)
	case JPEG:
		width, height = jpeg(data)
	case WEBP:
		width, height = webp(data)
	default:
		width, height = heic(data)
	}
	switch {
	case width <= 0 || height <= 0:
		return errKind
	case int64(width)*int64(height) > maxPixels:
		return errLarge
	}
	return nil
}

func png(data []byte) (width, height int) {
	if len(data) < 33 || string(data[12:16]) != "IHDR" {
		return 0, 0
	}
	return int(binary.BigEndian.Uint32(data[16:])), int(binary.BigEndian.Uint32(data[20:]))
}

// jpeg walks the segments to the frame's header. A thumbnail before it has one too, but within its own segment.
func jpeg(data []byte) (width, height int) {
	for at := 2; at+9 < len(data) && data[at] == 0xff; {
		mark := data[at+1]
		switch {
		case mark == 0xff: // filling
			at++
			continue
		case mark == 0xda, mark == 0xd9: // the picture begins, or ends
			return 0, 0
		case mark >= 0xc0 && mark <= 0xcf && mark != 0xc4 && mark != 0xc8 && mark != 0xcc:
			return int(binary.BigEndian.Uint16(data[at+7:])), int(binary.BigEndian.Uint16(data[at+5:]))
		}
		at += 2 + int(binary.BigEndian.Uint16(data[at+2:]))
	}
	return 0, 0
}

func webp(data []byte) (width, height int) {
	if len(data) < 30 {
		return 0, 0
	}
	three := func(at int) int { return int(data[at]) | int(data[at+1])<<8 | int(data[at+2])<<16 }
	switch string(data[12:16]) {
	case "VP8X":
		return three(24) + 1, three(27) + 1
	case "VP8L":
		bits := binary.LittleEndian.Uint32(data[21:])
		return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1
	case "VP8 ":
		return int(binary.LittleEndian.Uint16(data[26:]) & 0x3fff), int(binary.LittleEndian.Uint16(data[28:]) & 0x3fff)
	}
	return 0, 0
}

// heic takes the largest of the sizes told ("ispe"): a photo is laid of tiles, and the whole has a size of its own.
func heic(data []byte) (width, height int) {
	for rest := data; ; {
		at := bytes.Index(rest, []byte("ispe"))
		if at < 0 || at+16 > len(rest) {
			return width, height
		}
		w, h := int(binary.BigEndian.Uint32(rest[at+8:])), int(binary.BigEndian.Uint32(rest[at+12:]))
		if int64(w)*int64(h) > int64(width)*int64(height) {
			width, height = w, h
		}
		rest = rest[at+4:]
	}
}
