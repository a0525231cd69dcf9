package cabinet

import (
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/staff"
)

const questionsPath = "/cabinet/questions"

func (s *Server) questionRoutes(r chi.Router) {
	if s.Acts == nil {
		return
	}
	r.Get("/questions", s.member(s.questions, true))
	r.Post("/questions/{id}", s.member(s.questionSettled, true))
}

// settlesQuestions says whose work the list of questions is.
func settlesQuestions(m *staff.Member) bool { return m != nil && m.Role == roleAdmin }

// misread is one question on the page.
type misread struct {
	ID                    uuid.UUID
	Why, Text             string
	At                    time.Time
	Flow, Slot, Nearest   string
	RightFlow, RightTitle string
}

// questionsFrame is what the page is drawn from.
type questionsFrame struct {
	State    string
	List     []misread
	Flows    []option
	Articles []option
	Problem  string
}

// flowCodes are the flows that a message may have been for: those of `zapis understand`.
func flowCodes() []string {
	return []string{
		"booking", "reschedule", "cancel", "visits", "results", "prices", "contacts", "hours", "preparation", "doctor_info", "documents", "payment", "feedback",
		"complaint", "operator", "waitlist", "subscribe", "unsubscribe", "consent_withdraw", "my_data", "language", "emergency", "greeting", "thanks",
		"confirm", "deny", "help", keyOther,
	}
}

// questionStates are the tabs of the page.
func questionStates() []string { return []string{showOpen, "settled", "dismissed"} }

// questions is GET /cabinet/questions?state=: what the chat could not answer.
func (s *Server) questions(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.questionsShown(w, r, m, nil)
}

func (s *Server) questionsShown(w http.ResponseWriter, r *http.Request, m staff.Member, why *core.Error) {
	v, f, status := s.viewOf(r, m), questionsFrame{State: r.URL.Query().Get("state")}, http.StatusOK
	if !slices.Contains(questionStates(), f.State) {
		f.State = questionStates()[0]
	}
	out, err := s.Acts.Do(r.Context(), s.acting(r, m), core.Questions, core.Read, acts.Input{Fields: map[string]string{"state": f.State}})
	if refusal := core.Refusal(err); refusal != nil {
		s.refuse(w, r, refusal)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	if why != nil {
		status, f.Problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	titles := map[string]string{}
	f.Articles = append(f.Articles, option{"", v.Say("question.no_article")})
	for _, a := range s.Book.Current().Articles {
		if a.Lang == v.Lang || titles[a.Slug] == "" {
			titles[a.Slug] = a.Title
		}
	}
	for _, a := range s.Book.Current().Articles {
		if title := titles[a.Slug]; !slices.ContainsFunc(f.Articles, func(o option) bool { return o.Value == a.Slug }) {
			f.Articles = append(f.Articles, option{a.Slug, title})
		}
	}
	f.Flows = append(f.Flows, option{"", v.Say("question.no_flow")})
	for _, code := range flowCodes() {
		f.Flows = append(f.Flows, option{code, v.Say("flows." + code)})
	}
	for _, row := range out.Rows {
		f.List = append(f.List, askedOf(row, titles))
	}
	s.render(w, r, status, questionsPage(v, f))
}

func askedOf(row acts.Row, titles map[string]string) misread {
	text := func(key string) string {
		s, _ := row[key].(string)
		return s
	}
	id, _ := row["id"].(uuid.UUID)
	at, _ := time.Parse(time.RFC3339, text("at")) // as the act wrote it
	return misread{
		ID: id, Why: text("why"), Text: text("text"), At: at, Flow: text("flow"), Slot: text("slot"), Nearest: titles[text("nearest")],
		RightFlow: text("right_flow"), RightTitle: titles[text("right_article")],
	}
}

// questionSettled is POST /cabinet/questions/{id}: the flow or the article that was right; neither puts the question aside.
func (s *Server) questionSettled(w http.ResponseWriter, r *http.Request, m staff.Member) {
	in := acts.Input{ID: subject(r), Fields: map[string]string{"flow": r.PostFormValue("flow"), keyArticle: r.PostFormValue(keyArticle)}}
	if r.PostFormValue("aside") == "" && in.Fields["flow"] == "" && in.Fields[keyArticle] == "" {
		s.questionsShown(w, r, m, &core.Error{Code: core.Invalid, Key: "question_choose"})
		return
	}
	if r.PostFormValue("aside") != "" {
		in.Fields = nil
	}
	_, err := s.Acts.Do(r.Context(), s.acting(r, m), core.Questions, core.Update, in)
	if why := core.Refusal(err); why != nil {
		if why.Code == core.Conflict || why.Code == core.Invalid {
			s.questionsShown(w, r, m, why)
			return
		}
		s.refuse(w, r, why)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.tellNext(r, s.view(r).Say("question.done"))
	http.Redirect(w, r, questionsPath, http.StatusSeeOther)
}

// tabs are the states, each with its own address.
func (f questionsFrame) tabs(v view) []tab {
	var out []tab
	for _, state := range questionStates() {
		out = append(out, tab{Path: questionsPath + "?state=" + state, Label: v.Say("question.state_" + state), Here: state == f.State})
	}
	return out
}

// flow is what a flow is called, by its code where it is one of no list.
func (v view) flow(code string) string {
	if slices.Contains(flowCodes(), code) {
		return v.Say("flows." + code)
	}
	return code
}
