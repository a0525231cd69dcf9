package upload

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"io"
)

// maxStreams bounds how many streams, and how many objects, are looked into.
const maxStreams = 20_000

// pdf looks through a document without drawing it: names, the tree of pages, and how much its streams unpack to.
func pdf(ctx context.Context, data []byte) error {
	if !bytes.Contains(data[max(0, len(data)-4096):], []byte("%%EOF")) {
		return errKind
	}
	seen := &unpacked{ctx: ctx, left: maxUnpacked, names: names{pages: maxPages}}
	seen.names.begin()
	if err := seen.names.scan(data); err != nil {
		return err
	}
	if circles(data) {
		return errUnsafe
	}
	rest := data
	for range maxStreams {
		at := bytes.Index(rest, []byte("stream"))
		if at < 0 {
			return nil
		}
		rest = bytes.TrimLeft(rest[at+len("stream"):], "\r\n")
		if err := seen.inflate(rest); err != nil {
			return err
		}
	}
	return errLarge
}

// circles says that the tree of pages leads back to itself.
func circles(data []byte) bool {
	below := map[string][]string{}
	var from, id string
	for at, n := 0, 0; n < maxStreams; n++ {
		next := bytes.Index(data[at:], []byte("obj"))
		if next < 0 {
			next = len(data) - at
		}
		children(below, id, data[at:at+min(next, edge)])
		if at+next >= len(data) {
			break
		}
		if from = number(data[max(0, at+next-24) : at+next]); from != "" {
			id = from
		}
		at += next + len("obj")
	}
	state := map[string]int{}
	for id := range below {
		if loops(id, below, state, 0) {
			return true
		}
	}
	return false
}

// number reads the number of an object out of what stands before "obj".
func number(before []byte) string {
	fields := bytes.FieldsFunc(before, func(c rune) bool { return c < '0' || c > '9' })
	if len(fields) < 2 || bytes.HasSuffix(before, []byte("end")) {
		return ""
	}
	return string(fields[len(fields)-2])
}

// children adds what an object lists as its kids.
func children(below map[string][]string, id string, body []byte) {
	_, list, ok := bytes.Cut(body, []byte("/Kids"))
	if !ok || id == "" {
		return
	}
	list, _, _ = bytes.Cut(list, []byte("]"))
	for i, field := range bytes.Fields(bytes.Trim(list, " \t\r\n[")) {
		if i%3 == 0 { // 12 0 R
			below[id] = append(below[id], string(field))
		}
	}
}

// maxDepth is deeper than any tree of pages: with two below each, a hundred levels are more pages than there is paper.
const maxDepth = 100

func loops(id string, below map[string][]string, state map[string]int, depth int) bool {
	const under, done = 1, 2
	if state[id] == done {
		return false
	}
	if state[id] == under || depth > maxDepth {
		return true
	}
	state[id] = under
	for _, next := range below[id] {
		if loops(next, below, state, depth+1) {
			return true
		}
	}
	state[id] = done
	return false
}

// unpacked is what streams unpack to: looked at as it comes, kept nowhere.
type unpacked struct {
	ctx   context.Context //nolint:containedctx // io.Copy hands nothing on
	left  int64
	names names
}

// inflate unpacks one stream where it is packed the usual way; a picture's is not, and is as large as it looks.
func (u *unpacked) inflate(raw []byte) error {
	r, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil //nolint:nilerr // packed in another way, or not at all
	}
	u.names.begin()
	_, err = io.Copy(u, r) //nolint:gosec // what is written is counted and bounded
	if errors.Is(err, errLarge) || errors.Is(err, errUnsafe) {
		return err
	}
	return nil // one that breaks off has been counted as far as it went
}

func (u *unpacked) Write(p []byte) (int, error) {
	u.left -= int64(len(p))
	if u.left < 0 || u.ctx.Err() != nil {
		return 0, errLarge
	}
	return len(p), u.names.scan(p)
}
