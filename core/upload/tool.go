package upload

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
)

// Poppler counts pages with pdfinfo (package poppler-utils), in a process with little memory and little time: whatever a document does to
// it, it does to that process alone.
type Poppler struct{ prlimit, pdfinfo string }

// FindPoppler looks for both programs; false: this machine lacks one.
func FindPoppler() (Poppler, bool) {
	prlimit, err := exec.LookPath("prlimit")
	pdfinfo, missing := exec.LookPath("pdfinfo")
	return Poppler{prlimit, pdfinfo}, err == nil && missing == nil
}

var counted = regexp.MustCompile(`(?m)^Pages:\s+(\d+)$`)

// Count implements Pages.
func (p Poppler) Count(ctx context.Context, data []byte) (int, error) {
	file, err := os.CreateTemp("", "zapis-*.pdf")
	if err != nil {
		return 0, fmt.Errorf("count pages: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.Write(data)
	if err := errors.Join(err, file.Close()); err != nil {
		return 0, fmt.Errorf("count pages: %w", err)
	}
	//nolint:gosec // both programs were found on the path, and the file's name is ours
	run := exec.CommandContext(ctx, p.prlimit, "--as=536870912", "--cpu=2", "--nofile=32", "--fsize=0", "--core=0", p.pdfinfo, file.Name())
	run.Env = []string{"LC_ALL=C"}
	out, err := run.Output()
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if err != nil {
		return 0, fmt.Errorf("count pages: %w", err)
	}
	m := counted.FindSubmatch(out)
	if m == nil {
		return 0, errKind
	}
	return strconv.Atoi(string(m[1]))
}
