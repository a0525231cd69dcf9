package upload

import "bytes"

// names reads the names (/Like#20This) of a PDF's syntax out of a flow of bytes that comes in pieces. A PDF may hold no program, no file
// of its own, and no filter upon a filter, which is how a small file becomes a large one twice.
type names struct {
	pages int // how many more there may be
	in    bool
	name  [32]byte
	size  int
	hex   int // digits of an escape that are still to come
	typed bool
	chain int // filters of a stream so far; -1 outside of its list
}

// begin forgets what the last flow ended with.
func (n *names) begin() { n.in, n.size, n.hex, n.typed, n.chain = false, 0, 0, false, -1 }

func (n *names) scan(p []byte) error {
	for i := 0; i < len(p); i++ {
		if !n.in {
			next := bytes.IndexByte(p[i:], '/')
			if next < 0 {
				return nil
			}
			i, n.in, n.size, n.hex = i+next, true, 0, 0
			continue
		}
		if n.take(p[i]) {
			continue
		}
		n.in = false
		if err := n.read(string(n.name[:n.size])); err != nil {
			return err
		}
		i-- // the byte that ended the name may begin another
	}
	return nil
}

// take adds a byte to the name; false: it does not belong to it.
func (n *names) take(c byte) bool {
	switch {
	case n.hex > 0:
		n.hex--
		n.name[n.size-1] = n.name[n.size-1]<<4 | digit(c)
		return true
	case c <= ' ', bytes.IndexByte([]byte("/<>[](){}%"), c) >= 0, n.size == len(n.name):
		return false
	case c == '#':
		n.hex, c = 2, 0
	}
	n.name[n.size] = c
	n.size++
	return true
}

func digit(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}

func (n *names) read(name string) error {
	typed := n.typed
	n.typed = false
	switch name {
	case "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA", "SubmitForm", "ImportData":
		return errUnsafe
	case "Type":
		n.typed = true
	case "Page":
		if typed {
			n.pages--
		}
		if n.pages < 0 {
			return errLarge
		}
	case "Filter":
		n.chain = 0
		return nil
	case "FlateDecode", "LZWDecode":
		if n.chain >= 0 {
			n.chain++
		}
		if n.chain > 1 {
			return errUnsafe
		}
		return nil
	case "ASCII85Decode", "ASCIIHexDecode", "RunLengthDecode", "DCTDecode", "CCITTFaxDecode", "JBIG2Decode", "JPXDecode", "Crypt":
		return nil
	}
	n.chain = -1
	return nil
}
