package cabinet

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
)

// DeepLink is the address that opens the clinic's bot with a payload.
type DeepLink func(ctx context.Context, payload string) (string, error)

// linkOffer is POST /cabinet/me/link: a link by which one's own messenger is bound, shown this once.
func (s *Server) linkOffer(w http.ResponseWriter, r *http.Request, m staff.Member) {
	link, picture, err := s.offer(r.Context(), m)
	if err != nil {
		s.toMe(w, r, err)
		return
	}
	v := s.viewOf(r, m)
	s.render(w, r, http.StatusOK, linkPage(v, link, picture))
}

// hasBot says whether there is a bot at the moment.
func (s *Server) hasBot() bool { return s.DeepLink != nil && (s.HasBot == nil || s.HasBot()) }

func (s *Server) offer(ctx context.Context, m staff.Member) (string, qr, error) {
	if !s.hasBot() {
		return "", qr{}, core.Refuse(core.NotFound, "no_bot")
	}
	payload, err := s.roster.LinkToken(ctx, m.Actor(channel), m.Login)
	if err != nil {
		return "", qr{}, err
	}
	link, err := s.DeepLink(ctx, payload)
	if err != nil {
		return "", qr{}, err
	}
	picture, err := drawQR(link)
	return link, picture, err
}

// unlink is POST /cabinet/me/link/{chat}/end.
func (s *Server) unlink(w http.ResponseWriter, r *http.Request, m staff.Member) {
	chat, err := uuid.Parse(chi.URLParam(r, "chat"))
	if err != nil {
		s.toMe(w, r, core.Refuse(core.NotFound, "link_gone"))
		return
	}
	s.toMe(w, r, s.roster.Unlink(r.Context(), m, chat))
}
