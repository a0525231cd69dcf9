package understand

import "github.com/zapis-clinic/zapis/dialog"

// Facts are the slots that a text names by itself, whatever it is about: what somebody else claims to have read in it is held to them.
func (r *Reader) Facts(text string, s Situation) []dialog.Command {
	h := &heard{s: s, raw: text, facts: map[string]bool{}}
	h.text, h.tokens = r.tokens(text)
	if len(h.tokens) == 0 {
		return nil
	}
	h.times = readTimes(h.tokens, s, r.holidays)
	r.slots(h)
	return h.sets
}

// Fits says that a slot means something to a flow.
func Fits(flow, slot string) bool { return fits(flow, slot) }
