package understand

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	_ "embed" // what was learned beforehand
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/zapis-clinic/zapis/prompts"
)

//go:generate go run ./learn

// learnedBytes is what the program's own examples teach, so that no process has to learn it at its start: the sum of what it was learned from,
// and then, deflated, the flows, the examples, in how many of them each feature is met, the weights, and the roots of the words.
//
//go:embed learned.bin
var learnedBytes []byte

var errLearned = errors.New("what was learned beforehand is not readable")

// origin is the sum of everything that the lessons are made of, the program apart; a test tells when that has made it stale.
func origin(examples map[string][]string) []byte {
	sum := sha256.New()
	for _, table := range []string{
		wordsRussian, wordsEnglish, timesRussian, timesEnglish, flowsRussian, flowsEnglish, wordsServices, conceptTable, everydayTable, givenNamesTable, citiesTable, holidayTable,
	} {
		_, _ = io.WriteString(sum, table)
	}
	for _, flow := range slices.Sorted(maps.Keys(examples)) {
		_, _ = fmt.Fprintf(sum, "\x00%s\x00", flow)
		for _, text := range examples[flow] {
			_, _ = io.WriteString(sum, text+"\n")
		}
	}
	return sum.Sum(nil)
}

// Learned writes down what the program's own examples teach.
func Learned() ([]byte, error) {
	examples, err := prompts.Intents(prompts.Places("")...)
	if err != nil {
		return nil, err
	}
	t, err := Learn(examples)
	if err != nil {
		return nil, err
	}
	m := t.model
	var plain []byte
	text := func(words []string) {
		joined := strings.Join(words, "\n")
		plain = append(binary.AppendUvarint(plain, uint64(len(joined))), joined...)
	}
	text(m.flows)
	plain = binary.AppendUvarint(plain, uint64(m.lessons)) //nolint:gosec // a number of examples
	for _, n := range m.met {
		plain = binary.AppendUvarint(plain, uint64(n))
	}
	for _, w := range m.weights {
		plain = binary.AppendVarint(plain, int64(w*fine))
	}
	text(slices.Sorted(maps.Keys(t.roots)))
	out := bytes.NewBuffer(origin(examples))
	writer, err := flate.NewWriter(out, flate.BestCompression)
	if err == nil {
		_, err = writer.Write(plain)
	}
	if err == nil {
		err = writer.Close()
	}
	return out.Bytes(), err
}

// remember reads what Learned wrote; nil where it was learned from something else.
func remember(written []byte, examples map[string][]string) (*Taught, error) {
	sum := origin(examples)
	if !bytes.HasPrefix(written, sum) {
		return nil, nil //nolint:nilnil // then it is learned anew
	}
	plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(written[len(sum):])))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errLearned, err)
	}
	r := &recall{plain}
	m := &model{flows: r.words()}
	m.lessons, m.met = int(r.count()), make([]uint32, buckets) //nolint:gosec // a number of examples
	for i := range m.met {
		m.met[i] = uint32(r.count()) //nolint:gosec // at most the examples
	}
	m.rarity = rarity(m.met, m.lessons)
	m.weights = make([]float32, buckets*len(m.flows))
	for i := range m.weights {
		m.weights[i] = float32(r.signed()) / fine
	}
	t := &Taught{model: m, language: newLanguage(), roots: map[string]bool{}}
	for _, root := range r.words() {
		t.roots[root] = true
	}
	if r.rest == nil || len(m.flows) > lanes {
		return nil, errLearned
	}
	return t, nil
}

// recall reads numbers and words one after the other; what is too short leaves nil.
type recall struct{ rest []byte }

func (r *recall) count() uint64 {
	n, size := binary.Uvarint(r.rest)
	r.skip(size)
	return n
}

func (r *recall) signed() int64 {
	n, size := binary.Varint(r.rest)
	r.skip(size)
	return n
}

func (r *recall) skip(size int) {
	if size <= 0 || size > len(r.rest) {
		r.rest = nil
		return
	}
	r.rest = r.rest[size:]
}

func (r *recall) words() []string {
	n := int(min(r.count(), uint64(len(r.rest)))) //nolint:gosec // at most what is left
	joined := string(r.rest[:n])
	r.rest = r.rest[n:]
	return strings.Split(joined, "\n")
}
