package understand

import "math"

// lanes is the greatest number of flows that examples may tell apart.
const lanes = 40

// How the model learns, tried by folds: more rounds only make it surer, not better.
const (
	rounds  = 5
	pace    = 7.5
	slowing = 0.3
	settled = 0.01 // what is right or wrong by less teaches nothing
)

// model tells flows apart by the sum of what their features say: a softmax regression.
type model struct {
	flows   []string
	weights []float32 // buckets rows of len(flows)
}

// lesson is an example as the model sees it.
type lesson struct {
	features []feature
	flow     int
}

// learn is deterministic: the same lessons in the same order give the same model.
func learn(flows []string, lessons []lesson) *model {
	m := &model{flows: flows, weights: make([]float32, buckets*len(flows))}
	order := make([]int, len(lessons))
	for i := range order {
		order[i] = i
	}
	dice := uint64(88172645463325252) // xorshift's own seed
	var p [lanes]float32
	for round := range rounds {
		for i := len(order) - 1; i > 0; i-- {
			dice ^= dice << 13
			dice ^= dice >> 7
			dice ^= dice << 17
			j := int(dice % uint64(i+1)) //nolint:gosec // below i
			order[i], order[j] = order[j], order[i]
		}
		step := float32(pace / (1 + slowing*float64(round)))
		for _, at := range order {
			m.score(lessons[at].features, &p)
			softmax(p[:len(flows)])
			p[lessons[at].flow]--
			m.mend(lessons[at].features, p[:len(flows)], step)
		}
	}
	return m
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
func softmax(p []float32) {
	top := p[0]
	for _, v := range p {
		top = max(top, v)
	}
	sum := float32(0)
	for i, v := range p {
		p[i] = float32(math.Exp(float64(v - top)))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
}
