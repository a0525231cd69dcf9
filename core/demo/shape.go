package demo

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// shape is how big a clinic is and when it works.
type shape struct {
	size           Size
	branchCount    int
	specialtyCount int
	doctorCount    int
	patientCount   int
	visitCount     int      // of the year behind and what is booked by now; 0: the few of the small clinic
	hours          []window // of every working day
	sunday         bool     // of ten doctors six work on Saturday and three on Sunday; otherwise all work Monday to Saturday
	guests         int      // every so many doctors one also works in another branch of the city; 0: nobody
}

// window is a span of wall-clock time in minutes of the day.
type window struct{ from, to int }

const hour = 60

func shapeOf(size Size) (shape, error) {
	long := []window{{8 * hour, 13 * hour}, {13*hour + 30, 21 * hour}}
	switch size {
	case Small:
		return shape{
			size: Small, branchCount: 2, specialtyCount: 12, doctorCount: 24, patientCount: 50,
			hours: []window{{9 * hour, 13 * hour}, {14 * hour, 18 * hour}},
		}, nil
	case Medium:
		return shape{
			size: Medium, branchCount: 8, specialtyCount: 15, doctorCount: 120, patientCount: 120_000, visitCount: 500_000,
			hours: long, sunday: true, guests: 8,
		}, nil
	case Large:
		return shape{
			size: Large, branchCount: 50, specialtyCount: 15, doctorCount: 1000, patientCount: 1_200_000, visitCount: 6_000_000,
			hours: long, sunday: true, guests: 8,
		}, nil
	default:
		return shape{}, fmt.Errorf("%q: %w", size, ErrSize)
	}
}

func (s shape) bulk() bool { return s.visitCount > 0 }

// works says whether the n-th doctor (from 0) works on an ISO weekday.
func (s shape) works(n, weekday int) bool {
	switch weekday {
	case 7:
		return s.sunday && (n+3)%10 < 3
	case 6:
		return !s.sunday || n%10 < 6
	default:
		return true
	}
}

// idOf names a row of a demo clinic: the same parts give the same id on every run and every machine.
func idOf(size Size, parts ...any) uuid.UUID {
	space := uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/zapis-clinic/zapis/demo"))
	name := make([]string, 0, len(parts)+1)
	name = append(name, string(size))
	for _, p := range parts {
		name = append(name, fmt.Sprint(p))
	}
	return uuid.NewSHA1(space, []byte(strings.Join(name, "/")))
}

func (s shape) id(parts ...any) uuid.UUID { return idOf(s.size, parts...) }
