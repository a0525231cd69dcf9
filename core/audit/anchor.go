package audit

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Anchor is a seal as it is remembered outside the database. Its root vouches for every row up to it.
type Anchor struct {
	Seq  int64     `json:"seq"`
	Root string    `json:"root"` // hexadecimal
	At   time.Time `json:"at"`   // of the seal
	Rows int64     `json:"rows"` // sealed so far
}

// AnchorOf is what is remembered of a head.
func AnchorOf(h Head) Anchor {
	return Anchor{Seq: h.Seq, Root: hex.EncodeToString(h.Root), At: h.At.UTC(), Rows: h.Total}
}

// Keep appends a to a file, one JSON object a line, and returns once the disk has it. What a crash left of a line is closed off first.
// The file's folder is made where it is missing.
func (a Anchor) Keep(path string) error {
	line, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("an anchor: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("keep an anchor: %w", err)
	}
	f, err := os.OpenFile(filepath.Clean(path), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("keep an anchor: %w", err)
	}
	if torn(f) {
		line = append([]byte{'\n'}, line...)
	}
	_, err = f.Write(append(line, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keep an anchor: %w", err)
	}
	return nil
}

// torn says that a file does not end with its line.
func torn(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}

// Anchors reads anchors, oldest first. bad counts lines that are none: a crash leaves at most one behind at a time.
func Anchors(r io.Reader) (list []Anchor, bad int, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		var a Anchor
		if json.Unmarshal(line, &a) != nil || a.Seq < 1 || a.Root == "" {
			bad++
			continue
		}
		list = append(list, a)
	}
	if err := lines.Err(); err != nil {
		return nil, bad, fmt.Errorf("read anchors: %w", err)
	}
	return list, bad, nil
}

// AnchorFile reads a file of anchors; a file that is not there has none.
func AnchorFile(path string) (list []Anchor, bad int, err error) {
	f, err := os.Open(filepath.Clean(path))
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read anchors: %w", err)
	}
	list, bad, err = Anchors(f)
	return list, bad, errors.Join(err, f.Close())
}
