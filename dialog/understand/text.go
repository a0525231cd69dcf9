package understand

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is read of one message: a messenger's longest text is 4096 characters; the rest, and marks piled up on letters, are
// not language.
const (
	maxTokens = 1200
	maxWord   = 40 // letters of one word; longer ones are cut
)

// token is a word, a number or a mark of punctuation, folded: lower case, ё as е, no accents, no look-alike letters.
type token struct {
	text     string
	start    int // bytes in the original text
	end      int
	num      int  // value where digits
	digits   bool // written in digits
	mark     bool // punctuation
	glued    bool // nothing stood between it and the token before
	latin    bool
	upper    bool // begins with a capital
	mended   bool // it was another word, as it was typed
	emoji    bool
	service  bool // a procedure's own name stands here: its words name nothing else
	declined bool // names a doctor who is not wanted
	sense    sense
	cue      cue   // what it says of the times around it
	atoms    []int // terms of the flow rules it fulfils
}

// cut folds a text and cuts it into tokens. It takes any bytes and is linear in them.
func cut(text string) []token {
	var c cutter
	c.text = text
	c.out = make([]token, 0, len(text)/8+4)
	for i, r := range text {
		if len(c.out) >= maxTokens {
			break
		}
		c.feed(r, i, utf8.RuneLen(r))
	}
	c.flush()
	return c.figures()
}

// figure is the word that an emoji stands for, "" for most.
func figure(r rune) string {
	switch r {
	case '👍', '👌', '✅', '☑', '✔', '🆗':
		return "да"
	case '👎', '❌', '🚫', '✖', '🙅':
		return noWord
	case '🙏', '❤', '💐', '🌹':
		return "спасибо"
	case '👋':
		return "привет"
	}
	return ""
}

// figures keeps the words of emoji where a message is made of nothing else: beside words they only colour them.
func (c *cutter) figures() []token {
	if c.emoji == 0 {
		return c.out
	}
	words := slices.ContainsFunc(c.out, func(t token) bool { return !t.mark && !t.emoji })
	last := ""
	return slices.DeleteFunc(c.out, func(t token) bool {
		again := t.emoji && t.text == last // 👍👍👍
		last = t.text
		return t.emoji && (words || again)
	})
}

type cutter struct {
	text   string
	out    []token
	word   []rune
	start  int
	end    int
	digits bool
	upper  bool
	emoji  int  // figures so far that stand for words
	glued  bool // the next token touches the last one
}

// feed takes one rune that begins at byte i and is size bytes long.
func (c *cutter) feed(r rune, i, size int) {
	switch {
	case c.accent(r):
		return
	case r == '\'' || r == '’' || r == '`' || r == 'ʼ' || unicode.Is(unicode.Cf, r):
		return // don't, o'clock; zero-width and direction marks
	}
	upper := unicode.IsUpper(r)
	r = foldRune(r)
	digit := r >= '0' && r <= '9'
	switch {
	case digit || unicode.IsLetter(r):
		if len(c.word) > 0 && c.digits != digit {
			c.flush()
		}
		if len(c.word) == 0 {
			c.start, c.digits, c.upper = i, digit, upper
		}
		if len(c.word) < maxWord {
			c.word = append(c.word, r)
		}
		c.end = i + size
	default:
		c.flush()
		c.punctuation(r, i, size)
	}
}

// accent says that r is a mark over the letter before, and puts й and е together where they were taken apart.
func (c *cutter) accent(r rune) bool {
	if !unicode.Is(unicode.M, r) {
		return false
	}
	if n := len(c.word); r == '\u0306' && n > 0 && c.word[n-1] == 'и' {
		c.word[n-1] = 'й'
	}
	return true
}

func (c *cutter) punctuation(r rune, i, size int) {
	switch r {
	case '–', '—', '−', '‐', '‑':
		r = '-'
	case '…', ';', '\n':
		r = '.'
	}
	if !strings.ContainsRune(".,:-/?!()+№%₽°&", r) {
		c.glued = false
		if word := figure(r); word != "" {
			c.emoji++
			c.out = append(c.out, token{text: word, start: i, end: i + size, emoji: true})
		}
		return
	}
	c.out = append(c.out, token{text: string(r), start: i, end: i + size, mark: true, glued: c.glued})
	c.glued = true
}

func (c *cutter) flush() {
	if len(c.word) == 0 {
		return
	}
	t := token{start: c.start, end: c.end, digits: c.digits, glued: c.glued, upper: c.upper}
	if c.digits {
		t.num = number(c.word)
	} else {
		c.word, t.latin = alike(c.word)
	}
	t.text = c.spelling()
	c.out = append(c.out, t)
	c.word, c.glued = c.word[:0], true
}

// spelling is the word that was read: a part of the text itself where nothing had to be folded.
func (c *cutter) spelling() string {
	at := c.start
	for _, r := range c.word {
		if at >= c.end {
			return string(c.word)
		}
		raw, size := utf8.DecodeRuneInString(c.text[at:])
		if raw != r {
			return string(c.word)
		}
		at += size
	}
	if at != c.end {
		return string(c.word)
	}
	return c.text[c.start:c.end]
}

// number is the value of digits; more than nine of them are no number that means anything here, -1.
func number(digits []rune) int {
	if len(digits) > 9 {
		return -1
	}
	n := 0
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}

func foldRune(r rune) rune {
	switch {
	case r == 'ё' || r == 'Ё':
		return 'е'
	case r < utf8.RuneSelf:
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	case r >= '！' && r <= '～': // full width
		return foldRune(r - '！' + '!')
	}
	return unicode.ToLower(r)
}

const (
	lookLatin    = "aceopxykmthbu"
	lookCyrillic = "асеорхукмтнви"
)

// alike turns look-alike letters of a mixed word into the script that the rest of it is written in, and says which it is.
func alike(word []rune) ([]rune, bool) {
	latin, cyrillic := 0, 0
	for _, r := range word {
		switch {
		case r >= 'a' && r <= 'z':
			latin++
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic++
		}
	}
	switch {
	case latin == 0 || cyrillic == 0:
		return word, latin > 0
	case cyrillic >= latin:
		return swap(word, lookLatin, lookCyrillic), false
	}
	return swap(word, lookCyrillic, lookLatin), true
}

// swap replaces each rune found in from by the one at the same place of to.
func swap(word []rune, from, to string) []rune {
	out := make([]rune, len(word))
	source, target := []rune(from), []rune(to)
	for i, r := range word {
		out[i] = r
		for j, f := range source {
			if r == f {
				out[i] = target[j]
			}
		}
	}
	return out
}
