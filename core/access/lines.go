package access

import (
	"slices"
	"strings"
)

// Line is a line of one text beside another. Mark is '+' for what is only in the second, '-' for what is only in the first, ' ' for what is
// in both, and '@' for lines of both that are left out. Number counts in the second text, of '-' in the first.
type Line struct {
	Mark   byte
	Number int
	Text   string
}

const (
	around    = 3    // lines of both that are shown about a change
	mostLines = 1500 // lines between the first change and the last; what is longer is shown as replaced whole
)

// Lines shows how a text became another, as the editor of neither would need it: changed lines, and a few about them. Texts that are the
// same give none.
func Lines(before, after string) []Line {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	if head == len(a) && head == len(b) {
		return nil
	}
	out := make([]Line, 0, len(b))
	for i := range head {
		out = append(out, Line{' ', i + 1, b[i]})
	}
	out = append(out, middle(a[head:len(a)-tail], b[head:len(b)-tail], head)...)
	for i := len(b) - tail; i < len(b); i++ {
		out = append(out, Line{' ', i + 1, b[i]})
	}
	return near(out)
}

// middle compares by the longest common subsequence; both begin after so many equal lines.
func middle(a, b []string, after int) []Line {
	if len(a) > mostLines || len(b) > mostLines {
		a = a[:min(len(a), mostLines)]
		b = b[:min(len(b), mostLines)]
		return append(all('-', a, after), all('+', b, after)...)
	}
	longest := make([][]uint16, len(a)+1)
	for i := range longest {
		longest[i] = make([]uint16, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var out []Line
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, Line{' ', after + j + 1, b[j]})
			i, j = i+1, j+1
		case j == len(b) || (i < len(a) && longest[i+1][j] >= longest[i][j+1]):
			out = append(out, Line{'-', after + i + 1, a[i]})
			i++
		default:
			out = append(out, Line{'+', after + j + 1, b[j]})
			j++
		}
	}
	return out
}

func all(mark byte, lines []string, after int) []Line {
	out := make([]Line, len(lines))
	for i, text := range lines {
		out[i] = Line{mark, after + i + 1, text}
	}
	return out
}

// near leaves out what is far from any change.
func near(lines []Line) []Line {
	var out []Line
	for i, l := range lines {
		from, to := max(0, i-around), min(len(lines), i+around+1)
		if slices.ContainsFunc(lines[from:to], func(x Line) bool { return x.Mark != ' ' }) {
			out = append(out, l)
		} else if len(out) == 0 || out[len(out)-1].Mark != '@' {
			out = append(out, Line{Mark: '@'})
		}
	}
	return out
}
