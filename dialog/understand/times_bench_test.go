package understand

import (
	"testing"
	"time"
)

// The reading of times alone, words looked up already.
func BenchmarkTimes(b *testing.B) {
	reader := New(Vocabulary{})
	s := Situation{Now: time.Date(2026, time.March, 11, 10, 15, 0, 0, time.UTC)}
	for _, text := range []string{"завтра в 10", "на следующей неделе после шести вечера, только не в среду и не в пятницу", "с четверга на субботу, на 16:30"} {
		_, tokens := reader.tokens(text)
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				readTimes(tokens, s, reader.holidays)
			}
		})
	}
}
