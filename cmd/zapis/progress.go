package main

import (
	"fmt"
	"io"
	"os"
)

// progress is a line that is drawn over at a terminal, and is not there elsewhere.
type progress struct {
	to    io.Writer
	drawn bool
}

func (p *progress) show(done, total int64) {
	file, ok := p.to.(*os.File)
	if !ok || total == 0 {
		return
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return
	}
	p.drawn = true
	_, _ = fmt.Fprintf(p.to, "\r%3d %%  %d of %d rows", min(100, done*100/total), done, total)
}

// clear makes room for a line that stays.
func (p *progress) clear() {
	if p.drawn {
		_, _ = io.WriteString(p.to, "\r\x1b[K")
		p.drawn = false
	}
}
