package dialog

// alarm answers a danger: whom to call, what to do until help comes, and a human at the chat. kind is one of the red flags' list, or "".
// What was under way stays as it is, for the way back.
func (u *turn) alarm(kind string) {
	text := u.talk.Say("emergency.call")
	if key := "emergency." + kind; kind != "" && u.talk.Words.Has(u.talk.Lang, key) {
		text += "\n\n" + u.talk.Say(key)
	}
	u.s.Human, u.s.Misses, u.s.Worry, u.silent = true, 0, nil, true
	u.say(Reply{Text: text + "\n\n" + u.talk.Say("emergency.told"), Keep: true, Buttons: [][]Button{
		{{Label: u.talk.Say("button.not_urgent"), Commands: []Command{{Do: Start, Flow: flowCalm}}}},
	}})
}
