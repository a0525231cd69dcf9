package demo

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// progress draws a bar a step: in place on a terminal, elsewhere a line when the step is done.
type progress struct {
	to       io.Writer
	inPlace  bool
	name     string
	total, n int
	drawn    int // per cent
}

func newProgress(to io.Writer) *progress {
	p := &progress{to: to}
	if to == nil {
		p.to = io.Discard
	}
	if file, ok := to.(*os.File); ok {
		info, err := file.Stat()
		p.inPlace = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// step begins the next step; total 0 is one whose length is not known.
func (p *progress) step(name string, total int) {
	p.name, p.total, p.n, p.drawn = name, total, 0, -1
	p.draw()
}

func (p *progress) add(n int) {
	p.n += n
	p.draw()
}

func (p *progress) draw() {
	if !p.inPlace {
		return
	}
	percent := 0
	if p.total > 0 {
		percent = min(100, p.n*100/p.total)
	}
	if percent != p.drawn {
		p.drawn = percent
		p.write("\r" + p.line(percent))
	}
}

func (p *progress) line(percent int) string {
	if p.total == 0 {
		return fmt.Sprintf("%-22s …", p.name)
	}
	full := percent * 30 / 100
	return fmt.Sprintf("%-22s [%s%s] %3d %%  %d of %d", p.name, strings.Repeat("#", full), strings.Repeat(".", 30-full), percent, p.n, p.total)
}

func (p *progress) done() {
	if p.inPlace {
		p.write("\r\x1b[K")
	}
	if p.n > 0 {
		p.write(fmt.Sprintf("%-22s %d\n", p.name, p.n))
		return
	}
	p.write(p.name + "\n")
}

// write never stops a load: whoever closed the terminal does not mind.
func (p *progress) write(s string) { _, _ = io.WriteString(p.to, s) }
