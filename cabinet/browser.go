package cabinet

import (
	"net/http"
	"strings"
)

// aboutOf names the browser of a request in a word or two, for its owner's list of sessions: «Firefox · Linux». It is what the browser
// says of itself, and nothing rests on it.
func aboutOf(r *http.Request) string {
	agent := r.UserAgent()
	first := func(names ...string) string {
		for _, pair := range names {
			sign, name, _ := strings.Cut(pair, "=")
			if strings.Contains(agent, sign) {
				return name
			}
		}
		return ""
	}
	program := first("YaBrowser=Yandex", "Edg/=Edge", "OPR/=Opera", "Firefox=Firefox", "Chrome=Chrome", "Safari=Safari")
	system := first("Android=Android", "iPhone=iPhone", "iPad=iPad", "Windows=Windows", "Mac OS=macOS", "Linux=Linux")
	return strings.Trim(program+" · "+system, " ·")
}
