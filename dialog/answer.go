package dialog

import (
	"context"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/knowledge"
)

// Questions that the clinic's own articles answer. An answer is the article's words; where none answers, that is said, and the question goes
// on a list for the clinic's people. What was under way stays and is asked again.

// Library is what a turn may ask of the clinic's articles.
type Library interface {
	Find(ctx context.Context, text, lang string) (knowledge.Found, error)
	Unanswered(ctx context.Context, u Unanswered) error
}

// Why something is on the list.
const (
	unknown = "unknown" // no article answers
	missed  = "missed"  // nobody understood, twice in a row
)

// Unanswered is what somebody said that nobody could answer, and where in the talk.
type Unanswered struct {
	Why, Text, Lang string
	Flow, Slot      string // that was running and asked for
	Nearest         string // the article that came nearest, or ""
	Branch          uuid.UUID
}

// slotArticle is what a button shows the whole of.
const slotArticle = "article"

// maxArticle is how much of an article one message shows; the rest is on the clinic's site, or in its own hands. Messengers take 4096.
const maxArticle = 3500

// answer shows the passage that answers a question, or the whole of an article.
func (u *turn) answer(ctx context.Context, c Command) error {
	t := u.talk
	if c.Slot == slotArticle {
		if a, ok := t.Desk.Clinic.Article(c.Value, t.Lang); ok {
			u.say(t.whole(a))
		}
		return nil
	}
	found, err := t.Desk.Library.Find(ctx, c.Value, t.Lang)
	switch {
	case err != nil:
		return err
	case !found.Sure:
		return u.unanswered(ctx, c.Value, found.Article.Slug)
	}
	u.say(t.passage(found, u.s.Flow() == ""))
	return nil
}

// consult looks into the articles for a question that may mean something else as well: where none answers, it means that.
func (u *turn) consult(ctx context.Context) error {
	if len(u.cmds) != 1 || u.cmds[0].Do != Answer || len(u.cmds[0].Choices) == 0 {
		return nil
	}
	found, err := u.talk.Desk.Library.Find(ctx, u.cmds[0].Value, u.talk.Lang)
	if err == nil && !found.Sure {
		u.cmds = u.cmds[0].Choices
	}
	return err
}

// unanswered says that the clinic's articles do not tell. The second time in a row a human takes the chat.
func (u *turn) unanswered(ctx context.Context, text, nearest string) error {
	if err := u.list(ctx, unknown, text, nearest); err != nil {
		return err
	}
	u.unsure = true
	u.s.Misses++
	if u.s.Misses >= 2 {
		u.handoff("handoff.unknown")
		return nil
	}
	u.say(Reply{Text: u.talk.Say("answer.unknown"), Keep: true, Buttons: [][]Button{{u.talk.askHuman()}}})
	return nil
}

// list puts what was said on the list of what nobody could answer.
func (u *turn) list(ctx context.Context, why, text, nearest string) error {
	t := u.talk
	if t.Desk.Library == nil || text == "" {
		return nil
	}
	x := Unanswered{Why: why, Text: text, Lang: t.Lang, Flow: u.s.Flow(), Slot: u.s.Asked, Nearest: nearest}
	for _, f := range u.s.Stack {
		if id, err := uuid.Parse(f.Slots[slotBranch]); err == nil {
			x.Branch = id
		}
	}
	return t.Desk.Library.Unanswered(ctx, x)
}

func (t *Talk) askHuman() Button {
	return Button{Label: t.Say("button.ask_human"), Commands: []Command{{Do: Handoff}}}
}

// passage is an answer: the article's title, its own words, and what one may want next. With something under way nothing else is offered to book.
func (t *Talk) passage(f knowledge.Found, free bool) Reply {
	text, body := f.Article.Title, knowledge.Excerpt(f.Passage.Body, knowledge.MaxAnswer)
	if f.Passage.Heading != "" {
		text += "\n" + f.Passage.Heading
	}
	r := Reply{Text: text + "\n" + body, Keep: true}
	if s, ok := t.Desk.Clinic.Specialty(f.Article.Book); ok && free && len(t.Desk.Clinic.DoctorsOf(s.Code, uuid.Nil)) > 0 {
		r.Buttons = append(r.Buttons, []Button{{
			Label: t.Say("button.book"), Commands: append([]Command{{Do: Start, Flow: flowBooking}}, set(slotSpecialty, s.Code)...),
		}})
	}
	if !f.Whole || body != f.Passage.Body {
		r.Buttons = append(r.Buttons, []Button{{Label: t.Say("button.more"), Commands: []Command{{Do: Answer, Slot: slotArticle, Value: f.Article.Slug}}}})
	}
	return t.signed(r, f.Article.URL)
}

// whole is an article in full.
func (t *Talk) whole(a clinic.Article) Reply {
	return t.signed(Reply{Text: a.Title + "\n" + knowledge.Excerpt(knowledge.Plain(a.Body), maxArticle), Keep: true}, a.URL)
}

// signed adds where the words come from, and a human.
func (t *Talk) signed(r Reply, url string) Reply {
	if url != "" {
		r.Buttons = append(r.Buttons, []Button{{Label: t.Say("button.on_site"), URL: url}})
	}
	r.Buttons = append(r.Buttons, []Button{t.askHuman()})
	return r
}
