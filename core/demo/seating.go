package demo

import (
	"slices"
	"time"
)

// seating gives every doctor a patient for a moment, and no patient two doctors: doctors ask in the same order each time, whether or
// not the visit then comes about.
type seating struct {
	patients []person
	homes    []int
	at       map[int64][]int // who is still unseated at a moment, in the order they will be asked
}

func newSeating(c *clinic) *seating {
	s := &seating{at: map[int64][]int{}}
	for n := range c.patientCount {
		s.patients = append(s.patients, c.patient(n))
		s.homes = append(s.homes, c.home(n))
	}
	return s
}

// take finds a patient of the branch's city whom the speciality suits; where all of them sit elsewhere, anybody.
func (s *seating) take(start time.Time, branch int, specialty string) int {
	moment := start.Unix()
	free, asked := s.at[moment]
	if !asked {
		free = dice("seat", int(moment)).Perm(len(s.patients))
	}
	i := max(0, slices.IndexFunc(free, func(n int) bool { return s.homes[n] == branch && s.patients[n].suits(specialty) }))
	who := free[i]
	s.at[moment] = slices.Delete(free, i, i+1)
	return who
}

// suits says whether somebody would go to a doctor of this kind.
func (p person) suits(specialty string) bool {
	switch specialty {
	case "pediatrician":
		return p.child
	case "gynecologist":
		return p.female && !p.child
	case "urologist":
		return !p.female && !p.child
	default:
		return !p.child
	}
}
