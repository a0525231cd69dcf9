package understand

import "github.com/zapis-clinic/zapis/dialog"

// Of two wishes in one message: how sure the examples must be of each part, and how long a part is at least.
const (
	wished    = 0.85
	wishWords = 2
)

// second is another wish of the same message than the first: "запишите к лору на завтра, и сколько это стоит?". Parts are what
// stands between marks; "" where there is none, or more than one. earlier says that it is said before the first.
func (r *Reader) second(h *heard, first string) (found string, earlier bool) {
	if h.busy() || first == "" || !wishable(first) || r.taught == nil {
		return "", false
	}
	parts, start, met := 0, 0, false
	for i := 0; i <= len(h.tokens); i++ {
		if i < len(h.tokens) && !h.tokens[i].mark {
			continue
		}
		if i-start >= wishWords && i-start < len(h.tokens) && !declines(h.tokens[start:i]) {
			parts++
			o := r.ask(&heard{tokens: h.tokens[start:i], facts: factsOf(h.tokens[start:i])})
			switch {
			case parts > maxWishes:
				return "", false
			case o.flow == first:
				met = true
			case o.share < wished || !wishable(o.flow) || o.flow == flowEmergency || o.flow == flowOperator:
			case found != "" && o.flow != found:
				return "", false
			default:
				found, earlier = o.flow, !met
			}
		}
		start = i + 1
	}
	return found, earlier && met
}

// maxWishes is how many parts of a message are listened to: a letter is no list of wishes.
const maxWishes = 6

// factsOf are the kinds of word that a part names.
func factsOf(tokens []token) map[string]bool {
	facts := map[string]bool{}
	for i := range tokens {
		facts[tokens[i].sense.kind] = true
	}
	return facts
}

// inTurn begins the wish that was said first, with what was named for it; the other follows, with what is named for it alone. A paper or a
// question takes no day from a visit: "вот направление, запишите к кардиологу".
func (h *heard) inTurn(first, second string, earlier bool) []dialog.Command {
	if earlier {
		first, second = second, first
	}
	next := dialog.Command{Do: dialog.Start, Flow: second}
	if takesTimes(second) && !takesTimes(first) && first != flowCancel && first != flowVisits {
		return append([]dialog.Command{{Do: dialog.Start, Flow: first}, next}, h.fitting(second)...)
	}
	out := append(h.begin(first), next)
	for _, c := range h.fitting(second) {
		if !fits(first, c.Slot) {
			out = append(out, c)
		}
	}
	return out
}
