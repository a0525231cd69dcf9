package understand

import "math"

// lanes is the greatest number of flows that examples may tell apart.
const lanes = 40

// How the model learns, tried by folds: more rounds only make it surer, not better.
const (
	rounds   = 5
	pace     = 7.5
	teachers = 4 // each goes through the lessons in another order; their mean errs less than any
	slowing  = 0.3
	settled  = 0.01 // what is right or wrong by less teaches nothing
	doubted  = 0.3  // of each lesson, the share that any flow may have had: who learns that nothing is certain errs less on what is new
	fine     = 4096 // weights are whole parts of it: they are written down, and every machine learns the same
	warmth   = 2.8  // what turns such cautious sums into shares that are right as often as they say, fitted by folds
)

// model tells flows apart by the sum of what their features say: a softmax regression.
type model struct {
	flows   []string
	weights []float32 // buckets rows of len(flows)
	rarity  []float32 // of each bucket: what few examples have tells more
	met     []uint32  // of each bucket: in how many examples
	lessons int
}

// lesson is an example as the model sees it.
type lesson struct {
	features []feature
	flow     int
}

// learn is deterministic: the same lessons in the same order give the same model.
func learn(flows []string, lessons []lesson) *model {
	m := &model{flows: flows, weights: make([]float32, buckets*len(flows)), met: met(lessons), lessons: len(lessons)}
	m.rarity = rarity(m.met, m.lessons)
	for i := range lessons {
		m.scale(lessons[i].features)
	}
	sum := make([]float32, len(m.weights))
	dice := uint64(88172645463325252) // xorshift's own seed
	for range teachers {
		clear(m.weights)
		m.study(lessons, &dice)
		for i, w := range m.weights {
			sum[i] += w
		}
	}
	for i, w := range sum {
		m.weights[i] = float32(math.Round(float64(w)/teachers*fine)) / fine
	}
	return m
}

// study goes through the lessons in an order by chance, some rounds.
func (m *model) study(lessons []lesson, dice *uint64) {
	order := make([]int, len(lessons))
	for i := range order {
		order[i] = i
	}
	flows := m.flows
	var p [lanes]float32
	for round := range rounds {
		for i := len(order) - 1; i > 0; i-- {
			*dice ^= *dice << 13
			*dice ^= *dice >> 7
			*dice ^= *dice << 17
			j := int(*dice % uint64(i+1)) //nolint:gosec // below i
			order[i], order[j] = order[j], order[i]
		}
		step := float32(pace / (1 + slowing*float64(round)))
		for _, at := range order {
			m.score(lessons[at].features, &p)
			softmax(p[:len(flows)])
			for i := range p[:len(flows)] {
				p[i] -= doubted / float32(len(flows))
			}
			p[lessons[at].flow] -= 1 - doubted
			m.mend(lessons[at].features, p[:len(flows)], step)
		}
	}
}

// met is in how many lessons each feature is.
func met(lessons []lesson) []uint32 {
	out := make([]uint32, buckets)
	for i := range lessons {
		for _, x := range lessons[i].features {
			out[x.at]++
		}
	}
	return out
}

// rarity is the root of the logarithm of how rare each feature is among the lessons.
func rarity(met []uint32, lessons int) []float32 {
	out, known := make([]float32, len(met)), map[uint32]float32{}
	for i, n := range met {
		r, ok := known[n]
		if !ok {
			r = float32(math.Sqrt(math.Log1p(float64(lessons) / float64(n+1))))
			known[n] = r
		}
		out[i] = r
	}
	return out
}

// scale weighs features by how rare they are and brings them to length one again.
func (m *model) scale(features []feature) {
	for i := range features {
		features[i].weight *= m.rarity[features[i].at]
	}
	unit(features)
}

// mend moves the weights against the error.
func (m *model) mend(features []feature, errors []float32, step float32) {
	var which [lanes]int
	n := 0
	for i, e := range errors {
		if e > settled || e < -settled {
			which[n] = i
			n++
		}
	}
	for _, x := range features {
		row := m.weights[int(x.at)*len(m.flows):]
		by := step * x.weight
		for _, i := range which[:n] {
			row[i] -= by * errors[i]
		}
	}
}

func (m *model) score(features []feature, p *[lanes]float32) {
	n := len(m.flows)
	sums := p[:n]
	clear(sums)
	for _, x := range features {
		row := m.weights[int(x.at)*n : int(x.at)*n+n]
		for i, w := range row {
			sums[i] += x.weight * w
		}
	}
}

// softmax turns sums into shares of one.
func softmax(p []float32) { shares(p, 1) }

// shares is a softmax that is the surer the warmer.
func shares(p []float32, warmth float32) {
	top := p[0]
	for _, v := range p {
		top = max(top, v)
	}
	sum := float32(0)
	for i, v := range p {
		p[i] = float32(math.Exp(float64((v - top) * warmth)))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
}
