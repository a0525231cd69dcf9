package cabinet

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/inbox"
	"github.com/zapis-clinic/zapis/core/staff"
)

// misreadFrame is a message that the bot took for something else, and what there is to choose from.
type misreadFrame struct {
	Path, Text, Problem string
	Flows, Articles     []option
}

// misreadAsked is GET /cabinet/inbox/{id}/misread/{message}: the window to say what would have been right.
func (s *Server) misreadAsked(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.misreadShown(w, r, m, nil)
}

func (s *Server) misreadShown(w http.ResponseWriter, r *http.Request, m staff.Member, why *core.Error) {
	message, _ := uuid.Parse(chi.URLParam(r, "message")) // the nil id is none
	text, err := s.inboxDesk().Said(r.Context(), s.acting(r, m), subject(r), message)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v, status := s.viewOf(r, m), http.StatusOK
	f := misreadFrame{Path: inboxPath + "/" + subject(r).String() + "/misread/" + message.String(), Text: text}
	if why != nil {
		status, f.Problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	f.Flows, f.Articles = s.rightOnes(v)
	s.render(w, r, status, windowOf(r, v, v.Say("inbox.misread_right"), misreadPart(v, f)))
}

// rightOnes are the flows and the articles that a message may have been for.
func (s *Server) rightOnes(v view) (flows, articles []option) {
	flows, articles = []option{{"", v.Say("question.no_flow")}}, []option{{"", v.Say("question.no_article")}}
	for _, code := range flowCodes() {
		flows = append(flows, option{code, v.Say("flows." + code)})
	}
	seen := map[string]bool{}
	for _, a := range s.Book.Current().Articles {
		if a.Lang == v.Lang && !seen[a.Slug] {
			seen[a.Slug] = true
			articles = append(articles, option{a.Slug, a.Title})
		}
	}
	return flows, articles
}

// misread is POST /cabinet/inbox/{id}/misread/{message}.
func (s *Server) misread(w http.ResponseWriter, r *http.Request, m staff.Member) {
	message, _ := uuid.Parse(chi.URLParam(r, "message")) // the nil id is none
	flow, article := r.PostFormValue("flow"), r.PostFormValue(keyArticle)
	v := s.view(r)
	flows, articles := s.rightOnes(v)
	var err error
	if !among(flows, flow) || !among(articles, article) {
		err = core.Refuse(core.Invalid, "question_choose")
	} else {
		err = s.inboxDesk().Misread(r.Context(), s.acting(r, m), inbox.Misread{Chat: subject(r), Message: message, Flow: flow, Article: article})
	}
	if why := core.Refusal(err); why != nil && (why.Code == core.Conflict || why.Code == core.Invalid) {
		s.misreadShown(w, r, m, why)
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.finished(w, r, notice{Text: v.Say("inbox.misread_done")}, inboxPath+"/"+subject(r).String())
}

func among(list []option, value string) bool {
	for _, o := range list {
		if o.Value == value {
			return true
		}
	}
	return false
}
