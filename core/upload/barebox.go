package upload

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// box is a box of ISO 14496-12 within its file: its name, and where its content begins and ends.
type box struct {
	name     string
	at       int // of its header
	from, to int
}

// boxes lists the boxes of a stretch, one after another; false: they do not fill it.
func boxes(data []byte, from, to int) ([]box, bool) {
	var out []box
	for at := from; at < to; {
		if at+8 > to {
			return out, false
		}
		size, head := int64(binary.BigEndian.Uint32(data[at:])), 8
		switch {
		case size == 1 && at+16 <= to:
			size, head = int64(binary.BigEndian.Uint64(data[at+8:])), 16 //nolint:gosec // a size below nothing is refused below
		case size == 0: // to the end
			size = int64(to - at)
		}
		if size < int64(head) || size > int64(to-at) {
			return out, false
		}
		out = append(out, box{string(data[at+4 : at+8]), at, at + head, at + int(size)})
		at += int(size)
	}
	return out, true
}

// bareFilm empties the boxes in which a camera says where and with what it was: their place stays, for others are found by theirs.
func bareFilm(data []byte) ([]byte, error) {
	out := bytes.Clone(data)
	if !blank(out, 0, len(out), 0) {
		return nil, errKind
	}
	return out, nil
}

// deepest is how far boxes are opened: moov/trak/udta is three.
const deepest = 6

func blank(data []byte, from, to, depth int) bool {
	list, ok := boxes(data, from, to)
	if !ok || depth > deepest {
		return false
	}
	for _, b := range list {
		switch {
		case slices.Contains([]string{"udta", "meta", "uuid", "XMP_"}, b.name):
			copy(data[b.at+4:], "free")
			clear(data[b.from:b.to])
		case slices.Contains([]string{"moov", "trak"}, b.name) && !blank(data, b.from, b.to, depth+1):
			return false
		}
	}
	return true
}

// bareHEIC empties the items of a photo that are EXIF or XMP, where they lie.
func bareHEIC(data []byte) ([]byte, error) {
	out := bytes.Clone(data)
	top, ok := boxes(out, 0, len(out))
	at := slices.IndexFunc(top, func(b box) bool { return b.name == "meta" })
	if !ok || at < 0 || top[at].to-top[at].from < 4 {
		return nil, errKind
	}
	inside, ok := boxes(out, top[at].from+4, top[at].to)
	if !ok {
		return nil, errKind
	}
	var told []uint32
	for _, b := range inside {
		if b.name == "iinf" {
			if told, ok = told16(out, b); !ok {
				return nil, errKind
			}
		}
	}
	for _, b := range inside {
		if b.name == "iloc" && !emptied(out, b, told) {
			return nil, errKind
		}
	}
	return out, nil
}

// told16 are the ids of the items that tell of the photo instead of drawing it.
func told16(data []byte, iinf box) ([]uint32, bool) {
	if iinf.to-iinf.from < 8 {
		return nil, false
	}
	from := iinf.from + 6
	if data[iinf.from] > 0 {
		from += 2
	}
	entries, ok := boxes(data, from, iinf.to)
	if !ok {
		return nil, false
	}
	var out []uint32
	for _, e := range entries {
		if e.to-e.from < 12 || e.name != "infe" {
			return nil, false
		}
		id, kind := uint32(binary.BigEndian.Uint16(data[e.from+4:])), e.from+8
		if data[e.from] == 3 {
			id, kind = binary.BigEndian.Uint32(data[e.from+4:]), e.from+10
		}
		if kind+4 > e.to {
			return nil, false
		}
		if slices.Contains([]string{"Exif", "mime"}, string(data[kind:kind+4])) {
			out = append(out, id)
		}
	}
	return out, true
}
