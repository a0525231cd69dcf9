package cabinet

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/core"
)

// refusedWith is the status of a refusal. Whoever has to wait is told for how long in the header too.
func (s *Server) refusedWith(w http.ResponseWriter, why *core.Error) int {
	switch why.Code {
	case core.NotFound:
		return http.StatusNotFound
	case core.Conflict:
		return http.StatusConflict
	case core.Denied:
		if why.Key == "sign_in_wrong" {
			return http.StatusUnauthorized
		}
		return http.StatusForbidden
	case core.TooMany:
		if wait, ok := why.Args["Wait"].(time.Duration); ok {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		}
		return http.StatusTooManyRequests
	default:
		return http.StatusUnprocessableEntity
	}
}

// sentence puts a refusal into words. A moment is told in the time of the clinic's first branch.
func (s *Server) sentence(v view, why *core.Error) string {
	text := v.Say("error." + why.Key)
	for name, value := range why.Args {
		shown := fmt.Sprint(value)
		switch value := value.(type) {
		case time.Duration:
			shown = strconv.Itoa(int(math.Ceil(value.Minutes())))
		case time.Time:
			shown = value.In(s.zone()).Format("15:04")
		}
		text = strings.ReplaceAll(text, "{"+strings.ToLower(name)+"}", shown)
	}
	return text
}

// zone is where the clinic's clock hangs.
func (s *Server) zone() *time.Location {
	if branches := s.Book.Current().Branches; len(branches) > 0 {
		return branches[0].Zone
	}
	return time.UTC
}
