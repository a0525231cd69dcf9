package cabinet

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/inbox"
	"github.com/zapis-clinic/zapis/core/knowledge"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store"
)

// Drafts writes answers for staff to read, change and send; llm.Drafter does.
type Drafts interface {
	On(ctx context.Context) bool
	Write(ctx context.Context, lang string, own, said, articles []string) (string, error)
}

// draftsNow says whether there is somebody to ask for a draft.
func (s *Server) draftsNow(ctx context.Context) bool { return s.Drafts != nil && s.Drafts.On(ctx) }

// draftSees is how much of a conversation a draft is written from.
const draftSees = 12

// inboxDrafted is POST /cabinet/inbox/{id}/draft: a model's words come into the box, under what stands there, for a human to send or not.
func (s *Server) inboxDrafted(w http.ResponseWriter, r *http.Request, m staff.Member) {
	id, v := subject(r), s.viewOf(r, m)
	t, err := s.inboxDesk().Thread(r.Context(), s.acting(r, m), id, inbox.Look{Again: true})
	if err == nil && !s.draftsNow(r.Context()) {
		err = core.Refuse(core.NotFound, "not_found")
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	form := replyForm{Chat: id, Text: r.PostFormValue(keyText), Medical: t.Medical, Drafts: true}
	if form.Key, err = uuid.Parse(r.PostFormValue("key")); err != nil {
		form.Key = s.IDs()
	}
	text, err := s.draft(r.Context(), s.acting(r, m), t)
	if err != nil || text == "" {
		s.Log.InfoContext(r.Context(), "no draft", "conversation", id, "error", err)
		form.Problem = v.Say("inbox.draft_none")
		s.render(w, r, http.StatusOK, replyPart(v, form))
		return
	}
	form.Text = strings.TrimSpace(form.Text + "\n\n" + text)
	form.Drafted = true
	s.render(w, r, http.StatusOK, replyPart(v, form))
}

// draft asks for one outside of any transaction.
func (s *Server) draft(ctx context.Context, who core.Actor, t inbox.Thread) (string, error) {
	lang := t.Lang
	if lang == "" {
		lang = russian
	}
	var own, said, asked []string
	for _, p := range t.People {
		own = append(own, p.Name)
	}
	for _, l := range t.Lines[max(0, len(t.Lines)-draftSees):] {
		switch {
		case l.Text == "" || l.Side == inbox.Note || l.Kind == "button":
		case l.Side == inbox.FromPerson:
			said, asked = append(said, "Пациент: "+l.Text), append(asked, l.Text)
		default:
			said = append(said, "Клиника: "+l.Text)
		}
	}
	if len(asked) == 0 {
		return "", nil
	}
	articles, err := s.articlesFor(ctx, who, lang, asked[max(0, len(asked)-2):])
	if err != nil {
		return "", err
	}
	return s.Drafts.Write(ctx, lang, own, said, articles)
}

// articlesFor are the clinic's own words about what was asked.
func (s *Server) articlesFor(ctx context.Context, who core.Actor, lang string, asked []string) ([]string, error) {
	var out []string
	finder := knowledge.NewFinder()
	err := s.DB.InTx(ctx, who, func(tx *store.Tx) error {
		out = nil
		for _, text := range asked {
			found, err := finder.Find(ctx, tx, knowledge.Question{Text: text, Lang: lang})
			if err != nil {
				return err
			}
			if found.Passage.Body != "" {
				out = append(out, strings.TrimSpace(found.Article.Title+"\n"+found.Passage.Heading+"\n"+found.Passage.Body))
			}
		}
		return nil
	})
	return out, err
}
