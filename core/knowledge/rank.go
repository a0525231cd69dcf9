package knowledge

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/store/db"
)

// What a word counts for by where it stands: D text, C heading, B how patients ask, A title. Measured, with the figures below, on the odd
// lines of prompts/eval/questions.jsonl; TestQuestionsOfTheEvaluation holds the even ones.
const (
	inTitle   = 1.0
	inAsked   = 1.0
	inHeading = 0.95
	inText    = 0.7

	mendedWord  = 0.85 // of a word that was taken for a misspelt one
	weakWord    = 0.35 // of a word that tells little
	strangeWord = 0.42 // how much a word that no article has counts against an answer
	together    = 0.8  // the share of one passage in an article's score; the rest is of all its passages

	sureFrom = 0.55 // of the score: below it «не знаю»
	least    = 0.42 // of the weight of the words that were found, in that of a word only one article has: one that every fourth has is no answer
)

// candidate is an article with its best passage.
type candidate struct {
	article, passage uuid.UUID
	place            int
	score            float64 // of the article
	own              float64 // of the passage's own heading and text, in words that its title, which all passages share, does not have
	text             float64 // of the passage's heading and text, in all words
	sure             bool
}

// rank weighs the articles, the best first.
func rank(matches []match) []candidate {
	weight, total, rarest := weigh(matches)
	if total == 0 {
		return nil
	}
	type tally struct{ all, own, text float64 }
	passages := map[uuid.UUID]*candidate{}
	sums := map[uuid.UUID]tally{}
	union := map[uuid.UUID]map[int]float64{}
	strong := map[uuid.UUID]bool{}
	for _, m := range matches {
		if m.passage == nil {
			continue
		}
		g, own, text := value(m.weights)
		if m.mended {
			g, own, text = g*mendedWord, own*mendedWord, text*mendedWord
		}
		if passages[*m.passage] == nil {
			passages[*m.passage] = &candidate{article: *m.article, passage: *m.passage, place: m.place}
		}
		s := sums[*m.passage]
		sums[*m.passage] = tally{s.all + g*weight[m.word], s.own + own*weight[m.word], s.text + text*weight[m.word]}
		if union[*m.article] == nil {
			union[*m.article] = map[int]float64{}
		}
		if !m.weak {
			strong[*m.article] = true
		}
		union[*m.article][m.word] = max(union[*m.article][m.word], g*weight[m.word])
	}
	best := map[uuid.UUID]candidate{}
	top := map[uuid.UUID]float64{}
	for id, c := range passages {
		s := sums[id]
		top[c.article] = max(top[c.article], s.all)
		c.own, c.text = s.own, s.text
		b, ok := best[c.article]
		if !ok || c.own > b.own+1e-9 || (math.Abs(c.own-b.own) <= 1e-9 && c.place < b.place) {
			best[c.article] = *c
		}
	}
	for id, c := range best {
		all := 0.0
		for _, w := range union[id] {
			all += w
		}
		c.score = (together*top[id] + (1-together)*all) / total
		c.sure = c.score >= sureFrom && all >= least*rarest && strong[id]
		best[id] = c
	}
	return slices.SortedFunc(maps.Values(best), func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.text, a.text), slices.Compare(a.article[:], b.article[:]))
	})
}

// weigh says how much each word tells: the rarer, the more. total is of all words, those that no article has among them; rarest is what a word
// tells that one article has.
func weigh(matches []match) (weight map[int]float64, total, rarest float64) {
	weight = map[int]float64{}
	in := map[int]map[uuid.UUID]bool{}
	weak := map[int]bool{}
	n := 1
	for _, m := range matches {
		n, weak[m.word] = max(n, m.articles), m.weak
		if in[m.word] == nil {
			in[m.word] = map[uuid.UUID]bool{}
		}
		if m.article != nil {
			in[m.word][*m.article] = true
		}
	}
	for word, articles := range in {
		if len(articles) == 0 {
			total += strangeWord * math.Log(1+2*float64(n))
			continue
		}
		weight[word] = math.Log(1 + float64(n)/float64(len(articles)))
		if weak[word] {
			weight[word] *= weakWord
		}
		total += weight[word]
	}
	return weight, total, math.Log(1 + float64(n))
}

// value is what a word counts for where it stands best, and in the passage's heading and text: own without those of the title's words.
func value(weights string) (best, own, text float64) {
	title := false
	for _, w := range weights {
		switch w {
		case 'A':
			best, title = inTitle, true
		case 'B':
			best = max(best, inAsked)
		case 'C':
			best, text = max(best, inHeading), max(text, inHeading)
		default:
			best, text = max(best, inText), max(text, inText)
		}
	}
	if !title {
		own = text
	}
	return best, own, text
}

// fuseFrom is the constant of reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009).
const fuseFrom = 60

// closeBy is from which share of a sure score on an article is sure where meaning finds it first as well: the likeness itself is on another
// scale with each model, the order is not.
const closeBy = 0.6

// fuse orders by words and by meaning together: an article's place in each list counts, not its score there.
func fuse(list []candidate, near []db.PassagesNearRow) []candidate {
	type place struct {
		c     candidate
		value float64
	}
	joined := map[uuid.UUID]*place{}
	for i, c := range list {
		joined[c.article] = &place{c, 1 / float64(fuseFrom+i+1)}
	}
	rank := 0
	seen := map[uuid.UUID]bool{}
	for _, n := range near {
		if seen[n.ArticleID] {
			continue
		}
		seen[n.ArticleID] = true
		rank++
		p := joined[n.ArticleID]
		if p == nil {
			p = &place{c: candidate{article: n.ArticleID, passage: n.ID}}
			joined[n.ArticleID] = p
		}
		p.value += 1 / float64(fuseFrom+rank)
		if rank == 1 && p.c.score >= closeBy*sureFrom {
			p.c.sure = true
		}
	}
	var out []place
	for _, p := range joined {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b place) int {
		return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(b.c.score, a.c.score), slices.Compare(a.c.article[:], b.c.article[:]))
	})
	fused := make([]candidate, 0, len(out))
	for _, p := range out {
		fused = append(fused, p.c)
	}
	return fused
}
