package cabinet

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/inbox"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/jobs"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// inboxReplied is POST /cabinet/inbox/{id}/reply. Who is refused keeps what they typed.
func (s *Server) inboxReplied(w http.ResponseWriter, r *http.Request, m staff.Member) {
	id := subject(r)
	a := inbox.Answer{Chat: id, Text: r.PostFormValue(keyText)}
	a.Key, _ = uuid.Parse(r.PostFormValue("key"))   // the nil key is refused
	a.Said, _ = uuid.Parse(r.PostFormValue("said")) // none: nothing of the staff's was there to see
	err := s.inboxDesk().Reply(r.Context(), s.acting(r, m), a)
	why := core.Refusal(err)
	if err != nil && (why == nil || why.Code == core.NotFound || why.Code == core.Denied) {
		s.failed(w, r, err)
		return
	}
	if why == nil {
		s.sent(r, id)
	}
	v := s.viewOf(r, m)
	form := replyForm{Chat: id, Key: s.IDs(), Medical: r.PostFormValue("medical") != "", Drafts: s.draftsNow(r.Context())}
	status := http.StatusOK
	if why != nil {
		form.Key, form.Text, form.Problem, status = a.Key, a.Text, s.sentence(v, why), s.refusedWith(w, why)
		s.inboxChanged(id)
	}
	switch {
	case fragment(r):
		s.render(w, r, status, replyPart(v, form))
	case why != nil:
		s.inboxShownWith(w, r, m, form, status)
	default:
		http.Redirect(w, r, inboxPath+"/"+id.String(), http.StatusSeeOther) //nolint:gosec // an id
	}
}

func (s *Server) inboxShownWith(w http.ResponseWriter, r *http.Request, m staff.Member, form replyForm, status int) {
	f, err := s.inboxThread(r, m)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	f.Reply = form
	s.render(w, r, status, inboxPage(s.viewOf(r, m), f))
}

// sent has what was just queued delivered, and pages told.
func (s *Server) sent(r *http.Request, chat uuid.UUID) {
	if s.Courier != nil {
		s.Courier.Soon(r.Context(), chat)
	}
	s.inboxChanged(chat)
	s.Hub.Tell(jobs.TasksTopic)
}

// inboxTyping is POST /cabinet/inbox/{id}/typing: the page says it every few seconds while somebody types.
func (s *Server) inboxTyping(w http.ResponseWriter, r *http.Request, m staff.Member) {
	if err := s.inboxDesk().Typing(r.Context(), s.acting(r, m), subject(r)); err != nil {
		s.failed(w, r, err)
		return
	}
	if s.Courier != nil {
		s.Courier.Typing(r.Context(), subject(r))
	}
	s.Hub.Tell(jobs.TalkTopic(subject(r)))
	w.WriteHeader(http.StatusNoContent)
}

// inboxSeen is POST /cabinet/inbox/{id}/seen: the page says by itself that what is new has been shown.
func (s *Server) inboxSeen(w http.ResponseWriter, r *http.Request, m staff.Member) {
	if err := s.inboxDesk().Seen(r.Context(), s.acting(r, m), subject(r)); err != nil {
		s.failed(w, r, err)
		return
	}
	s.Hub.Tell(jobs.InboxTopic)
	w.WriteHeader(http.StatusNoContent)
}

// inboxDone is POST /cabinet/inbox/{id}/{do}: take, give, back, close, reopen, later, label, note, whose, again.
func (s *Server) inboxDone(w http.ResponseWriter, r *http.Request, m staff.Member) {
	said, err := s.doTalk(r, m)
	if why := core.Refusal(err); why != nil && (why.Code == core.Conflict || why.Code == core.Invalid) {
		s.inboxShown(w, r, m, why)
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.sent(r, subject(r))
	if said != "" {
		s.tellNext(r, said)
	}
	http.Redirect(w, r, inboxPath+"/"+subject(r).String(), http.StatusSeeOther) //nolint:gosec // an id
}

func (s *Server) doTalk(r *http.Request, m staff.Member) (string, error) {
	ctx, d, who, id := r.Context(), s.inboxDesk(), s.acting(r, m), subject(r)
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 32)
	ref, do := inbox.Ref{ID: id, Version: int32(version)}, chi.URLParam(r, "do")
	if err != nil && do != keyNote && do != "again" && do != "whose" {
		return "", core.Refuse(core.NotFound, "not_found")
	}
	v := s.view(r)
	switch do {
	case "take":
		return "", d.Take(ctx, who, ref)
	case "give":
		to, _ := uuid.Parse(r.PostFormValue("to")) // the nil id: nobody's
		return "", d.Give(ctx, who, ref, to)
	case "back":
		return v.Say("inbox.done_back"), d.GiveBack(ctx, who, ref, s.greeting)
	case "close":
		return v.Say("inbox.done_close"), d.Close(ctx, who, ref)
	case "reopen":
		return "", d.Reopen(ctx, who, ref)
	case showLater:
		until, err := time.ParseInLocation(localForm, r.PostFormValue("until"), s.zone())
		if err != nil {
			return "", core.Refuse(core.Invalid, "field_invalid", "Field", "until")
		}
		return v.fill("inbox.done_later", "time", v.moment(until)), d.PutOff(ctx, who, ref, until)
	case "label":
		return "", d.Label(ctx, who, ref, strings.Split(r.PostFormValue("labels"), ","))
	case keyNote:
		told, err := d.Note(ctx, who, id, r.PostFormValue(keyText))
		if len(told) == 0 {
			return "", err
		}
		return v.fill("inbox.done_told", "who", strings.Join(told, ", ")), err
	case "whose":
		file, _ := uuid.Parse(r.PostFormValue("file")) // the nil ids are nobody's
		person, _ := uuid.Parse(r.PostFormValue("person"))
		return v.Say("inbox.done_whose"), d.Whose(ctx, who, id, file, person)
	case "again":
		message, _ := uuid.Parse(r.PostFormValue("message")) // the nil id is none
		return v.Say("inbox.done_again"), d.Again(ctx, who, id, message)
	}
	return "", core.Refuse(core.NotFound, "not_found")
}

// greeting is what the bot says when it goes on.
func (s *Server) greeting(lang string) string {
	if lang == "" {
		lang = russian
	}
	return s.dates.Say(lang, "handoff.back")
}

// inboxFile is GET /cabinet/inbox/{id}/files/{message}: a file that the clinic sent.
func (s *Server) inboxFile(w http.ResponseWriter, r *http.Request, m staff.Member) {
	message, _ := uuid.Parse(chi.URLParam(r, "message")) // the nil id is none
	file, err := s.inboxDesk().File(r.Context(), s.acting(r, m), subject(r), message)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	edge.Attachment(w, r, edge.File{Name: file.Name, MIME: file.MIME, Data: file.Data})
}
