package cabinet

import (
	"slices"

	"github.com/zapis-clinic/zapis/core/personal"
)

// mayDecide says whose yes a proposal waits for: security's first, then, of what destroys, the director's or the head doctor's.
func mayDecide(role string, p personal.Proposal) bool {
	return p.State == "proposed" && (role == roleSecurity) != p.First
}

// proposalState is the key of what has become of a proposal.
func proposalState(p personal.Proposal) string {
	if p.State == "proposed" && p.First {
		return "security.state_second"
	}
	return "security.state_" + p.State
}

// channelsOf are the channels of a list in its order.
func channelsOf(list []personal.ChannelRule) []string {
	var out []string
	for _, one := range list {
		if !slices.Contains(out, one.Channel) {
			out = append(out, one.Channel)
		}
	}
	return out
}

// stepsOf are the steps that an open incident still takes.
func stepsOf(i personal.Incident) []string {
	out := []string{"export"}
	if i.Told == nil {
		out = append(out, string(personal.Told))
	}
	if i.Found == nil {
		out = append(out, string(personal.Found))
	}
	return append(out, string(personal.Closed))
}
