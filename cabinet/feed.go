package cabinet

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	ical "github.com/arran4/golang-ical"
	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/visit"
)

// feedFrame is what the page of one's calendar address is drawn from.
type feedFrame struct {
	Since   time.Time
	Address string // shown this once
}

func (s *Server) feed() visit.Feed {
	return visit.Feed{In: s.DB, Clock: s.Clock, IDs: s.IDs, Random: s.Random}
}

// feedShown is GET /cabinet/schedule/feed: whether one's calendar has an address.
func (s *Server) feedShown(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.feedWith(w, r, m, "", nil)
}

// feedDone is POST /cabinet/schedule/feed/{do}: a new address, or none any more.
func (s *Server) feedDone(w http.ResponseWriter, r *http.Request, m staff.Member) {
	if chi.URLParam(r, "do") == "close" {
		err := s.feed().Close(r.Context(), s.acting(r, m))
		s.feedWith(w, r, m, "", err)
		return
	}
	token, err := s.feed().Open(r.Context(), s.acting(r, m))
	s.feedWith(w, r, m, strings.TrimSuffix(s.PublicURL, "/")+"/calendar/"+token+".ics", err)
}

func (s *Server) feedWith(w http.ResponseWriter, r *http.Request, m staff.Member, address string, err error) {
	f := feedFrame{Address: address}
	if err == nil {
		f.Since, err = s.feed().Since(r.Context(), s.acting(r, m))
	}
	switch why := core.Refusal(err); {
	case why != nil:
		s.refuse(w, r, why)
	case err != nil:
		s.fault(w, r, err)
	default:
		s.render(w, r, http.StatusOK, feedPage(s.viewOf(r, m), f))
	}
}

// calendarOut is GET /calendar/{token}.ics: the visits of the doctor whose secret it is, as a program on their phone reads them.
func (s *Server) calendarOut(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutSuffix(chi.URLParam(r, "token"), ".ics")
	list, err := s.feed().Entries(r.Context(), token)
	if !ok || core.Refusal(err) != nil {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	text := s.calendarText(langOf(r), list)
	sum := sha256.Sum256([]byte(text))
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("Referrer-Policy", "no-referrer")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	if _, err := w.Write([]byte(text)); err != nil && r.Context().Err() == nil {
		s.Log.WarnContext(r.Context(), "calendar not sent in full", "error", err)
	}
}

// calendarText is the same for the same visits, so that its tag is.
func (s *Server) calendarText(lang string, list []visit.Entry) string {
	cal := ical.NewCalendar()
	cal.SetMethod(ical.MethodPublish)
	cal.SetProductId("-//Zapis//Zapis//RU")
	cal.SetRefreshInterval("PT15M")
	for _, x := range list {
		e := cal.AddEvent(x.ID.String() + "@zapis")
		e.SetDtStampTime(x.Made)
		e.SetSequence(int(x.Version))
		e.SetStartAt(x.Start)
		e.SetEndAt(x.End)
		title := strings.ReplaceAll(s.say.in(lang, "feed.visit"), "{count}", strconv.Itoa(int(x.End.Sub(x.Start)/time.Minute)))
		if x.Name != "" {
			title += ", " + x.Name
		}
		e.SetSummary(title)
		if b, ok := s.Book.Current().Branch(x.Branch); ok {
			e.SetLocation(b.Name.In(lang) + ", " + b.Address.In(lang))
		}
	}
	return cal.Serialize()
}
