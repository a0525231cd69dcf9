package cabinet

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/inbox"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/task"
	"github.com/zapis-clinic/zapis/jobs"
)

const inboxPath = "/cabinet/inbox"

// Courier is what the inbox asks of whoever delivers messages. Both return at once.
type Courier interface {
	Soon(ctx context.Context, chat uuid.UUID)   // what is queued for a chat goes now
	Typing(ctx context.Context, chat uuid.UUID) // the person sees that they are being written to, where their channel can show it
}

// answersChats says whose work the inbox is.
func answersChats(m *staff.Member) bool {
	return m != nil && (m.Role == roleAdmin || m.Role == roleHead)
}

func (s *Server) inboxRoutes(r chi.Router) {
	r.Get("/inbox", s.member(s.inboxList, true))
	r.Post("/inbox", s.member(s.inboxList, true))
	r.Get("/inbox/settings", s.member(s.inboxSettings, true))
	r.Post("/inbox/settings", s.member(s.inboxPromised, true))
	r.Post("/inbox/canned", s.member(s.cannedKept, true))
	r.Get("/inbox/{id}", s.member(s.inboxOpened, true))
	r.Get("/inbox/{id}/canned", s.member(s.cannedOffered, true))
	r.Get("/inbox/{id}/files/{message}", s.member(s.inboxFile, true))
	r.Get("/inbox/{id}/misread/{message}", s.member(s.misreadAsked, true))
	r.Post("/inbox/{id}/misread/{message}", s.member(s.misread, true))
	r.Post("/inbox/{id}/draft", s.member(s.inboxDrafted, true))
	r.Post("/inbox/{id}/reply", s.member(s.inboxReplied, true))
	r.Post("/inbox/{id}/typing", s.member(s.inboxTyping, true))
	r.Post("/inbox/{id}/seen", s.member(s.inboxSeen, false))
	r.Post("/inbox/{id}/{do}", s.member(s.inboxDone, true))
}

func (s *Server) inboxDesk() inbox.Desk {
	d := inbox.Desk{In: s.DB, Clock: s.Clock, IDs: s.IDs, Vault: s.Vault, Zone: s.zone()}
	if branches := s.Book.Current().Branches; len(branches) > 0 {
		d.QuietFrom, d.QuietTo = branches[0].QuietFrom, branches[0].QuietTo
	}
	return d
}

// inboxFrame is what the inbox is drawn from.
type inboxFrame struct {
	Ask     inbox.Filter
	List    inbox.List
	Now     time.Time
	Thread  *inbox.Thread // nil: none is open
	Earlier bool          // older words are looked at
	Hands   []task.Hand
	Reply   replyForm
	Problem string
}

// replyForm is the box below a conversation, as it was filled in.
type replyForm struct {
	Chat    uuid.UUID
	Key     uuid.UUID
	Text    string
	Problem string
	Medical bool // the channel may carry what is medical
	Drafts  bool // a model may be asked for a draft
	Drafted bool // and its words stand in the box
}

// at is the address of a part of the list.
func (f inboxFrame) at(tab, label string, page int) string {
	q := url.Values{"tab": {tab}}
	if label != "" {
		q.Set("label", label)
	}
	if page > 0 {
		q.Set("page", strconv.Itoa(page))
	}
	return inboxPath + "?" + q.Encode()
}

// here is the address of the list as it is.
func (f inboxFrame) here() string {
	path := f.at(f.Ask.Tab, f.Ask.Label, f.Ask.Page)
	if f.Thread != nil {
		path += "&open=" + f.Thread.ID.String()
	}
	return path
}

// to is the address of a conversation beside the same tab.
func (f inboxFrame) to(id uuid.UUID) string {
	return inboxPath + "/" + id.String() + "?" + url.Values{"tab": {f.Ask.Tab}}.Encode()
}

func (f inboxFrame) count(tab string) int {
	return map[string]int{
		inbox.TabMine: int(f.List.Counts.Mine), inbox.TabFree: int(f.List.Counts.Free), inbox.TabWaiting: int(f.List.Counts.Waiting),
		inbox.TabLater: int(f.List.Counts.Later),
	}[tab]
}

// inboxList is GET /cabinet/inbox?tab=&label=&page=&open=, or POST with whom to look for, which does not belong into an address: conversations,
// or as a fragment their list alone.
func (s *Server) inboxList(w http.ResponseWriter, r *http.Request, m staff.Member) {
	f, err := s.inboxAsked(r, m)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	if id, err := uuid.Parse(r.URL.Query().Get("open")); err == nil {
		f.Thread = &inbox.Thread{Talk: inbox.Talk{ID: id}}
	}
	if fragment(r) {
		s.render(w, r, http.StatusOK, talksPart(s.viewOf(r, m), f))
		return
	}
	f.Thread = nil
	s.render(w, r, http.StatusOK, inboxPage(s.viewOf(r, m), f))
}

func (s *Server) inboxAsked(r *http.Request, m staff.Member) (inboxFrame, error) {
	q := r.URL.Query()
	f := inboxFrame{Now: s.Clock(), Ask: inbox.Filter{Tab: q.Get("tab"), Label: first(q.Get("label"), 120), Search: first(strings.TrimSpace(r.PostFormValue("q")), 120)}}
	if !slices.Contains(inbox.Tabs(), f.Ask.Tab) {
		f.Ask.Tab = inbox.TabWaiting
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 0 && n < 1000 {
		f.Ask.Page = n
	}
	var err error
	f.List, err = s.inboxDesk().List(r.Context(), s.acting(r, m), f.Ask)
	return f, err
}

// inboxOpened is GET /cabinet/inbox/{id}?tab=&before=&part=: one conversation; its words or what stands beside them alone, as fragments.
func (s *Server) inboxOpened(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.inboxShown(w, r, m, nil)
}

func (s *Server) inboxShown(w http.ResponseWriter, r *http.Request, m staff.Member, why *core.Error) {
	f, err := s.inboxThread(r, m)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v, status := s.viewOf(r, m), http.StatusOK
	if why != nil {
		status, f.Problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	if fragment(r) && r.URL.Query().Get("part") == "thread" {
		s.render(w, r, status, threadPart(v, f))
		return
	}
	s.render(w, r, status, inboxPage(v, f))
}

func (s *Server) inboxThread(r *http.Request, m staff.Member) (inboxFrame, error) {
	ctx, who, id := r.Context(), s.acting(r, m), subject(r)
	look := inbox.Look{Again: s.looks.again(m.ID, id, s.Clock()), Before: linePoint(r.URL.Query().Get("before"))}
	t, err := s.inboxDesk().Thread(ctx, who, id, look)
	if err != nil {
		return inboxFrame{}, err
	}
	s.looks.seen(m.ID, id, s.Clock())
	var f inboxFrame
	if fragment(r) {
		f = inboxFrame{Now: s.Clock(), Ask: inbox.Filter{Tab: r.URL.Query().Get("tab")}}
	} else if f, err = s.inboxAsked(r, m); err != nil {
		return f, err
	}
	f.Thread, f.Earlier = &t, !look.Before.At.IsZero()
	f.Reply = replyForm{Chat: id, Key: s.IDs(), Medical: t.Medical, Drafts: s.draftsNow(ctx)}
	if f.Hands, err = s.tasksOffice().Hands(ctx, who); err != nil {
		return f, err
	}
	return f, nil
}

// inboxEvents is GET /cabinet/inbox/events?chat=: tells an open page that something has changed, and never what.
func (s *Server) inboxEvents(w http.ResponseWriter, r *http.Request, m staff.Member) {
	if !answersChats(&m) {
		s.refuse(w, r, &core.Error{Code: core.Denied, Key: "not_allowed"})
		return
	}
	topics := []string{jobs.InboxTopic}
	if id, err := uuid.Parse(r.URL.Query().Get("chat")); err == nil {
		topics = append(topics, jobs.TalkTopic(id), "chat:"+id.String())
	}
	s.tell(w, r, topics...)
}

// inboxChanged wakes the pages that show a conversation.
func (s *Server) inboxChanged(chat uuid.UUID) {
	s.Hub.Tell(jobs.InboxTopic)
	s.Hub.Tell(jobs.TalkTopic(chat))
}
