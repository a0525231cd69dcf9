package understand

import (
	"strings"
	"unicode"
)

// How a stretch of Latin letters was meant.
const (
	asWritten = iota
	otherLayout
	translit
	undecided
)

// maxChunks is how many Latin words of a message are looked at; a request is shorter.
const maxChunks = 80

// chunk is a stretch of a text between spaces that is written in Latin letters.
type chunk struct {
	from, to int
	mode     int
	text     string // as it is read in that mode
	perhaps  int    // the mode in which it is near a known word
	nearly   string // and how it reads then
}

// retype writes each Latin word of a text as it was meant: English as it stands, the wrong layout and transliteration in Russian. A word that
// tells nothing by itself goes with the others.
func (r *Reader) retype(text string, work *int) string {
	text = r.unleet(text, work)
	if !latinIn(text) {
		return text
	}
	chunks := chunksOf(text)
	var votes [undecided + 1]int
	for i := range chunks {
		if c := &chunks[i]; *work > 0 {
			r.settle(c, text, work)
		} else {
			c.mode, c.text = undecided, text[c.from:c.to]
		}
		if long(chunks[i].text) {
			votes[chunks[i].mode] += 2
		} else {
			votes[chunks[i].mode]++
		}
	}
	prevailing := asWritten
	for _, mode := range []int{translit, otherLayout} {
		if votes[mode] > votes[prevailing] {
			prevailing = mode
		}
	}
	var b strings.Builder
	at := 0
	for i := range chunks {
		c := &chunks[i]
		raw := text[c.from:c.to]
		switch {
		case c.mode == undecided && c.nearly != "" && (c.perhaps == prevailing || votes[asWritten] == 0):
			c.text = c.nearly
		case c.mode == undecided, c.mode != prevailing && !long(raw):
			c.text = r.written(raw, prevailing)
		case prevailing == asWritten && c.mode != asWritten && c.to-c.from < oneSlip && len(chunks) > 2: // "had" among English words is no "над"
			c.text = raw
		}
		if c.text == raw {
			continue
		}
		b.WriteString(text[at:c.from])
		b.WriteString(c.text)
		at = c.to
	}
	if at == 0 {
		return text
	}
	b.WriteString(text[at:])
	return b.String()
}

func latinIn(text string) bool {
	for i := range len(text) {
		if c := text[i] | 0x20; c >= 'a' && c <= 'z' {
			return true
		}
	}
	return false
}

// chunksOf lists the stretches that have Latin letters and no Russian ones.
func chunksOf(text string) []chunk {
	var chunks []chunk
	start, latin, russian := -1, false, false
	end := func(at int) {
		if start >= 0 && latin && !russian && len(chunks) < maxChunks {
			chunks = append(chunks, chunk{from: start, to: at})
		}
		start, latin, russian = -1, false, false
	}
	for i, c := range text {
		switch {
		case unicode.IsSpace(c) || c == '-' || c == '/':
			end(i)
			continue
		case start < 0:
			start = i
		}
		latin = latin || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		russian = russian || unicode.Is(unicode.Cyrillic, c)
	}
	end(len(text))
	return chunks
}

// settle finds how one stretch was meant, by which reading is a known word.
func (r *Reader) settle(c *chunk, text string, work *int) {
	raw := text[c.from:c.to]
	c.mode, c.text = undecided, raw
	if strings.ContainsAny(raw, "@0123456789") || strings.Contains(raw, "://") {
		c.mode = asWritten
		return
	}
	bare := strings.TrimRight(raw, ".,!?:;)\"'")
	if r.allKnown(bare) {
		c.mode = asWritten
		return
	}
	for _, typed := range []string{raw, bare} {
		if other := layout(typed); r.allKnown(other) {
			c.mode, c.text = otherLayout, other+raw[len(typed):]
			return
		}
	}
	lower := strings.ToLower(bare)
	for _, school := range r.schools {
		if other := school.Replace(lower); r.allKnown(other) {
			c.mode, c.text = translit, other+raw[len(bare):]
			return
		}
	}
	if s, ok := spell(r.schools[0].Replace(lower)); ok && r.own.near(&s, work).cost <= 2*likeness { // "Melnik"
		c.mode, c.text = translit, r.schools[0].Replace(lower)+raw[len(bare):]
		return
	}
	for mode, other := range []string{otherLayout: layout(bare), translit: r.schools[0].Replace(lower)} {
		if mode != asWritten && r.nearly(other, work) {
			c.perhaps, c.nearly = mode, other+raw[len(bare):]
		}
	}
}

func (r *Reader) written(raw string, mode int) string {
	switch mode {
	case otherLayout:
		return layout(raw)
	case translit:
		return r.schools[0].Replace(strings.ToLower(raw))
	}
	return raw
}

// allKnown says that a stretch is made of known words only, one of three letters at least.
func (r *Reader) allKnown(text string) bool {
	some := false
	for _, t := range cut(text) {
		switch {
		case t.mark || t.digits:
		case !r.knows(t.text):
			return false
		default:
			some = some || long(t.text)
		}
	}
	return some
}

// nearly says that a word is a slip away from a known one.
func (r *Reader) nearly(word string, work *int) bool {
	s, ok := spell(word)
	return ok && r.nearest(&s, work).cost < unlikely
}
