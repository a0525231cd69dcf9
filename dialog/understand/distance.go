package understand

// maxRepaired is how many words of a message are looked at for slips in the words of dangers and complaints.
const maxRepaired = 150

// shorter calls found for the hash of a word and of it with up to n letters, two at most, left out.
func shorter(word []rune, n int, found func(uint64)) {
	found(hash(word, -1, -1))
	if n == 0 {
		return
	}
	for i := range word {
		found(hash(word, i, -1))
		for j := i + 1; n > 1 && j < len(word); j++ {
			found(hash(word, i, j))
		}
	}
}

// hash is FNV-1a over the letters but those at skip and also.
func hash(word []rune, skip, also int) uint64 {
	h := uint64(14695981039346656037)
	for i, r := range word {
		if i != skip && i != also {
			h = (h ^ uint64(r)) * 1099511628211 //nolint:gosec // a rune of a text is never negative
		}
	}
	return h
}

// distance is Damerau's, a swap of neighbours counting one; 3 stands for more than two.
func distance(a, b []rune) int {
	if d := len(a) - len(b); d > 2 || d < -2 || len(b) > maxWord {
		return 3
	}
	var rows [3][maxWord + 1]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
