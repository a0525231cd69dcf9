package cabinet

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/messenger"
	"github.com/zapis-clinic/zapis/core/personal"
	"github.com/zapis-clinic/zapis/core/staff"
)

const (
	channelsPath = adminPath + "/channels"
	telegramPath = channelsPath + "/" + messenger.Telegram
)

func (s *Server) channelRoutes(r chi.Router) {
	if s.Channels == nil {
		return
	}
	r.Get("/admin/channels", s.member(s.channelsPage, true))
	r.Post("/admin/channels/telegram/try", s.member(s.channelTried, true))
	r.Post("/admin/channels/telegram/{do}", s.member(s.fresh(s.channelDone), true))
}

// channelsFrame is what the page of channels shows.
type channelsFrame struct {
	messenger.Standing

	Live    *messenger.Live // what Telegram says just now, where that was asked for
	Rules   []personal.ChannelRule
	Widget  string // the site's chat, for the clinic's site
	Chat    string // and as a page
	Sites   []string
	May     bool
	Mode    string // as it stands in the form
	Another bool   // the form asks whether another bot is meant
	Problem string
	Field   string // that the problem is of
}

// wrong is what is said beside a field.
func (f channelsFrame) wrong(field string) string {
	if f.Field == field {
		return f.Problem
	}
	return ""
}

// version is of the bot as it is shown.
func (f channelsFrame) version() string {
	if f.Held == nil {
		return "0"
	}
	return strconv.Itoa(int(f.Held.Version))
}

// following is how many of the programs that run have what is in use.
func (f channelsFrame) following() int {
	n := 0
	for _, one := range f.Replicas {
		if one.Source == f.Source && (f.Source != messenger.Cabinet || one.Version == f.Held.Version) {
			n++
		}
	}
	return n
}

// channelsPage is GET /cabinet/admin/channels, with what Telegram says just now where ?ask= says so.
func (s *Server) channelsPage(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.channelsShown(w, r, m, channelsFrame{}, nil)
}

func (s *Server) channelsShown(w http.ResponseWriter, r *http.Request, m staff.Member, f channelsFrame, why *core.Error) {
	who, ok := s.policyReader(w, r, m)
	if !ok {
		return
	}
	if err := s.gatherChannels(r, who, &f); err != nil {
		s.failed(w, r, err)
		return
	}
	v, status := s.viewOf(r, m), http.StatusOK
	if r.Method == http.MethodGet && r.URL.Query().Has("ask") {
		live, err := s.Channels.Look(r.Context(), who)
		if why = core.Refusal(err); err != nil && why == nil {
			s.failed(w, r, err)
			return
		}
		if err == nil {
			f.Live = &live
		}
	}
	if why != nil {
		f.Problem, f.Field = s.sentence(v, why), channelField(why.Key)
		if r.Method != http.MethodGet { // what Telegram says is the page's, whatever it says
			status = s.refusedWith(w, why)
		}
	}
	s.render(w, r, status, channelsView(v, f))
}

func (s *Server) gatherChannels(r *http.Request, who core.Actor, f *channelsFrame) error {
	var err error
	if f.Standing, err = s.Channels.Standing(r.Context(), who); err != nil {
		return err
	}
	if f.Mode == "" {
		f.Mode = f.Standing.Mode
	}
	if f.Mode == "" {
		f.Mode = messenger.Polling
	}
	if f.Rules, err = s.office().ChannelRules(r.Context(), who); err != nil {
		return err
	}
	f.Rules = slices.DeleteFunc(f.Rules, func(one personal.ChannelRule) bool {
		return one.Channel != messenger.Telegram && one.Channel != "webchat"
	})
	f.May, f.Sites, f.Chat = changesStaff(who), s.ChatSites, s.PublicURL+"/chat"
	f.Widget = `<script src="` + s.PublicURL + `/chat/widget.js" async></script>`
	return nil
}

// channelField is the field of the form that a refusal is about.
func channelField(key string) string {
	switch key {
	case "messenger_no_token", "messenger_token":
		return "token"
	case "messenger_mode", "messenger_unreachable":
		return "mode"
	}
	return ""
}

// channelTried is POST /cabinet/admin/channels/telegram/try: a message to oneself.
func (s *Server) channelTried(w http.ResponseWriter, r *http.Request, m staff.Member) {
	v := s.viewOf(r, m)
	err := s.Channels.Try(r.Context(), s.acting(r, m), v.Say("channels.try_text"))
	s.channelAnswered(w, r, m, "try", err)
}

// channelDone is POST /cabinet/admin/channels/telegram/{do}: connect, mode, webhook, disconnect. A token that was refused does not come back.
func (s *Server) channelDone(w http.ResponseWriter, r *http.Request, m staff.Member) {
	do, who, ctx := chi.URLParam(r, "do"), s.acting(r, m), r.Context()
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 32)
	if err != nil {
		s.failed(w, r, core.Refuse(core.NotFound, "not_found"))
		return
	}
	switch do {
	case "connect":
		_, err = s.Channels.Connect(ctx, who, messenger.Wanted{
			Token: r.PostFormValue("token"), Mode: r.PostFormValue("mode"), Version: int32(version), Another: r.PostFormValue("another") != "",
		})
	case "mode":
		err = s.Channels.Turn(ctx, who, r.PostFormValue("mode"), int32(version))
	case "webhook":
		err = s.Channels.SetHook(ctx, who)
	case "disconnect":
		err = s.Channels.Disconnect(ctx, who, int32(version))
	default:
		err = core.Refuse(core.NotFound, "not_found")
	}
	s.channelAnswered(w, r, m, do, err)
}

func (s *Server) channelAnswered(w http.ResponseWriter, r *http.Request, m staff.Member, do string, err error) {
	if why := core.Refusal(err); why != nil && why.Code != core.NotFound {
		s.Log.InfoContext(r.Context(), "a step of the channels not done", "step", do, "why", why.Key)
		f := channelsFrame{Another: why.Key == "messenger_another" || r.PostFormValue("another") != ""}
		if mode := r.PostFormValue("mode"); mode == messenger.Polling || mode == messenger.Webhook {
			f.Mode = mode
		}
		s.channelsShown(w, r, m, f, why)
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.tellNext(r, s.view(r).Say("channels.done_"+do))
	http.Redirect(w, r, channelsPath, http.StatusSeeOther)
}

// stateTone is the tone of what a program makes of the bot.
func stateTone(state string) string {
	switch state {
	case messenger.StateWorks, messenger.StateSends:
		return "ok"
	case messenger.StateOff:
		return ""
	case messenger.StateUnregistered:
		return toneWarn
	default:
		return toneBad
	}
}

// whyNot is the class of a message that did not go, in words where there are some.
func (v view) whyNot(l messenger.Lost) string {
	return orWord(v, "channels.why_"+l.Class, l.Class)
}
