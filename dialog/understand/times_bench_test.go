package understand

import (
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"
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

// BenchmarkLength reads what a hostile person may send, long and short by turns: "times/ten" is how many times longer ten times the characters
// take, of the thread's own time; about ten where reading is linear, a hundred where it is quadratic.
func BenchmarkLength(b *testing.B) {
	reader := New(Vocabulary{Doctors: []Doctor{{ID: "1", Surname: "Иванова", Gender: "female"}}})
	s := Situation{Now: time.Date(2026, time.March, 11, 10, 15, 0, 0, time.UTC)}
	for _, unit := range []string{"к кардиологу завтра ", "не не не ", "1-2-3-4 ", "с с с 5 ", "болит ", "через две ", "ыфвапролд ", "пол ", "или в пятницу ", "через через ", "с 1 по ", "кроме среды "} {
		b.Run(strings.TrimSpace(unit), func(b *testing.B) {
			short, long := strings.Repeat(unit, 410/utf8.RuneCountInString(unit)), strings.Repeat(unit, 4096/utf8.RuneCountInString(unit))
			var quick, slow time.Duration
			for b.Loop() {
				begun := worked(b)
				for range 10 {
					reader.Read(short, s)
				}
				middle := worked(b)
				reader.Read(long, s)
				quick, slow = quick+(middle-begun)/10, slow+worked(b)-middle
			}
			b.ReportMetric(float64(slow)/float64(max(quick, 1)), "times/ten")
		})
	}
}

// worked is the processor's time of this process, whatever else the machine does.
func worked(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
