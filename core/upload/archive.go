package upload

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
)

// tooMany counts the entries before the library makes a list of them: a directory of half a million would take a hundred megabytes.
func tooMany(data []byte) bool { return bytes.Count(data, []byte("PK\x01\x02")) > maxEntries }

// archive unpacks an office document into nothing, and refuses one that is a bomb, holds another archive or brings a program.
func archive(ctx context.Context, data []byte) error {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return errKind
	}
	if err := layout(r.File, int64(len(data))); err != nil {
		return err
	}
	budget := int64(min(maxUnpacked, max(freeRatio, maxRatio*len(data))))
	for _, f := range r.File {
		if err := entry(f.Name); err != nil {
			return err
		}
		n, err := unpack(ctx, f, budget)
		if err != nil {
			return err
		}
		budget -= n
	}
	return nil
}

// layout refuses entries that share bytes: a flat bomb has one kernel and a thousand entries around it.
func layout(files []*zip.File, size int64) error {
	type stretch struct{ from, to int64 }
	var all []stretch
	for _, f := range files {
		at, err := f.DataOffset()
		if err != nil || f.CompressedSize64 > uint64(size) { //nolint:gosec // a length is never negative
			return errKind
		}
		all = append(all, stretch{at, at + int64(f.CompressedSize64)}) //nolint:gosec // at most size, as was just checked
	}
	slices.SortFunc(all, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	for i := 1; i < len(all); i++ {
		if all[i].from < all[i-1].to {
			return errLarge
		}
	}
	return nil
}

// entry refuses names that lead elsewhere, and parts that run or pack.
func entry(name string) error {
	low := strings.ToLower(name)
	switch {
	case strings.HasPrefix(name, "/"), strings.Contains(name, `\`), strings.Contains(name, ".."), strings.Contains(name, "\x00"):
		return errUnsafe
	case strings.Contains(low, "vbaproject"), strings.Contains(low, "/activex/"), strings.Contains(low, "/embeddings/"):
		return errUnsafe
	case slices.Contains([]string{
		".zip", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".zst", ".jar", ".docx", ".xlsx", ".pptx", ".docm", ".xlsm", ".exe", ".dll", ".js", ".vbs", ".bat", ".cmd",
		".lnk", ".iso", ".cab", ".msi", ".html", ".htm", ".svg", ".ole",
	}, path.Ext(low)):
		return errUnsafe
	}
	return nil
}

// unpack reads an entry to its end, or to that of the budget, and keeps nothing.
func unpack(ctx context.Context, f *zip.File, budget int64) (int64, error) {
	r, err := f.Open()
	if err != nil {
		return 0, errKind
	}
	defer func() { _ = r.Close() }()
	w := &sink{ctx: ctx, left: budget}
	_, err = io.Copy(w, r) //nolint:gosec // what is written is counted and bounded
	switch {
	case errors.Is(err, errLarge), errors.Is(err, errUnsafe):
		return 0, err
	case ctx.Err() != nil:
		return 0, errLarge
	case err != nil:
		return 0, errKind
	}
	return budget - w.left, nil
}

// sink counts what is written into it, and looks at how it begins.
type sink struct {
	ctx   context.Context //nolint:containedctx // io.Copy hands nothing on
	left  int64
	begun bool
}

func (s *sink) Write(p []byte) (int, error) {
	if !s.begun && packed(p) {
		return 0, errUnsafe
	}
	s.begun = true
	s.left -= int64(len(p))
	if s.left < 0 || s.ctx.Err() != nil {
		return 0, errLarge
	}
	return len(p), nil
}

// packed says that bytes begin as an archive or a program.
func packed(p []byte) bool {
	for _, mark := range []string{"PK\x03\x04", "7z\xbc\xaf\x27\x1c", "Rar!\x1a\x07", "\x1f\x8b", "BZh", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "MZ", "\x7fELF", "\xd0\xcf\x11\xe0"} {
		if bytes.HasPrefix(p, []byte(mark)) {
			return true
		}
	}
	return false
}
