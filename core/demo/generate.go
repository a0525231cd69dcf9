package demo

import (
	"math"
	"math/rand/v2"
	"time"
)

// The generator's figures: a year behind and sixty days ahead; Mondays and the hours from 17 to 20 are the fullest; Saturday has 60 %
// and Sunday 30 % of a weekday (by how many doctors work, see shape.works); 15 % book for the same day, the others a log-normal number
// of days before, median 3; 8 % cancel, 6 to 15 % miss it, the more the longer they waited; 35 % are first visits; visits of 20, 30, 40
// and 60 minutes are 25, 45, 20 and 10 %.
const (
	yearBehind   = 365
	sameDay      = 0.15
	leadMedian   = 3.0 // days
	leadSpread   = 1.0 // sigma of the logarithm
	cancelShare  = 0.08
	confirmShare = 0.6
	cell         = 10 // minutes: every visit begins on a multiple
)

// generator makes the visits of a big clinic day by day, and of a day doctor by doctor.
type generator struct {
	*clinic
	now     time.Time
	today   time.Time // midnight UTC of the date
	ordinal float64   // visits of an average doctor on a usual day
	ahead   int       // the day it is at, from today
	doctor  int
	serial  int
	queue   []*visit
	owed    []int // by doctor: visits that found no room on their day and go to the next
	crowd   *crowd
}

func newGenerator(c *clinic, now time.Time) *generator {
	g := &generator{clinic: c, now: now, today: now.Truncate(24 * time.Hour), ahead: -yearBehind, owed: make([]int, len(c.doctors))}
	g.crowd = newCrowd(c)
	share := 0.0
	for ahead := -yearBehind; ahead <= horizon; ahead++ {
		day := g.today.AddDate(0, 0, ahead)
		for i := range c.doctors {
			if c.works(i, isoWeekday(day)) {
				share += weekdayShare(isoWeekday(day)) * bookedShare(ahead)
			}
		}
	}
	g.ordinal = float64(c.visitCount) / share
	return g
}

func weekdayShare(weekday int) float64 {
	switch weekday {
	case 1:
		return 1.15
	case 5:
		return 0.95
	default:
		return 1
	}
}

// bookedShare is how many of a day's visits are booked by now.
func bookedShare(ahead int) float64 {
	if ahead <= 0 {
		return 1
	}
	return (1 - sameDay) / 2 * math.Erfc(math.Log((float64(ahead)-0.5)/leadMedian)/leadSpread/math.Sqrt2)
}

// next is the next visit, nil at the end.
func (g *generator) next() *visit {
	for len(g.queue) == 0 {
		if g.ahead > horizon {
			return nil
		}
		g.fillDay()
		if g.doctor++; g.doctor == len(g.doctors) {
			g.doctor = 0
			g.ahead++
		}
	}
	v := g.queue[0]
	g.queue = g.queue[1:]
	return v
}

// fillDay makes one doctor's day.
func (g *generator) fillDay() {
	d := &g.doctors[g.doctor]
	day := g.today.AddDate(0, 0, g.ahead)
	weekday := isoWeekday(day)
	if !g.works(d.number, weekday) {
		return
	}
	r := dice("day", (g.ahead+yearBehind)*len(g.doctors)+g.doctor)
	popular := 0.94 + 0.12*dice("popular", d.number).Float64()
	want := int(g.ordinal*weekdayShare(weekday)*popular+r.Float64()) + g.owed[g.doctor]
	g.owed[g.doctor] = 0
	grid := newGrid(g.hours)
	at, room := d.at(weekday)
	for range want {
		v := &visit{doctor: d, branch: &g.branches[at], room: room}
		switch g.make(v, day, grid, r) {
		case full:
			g.owed[g.doctor]++
		case made:
			v.id = serial("visit", g.serial)
			g.serial++
			g.queue = append(g.queue, v)
		case later:
		}
	}
}

// outcome says what came of an attempt.
type outcome int

const (
	made  outcome = iota
	full          // the day has no room left for it
	later         // it will be booked, but has not been by now
)

// make tries to place one visit.
func (g *generator) make(v *visit, day time.Time, grid *grid, r *rand.Rand) outcome {
	kind := pick(r, []int{35, 45, 20})
	minutes := length(r, kind)
	cancels := r.Float64() < cancelShare
	from, ok := grid.find(r, minutes)
	if !ok {
		return full
	}
	v.start = time.Date(day.Year(), day.Month(), day.Day(), 0, from, 0, 0, v.branch.zone)
	v.end = v.start.Add(time.Duration(minutes) * time.Minute)
	lead := g.book(v, r)
	if v.created.After(g.now) {
		return later
	}
	who, ok := g.crowd.choose(r, v.doctor, kind == 0, g.ahead)
	if !ok {
		return full
	}
	v.cancelledAt = v.created.Add(time.Duration(r.Float64() * float64(v.start.Sub(v.created)))).Truncate(time.Second)
	v.byClinic = r.Float64() < 0.15
	f := fate{
		cancels: cancels && !v.cancelledAt.After(g.now), confirms: r.Float64() < confirmShare,
		misses: r.Float64() < 0.06+0.09*math.Min(1, lead/14),
	}
	v.status = f.status(v.start, v.end, g.now)
	if v.status != cancelled {
		grid.take(from, minutes)
	}
	v.patient = g.patientID(who)
	v.service = g.serviceOf(v.doctor, kind, r)
	v.source = []string{"telegram", "phone", "webchat", "whatsapp", "cabinet", "max", "api"}[pick(r, []int{30, 28, 12, 10, 10, 8, 2})]
	g.crowd.came(who, v, g.ahead)
	return made
}

// book says when the visit was booked and returns how many days before.
func (g *generator) book(v *visit, r *rand.Rand) float64 {
	if r.Float64() < sameDay {
		opens := onDay(v.start, 0, 7*hour)
		v.created = opens.Add(time.Duration(r.Float64() * float64(v.start.Add(-30*time.Minute).Sub(opens)))).Truncate(time.Second)
		return 0
	}
	lead := math.Min(horizon, math.Max(1, math.Round(leadMedian*math.Exp(leadSpread*r.NormFloat64()))))
	v.created = onDay(v.start, -int(lead), 8*hour+r.IntN(13*hour))
	return lead
}

// length is a visit's minutes: initial ones are the longer. Together they make 25, 45, 20 and 10 % of 20, 30, 40 and 60.
func length(r *rand.Rand, kind int) int {
	weights := [][]int{{0, 15, 12, 8}, {20, 25, 0, 0}, {5, 5, 8, 2}}[kind]
	return []int{20, 30, 40, 60}[pick(r, weights)]
}

// serviceOf is the doctor's initial or repeat consultation, or one of the procedures.
func (g *generator) serviceOf(d *doctor, kind int, r *rand.Rand) *service {
	if kind < 2 {
		return &g.services[d.services[kind]]
	}
	return &g.services[d.services[2+r.IntN(len(d.services)-2)]]
}
