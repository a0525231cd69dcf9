package upload

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// cursor reads numbers of told widths, one after another; once it has run out, all are nothing.
type cursor struct {
	data []byte
	bad  bool
}

func (c *cursor) number(width int) uint64 {
	if width > len(c.data) || width > 8 {
		c.bad = true
		return 0
	}
	var full [8]byte
	copy(full[8-width:], c.data[:width])
	c.data = c.data[width:]
	return binary.BigEndian.Uint64(full[:])
}

// emptied clears the bytes of the items, as the photo's list of places (iloc) has them. False: the list cannot be read.
func emptied(data []byte, iloc box, items []uint32) bool {
	c := cursor{data: data[iloc.from:iloc.to]}
	version := c.number(1)
	c.number(3)
	sizes := c.number(2)
	offsets, lengths, bases, indexes := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	wide := 2
	if version == 2 {
		wide = 4
	}
	for range min(c.number(wide), maxEntries) {
		id := uint32(c.number(wide)) //nolint:gosec // as wide as was read
		within := uint64(0)
		if version > 0 {
			within = c.number(2) & 15
		}
		c.number(2)
		base := c.number(bases)
		for range min(c.number(2), maxEntries) {
			if version > 0 {
				c.number(indexes)
			}
			from, size := base+c.number(offsets), c.number(lengths)
			if !slices.Contains(items, id) {
				continue
			}
			if c.bad || within > 1 || !wipe(data, within == 1, from, size) {
				return false
			}
		}
	}
	return !c.bad
}

// wipe clears a stretch of the file, or of its box of data (idat).
func wipe(data []byte, inner bool, from, size uint64) bool {
	if inner {
		at := bytes.Index(data, []byte("idat"))
		if at < 0 {
			return false
		}
		from += uint64(at) + 4
	}
	whole := uint64(len(data))
	if from > whole || size > whole-from {
		return false
	}
	clear(data[from : from+size])
	return true
}
