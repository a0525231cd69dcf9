// Package upload decides which files the clinic takes: of a few kinds, of a bounded size also once they are unpacked, and nothing that
// runs. It goes by what stands in the file, never by its name or by what the sender says of it.
package upload

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zapis-clinic/zapis/core"
)

// Kind is what a file was found to be: its media type.
type Kind string

// The kinds that are taken. What a browser could run (HTML, SVG, XML, scripts) is never one of them.
const (
	PDF  Kind = "application/pdf"
	JPEG Kind = "image/jpeg"
	PNG  Kind = "image/png"
	WEBP Kind = "image/webp"
	HEIC Kind = "image/heic"
	OGG  Kind = "audio/ogg"
	MP3  Kind = "audio/mpeg"
	M4A  Kind = "audio/mp4"
	MP4  Kind = "video/mp4"
	Word Kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	Calc Kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	Text Kind = "text/plain"
)

// Limits of one file (V13).
const (
	MaxSize     = 20 << 20
	maxUnpacked = 200 << 20
	maxRatio    = 100
	freeRatio   = 1 << 20 // a small file may unpack to this, whatever the ratio: an empty table packs well
	maxEntries  = 2000
	maxPixels   = 50_000_000
	maxPages    = 500
	checkFor    = 10 * time.Second
)

// Refusals.
var (
	errKind   = core.Refuse(core.Invalid, "file_kind")   // not one of the kinds, or one in another's clothes
	errLarge  = core.Refuse(core.Invalid, "file_large")  // too large, as it is or unpacked
	errUnsafe = core.Refuse(core.Invalid, "file_unsafe") // holds what runs, another archive, or a virus
)

// Scanner looks for viruses. Found names one; an error means that nobody knows.
type Scanner interface {
	Scan(ctx context.Context, data []byte) (found string, err error)
}

// Pages counts the pages of a PDF in a process of its own, which may be killed.
type Pages interface {
	Count(ctx context.Context, data []byte) (int, error)
}

// Checker looks at files. The zero Checker has no scanner and counts pages by itself.
type Checker struct {
	Scanner Scanner // nil: none is configured
	Pages   Pages   // nil: there is no such program on the machine
}

// Check finds out what a file is. A refusal says why it is not taken; where a scanner is configured and does not answer, that is a fault,
// and the file is not taken either.
func (c Checker) Check(ctx context.Context, data []byte) (Kind, error) {
	ctx, cancel := context.WithTimeout(ctx, checkFor)
	defer cancel()
	if len(data) > MaxSize {
		return "", errLarge
	}
	kind, err := Of(data)
	if err != nil {
		return "", err
	}
	if err := c.within(ctx, kind, data); err != nil {
		return "", err
	}
	if c.Scanner != nil {
		found, err := c.Scanner.Scan(ctx, data)
		if err != nil {
			return "", fmt.Errorf("scan a file: %w", err)
		}
		if found != "" {
			return "", errUnsafe
		}
	}
	return kind, nil
}

// within checks what a file of that kind holds.
func (c Checker) within(ctx context.Context, kind Kind, data []byte) error {
	switch kind {
	case PDF:
		return c.document(ctx, data)
	case JPEG, PNG, WEBP, HEIC:
		return picture(kind, data)
	case Word, Calc:
		return archive(ctx, data)
	default:
		return nil
	}
}

// document looks into a PDF, then has its pages counted outside where that can be done.
func (c Checker) document(ctx context.Context, data []byte) error {
	if err := pdf(ctx, data); err != nil || c.Pages == nil {
		return err
	}
	pages, err := c.Pages.Count(ctx, data)
	switch {
	case errors.Is(err, context.DeadlineExceeded), err == nil && pages > maxPages:
		return errLarge
	case err != nil:
		return errKind
	}
	return nil
}
