package understand

// What a slip costs: a likely one little, one that only chance makes ten.
const (
	slip     = 10
	likeness = 3 // letters that sound alike: о and а, т and д, a doubled letter, a soft sign
	neighbor = 7 // keys that lie side by side
	swapped  = 6
	unlikely = 1000
)

// confusions are the tables of what is written for what.
type confusions struct {
	sound [64]byte     // letter → the letter it is heard as, 0 for none
	sub   [64][64]byte // what one letter for another costs
	sung  [64]bool     // vowels: they are left out most
}

func newConfusions() *confusions {
	c := &confusions{}
	for i := range c.sound {
		c.sound[i] = byte(i)
		for j := range c.sub[i] {
			if i != j {
				c.sub[i][j] = slip
			}
		}
	}
	for _, row := range []string{
		"йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm",
		"йф", "цы", "ув", "ка", "еп", "нр", "го", "шл", "щд", "зж", "хэ", "фя", "ыч", "вс", "ам", "пи", "рт", "оь", "лб", "дю",
	} {
		letters := []rune(row)
		for i := 1; i < len(letters); i++ {
			c.confuse(letters[i-1], letters[i], neighbor)
		}
	}
	for _, alike := range []string{"оа", "еиыэя", "ую", "бп", "вф", "гк", "дт", "жшщ", "зс", "ьъ"} {
		letters := []rune(alike)
		for i, a := range letters {
			c.sound[letterOf(a)] = letterOf(letters[0])
			for _, b := range letters[:i] {
				c.confuse(a, b, likeness)
			}
		}
	}
	c.confuse('ч', 'щ', likeness)
	c.confuse('ч', 'ш', likeness+2)
	c.confuse('ц', 'с', likeness+2)
	c.confuse('й', 'и', likeness)
	c.confuse('я', 'а', likeness+1)
	for _, vowel := range "аеиоуыэюяaeiouy" {
		c.sung[letterOf(vowel)] = true
	}
	for _, silent := range "ьъ" {
		c.sound[letterOf(silent)] = 0
	}
	c.sound[letterOf('й')] = c.sound[letterOf('и')]
	return c
}

func (c *confusions) confuse(a, b rune, cost byte) {
	i, j := letterOf(a), letterOf(b)
	if i != 0 && j != 0 && cost < c.sub[i][j] {
		c.sub[i][j], c.sub[j][i] = cost, cost
	}
}

// gap is what a letter costs that is missing or too many after the one before it.
func (c *confusions) gap(letter, before, after byte) int {
	switch {
	case letter == before || letter == after:
		return likeness
	case c.sound[letter] == 0, letter == letterOf('й'):
		return likeness
	case c.sung[letter]:
		return neighbor
	case c.sub[letter][before] == neighbor, c.sub[letter][after] == neighbor: // two keys at once
		return neighbor
	}
	return slip - 1
}

// cost is what the slips cost that make a word of another; unlikely where they are too many for its length.
func (c *confusions) cost(word, known *spelt) int {
	limit := allowed(known.n)
	d := c.distance(word, known, limit)
	if d > limit && word.n > oneSlip && word.sound(&c.sound) == known.sound(&c.sound) { // "записаца"
		d = slip - 2
	}
	if d > limit {
		return unlikely
	}
	if word.code[0] != known.code[0] { // the first letter is seldom wrong
		if c.sound[word.code[0]] != c.sound[known.code[0]] && min(word.n, known.n) < twoSlips-1 && d != swapped {
			return unlikely
		}
		d += 3
	}
	return d
}

// allowed is what slips may cost in a word of so many letters: short words are near each other by chance, so only likely slips count there.
func allowed(letters int) int {
	switch {
	case letters >= twoSlips+2:
		return 2 * slip
	case letters >= twoSlips:
		return slip + swapped
	case letters >= twoSlips-1:
		return slip
	case letters > oneSlip:
		return slip - 1
	}
	return neighbor
}

// distance is Damerau's with weights; more than limit is any number above it.
func (c *confusions) distance(a, b *spelt, limit int) int {
	if d := a.n - b.n; d > 3 || d < -3 {
		return unlikely
	}
	var rows [3][maxLetters + 1]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := 1; j <= b.n; j++ {
		last[j] = last[j-1] + c.gapIn(b, j-1)
	}
	for i := 1; i <= a.n; i++ {
		row[0] = last[0] + c.gapIn(a, i-1)
		least := row[0]
		for j := 1; j <= b.n; j++ {
			x, y := a.code[i-1], b.code[j-1]
			d := min(last[j-1]+int(c.sub[x][y]), last[j]+c.gapIn(a, i-1), row[j-1]+c.gapIn(b, j-1))
			if i > 1 && j > 1 && x == b.code[j-2] && a.code[i-2] == y {
				d = min(d, before[j-2]+swapped)
			}
			row[j] = d
			least = min(least, d)
		}
		if least > limit {
			return unlikely
		}
		before, last, row = last, row, before
	}
	return last[b.n]
}

func (c *confusions) gapIn(s *spelt, i int) int {
	var before, after byte
	if i > 0 {
		before = s.code[i-1]
	}
	if i+1 < s.n {
		after = s.code[i+1]
	}
	return c.gap(s.code[i], before, after)
}
