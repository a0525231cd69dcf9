package demo

import (
	"math/rand/v2"
	"time"
)

// crowd is who may come: by city and kind, and by the doctors they have been to. Nobody has two visits on one day, so nobody's visits
// overlap, whatever the zones: patients stay in their own city.
type crowd struct {
	groups  map[string]*group // by city
	regular [][]int32         // by doctor: who has been there of late
	city    []string          // by branch
	last    []int16           // by patient: the day of the latest visit, from today
	first   []int64           // by patient: when the first of them was booked, Unix seconds; 0: never
}

// group is the people of a city.
type group struct{ women, men, children []int32 }

// regulars is how many patients of late a doctor's return visits are drawn from.
const regulars = 300

// never is a day before every other.
const never = -1000

func newCrowd(c *clinic) *crowd {
	k := &crowd{
		groups: map[string]*group{}, regular: make([][]int32, len(c.doctors)),
		last: make([]int16, c.patientCount), first: make([]int64, c.patientCount),
	}
	for _, b := range c.branches {
		k.city = append(k.city, b.cityRU)
		k.groups[b.cityRU] = &group{}
	}
	for n := range int32(c.patientCount) { //nolint:gosec // a few millions
		k.last[n] = never
		p, g := c.patient(int(n)), k.groups[k.city[c.home(int(n))]]
		switch {
		case p.child:
			g.children = append(g.children, n)
		case p.female:
			g.women = append(g.women, n)
		default:
			g.men = append(g.men, n)
		}
	}
	return k
}

// choose finds a patient for a doctor's visit on a day: for a first visit anybody of the city, otherwise one who has been there.
func (k *crowd) choose(r *rand.Rand, d *doctor, first bool, day int) (int, bool) {
	regular := k.regular[d.number]
	for try := range 20 {
		var n int32
		if !first && len(regular) > 0 && try < 10 {
			n = regular[r.IntN(len(regular))]
		} else {
			n = k.groups[k.city[d.branch]].draw(r, d.specialty)
		}
		if k.last[n] != int16(day) { //nolint:gosec // within a year
			return int(n), true
		}
	}
	return 0, false
}

// draw takes anybody whom the speciality suits.
func (g *group) draw(r *rand.Rand, specialty string) int32 {
	list := g.women
	switch {
	case specialty == "pediatrician":
		list = g.children
	case specialty == "urologist", specialty != "gynecologist" && r.IntN(len(g.women)+len(g.men)) >= len(g.women):
		list = g.men
	}
	return list[r.IntN(len(list))]
}

// came remembers a visit.
func (k *crowd) came(n int, v *visit, day int) {
	k.last[n] = int16(day) //nolint:gosec // within a year
	if at := v.created.Unix(); k.first[n] == 0 || at < k.first[n] {
		k.first[n] = at
	}
	list := k.regular[v.doctor.number]
	if len(list) < regulars {
		k.regular[v.doctor.number] = append(list, int32(n)) //nolint:gosec // a few millions
		return
	}
	list[int(v.start.Unix()/60)%regulars] = int32(n) //nolint:gosec // a few millions
}

// since is when a patient's card was made: at the first booking, or some day of the year behind.
func (g *generator) since(n int) time.Time {
	if at := g.crowd.first[n]; at != 0 {
		return time.Unix(at, 0).UTC()
	}
	return g.now.Add(-time.Duration(1+dice("since", n).IntN(yearBehind*24)) * time.Hour)
}
