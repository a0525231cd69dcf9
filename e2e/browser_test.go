package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// needs is what a browser test needs on the machine; a test without it is skipped with a word on how to get it, and fails where the stories
// are required.
func needs(t *testing.T) (node, chromium string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		lacks(t, "no node: install Node 20 or newer")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if chromium, err = exec.LookPath(name); err == nil {
			break
		}
	}
	if err != nil {
		lacks(t, "no browser: make test installs Debian's chromium")
	}
	for _, path := range []string{"../cabinet/assets/node_modules/playwright-core", "../cabinet/assets/dist/schedule.js"} {
		if _, err := os.Stat(path); err != nil {
			lacks(t, "no web assets: run make assets")
		}
	}
	return node, chromium
}

// lacks ends a test for want of something: skipped at a developer's, failed where ZAPIS_E2E is "required", as `make check` has it.
func lacks(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("ZAPIS_E2E") == "required" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// storyFor bounds one story.
const storyFor = 5 * time.Minute

// tell plays a story in a browser. E2E_SHOTS, where set, is the folder that pictures are left in.
func tell(t *testing.T, s site, story string, settings ...string) {
	t.Helper()
	node, chromium := needs(t)
	ctx, cancel := context.WithTimeout(t.Context(), storyFor)
	defer cancel()
	play := exec.CommandContext(ctx, node, story)
	play.Env = append(os.Environ(), "E2E_URL="+s.URL, "E2E_CHROMIUM="+chromium, "E2E_PROFILE="+t.TempDir())
	play.Env = append(play.Env, settings...)
	out, err := play.CombinedOutput()
	require.NoError(t, err, "%s", out)
	if len(out) > 0 {
		t.Logf("%s", out)
	}
}

func TestAVisitBookedInTheChatAppearsInTheCabinet(t *testing.T) {
	t.Parallel()
	needs(t)
	tell(t, open(t), "booking.mjs")
}

func TestATalkSurvivesTheNetwork(t *testing.T) {
	t.Parallel()
	needs(t)
	tell(t, open(t), "offline.mjs")
}

// polyglots are names that break out of markup, attributes, scripts and templates where a page lets them.
func polyglots() []string {
	return []string{
		`<img src=x onerror=alert(1)>`, `"><script>alert(2)</script>`, `'-alert(3)-'`, `<svg/onload=alert(4)>`, `javascript:alert(5)//`,
		`</script><script>alert(6)</script>`, `{{constructor.constructor('alert(7)')()}}`, "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert(8) )//",
		"${alert(9)}#{alert(9)}<%= alert(9) %>", "\u202Eгнп.иваси<script>alert(10)</script>", "Анна\u200b\u2066<b onclick=alert(11)>\u2069\ufeff",
		`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(12)</script></svg>`,
	}
}

// pages are the addresses that a browser shows, out of the table of routes: a page that is added there is looked at here. Those about a
// patient or a visit are about these.
func pages(t *testing.T, patient, visit, block string) []string {
	t.Helper()
	text, err := os.ReadFile("../cmd/zapis/testdata/routes.txt")
	require.NoError(t, err)
	fill := strings.NewReplacer(
		"/patients/{id}", "/patients/"+patient, "/visits/{id}", "/visits/"+visit, "{token}", "AAAAAAAAAAAAAAAAAAAAAA", "{class}", "contacts",
		"{id}", uuid.NewString(), "{action}", "read", "{name}", block, "{version}", "0", "{message}", "1", // the first that fits
	)
	var out []string
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] != http.MethodGet || strings.HasSuffix(fields[1], "/events") || strings.Contains(line, "an asset") {
			continue
		}
		for _, under := range []string{"/cabinet", "/p/"} {
			if strings.HasPrefix(fields[1], under) {
				out = append(out, fill.Replace(fields[1]))
			}
		}
	}
	require.NotEmpty(t, out)
	return out
}

func TestV14APatientsNameIsOnlyEverText(t *testing.T) {
	t.Parallel()
	needs(t)
	s := open(t)
	conn, err := pgx.Connect(t.Context(), s.OwnerURL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	for i, name := range polyglots() {
		_, err = conn.Exec(t.Context(), `
UPDATE patient SET surname = $1, given = $1 WHERE id IN (SELECT id FROM patient ORDER BY id OFFSET $2 * 4 LIMIT 4)`, name, i)
		require.NoError(t, err)
	}
	var day, patient, visit, twin string // of the branch shown first, on which somebody comes whose name is a picture
	require.NoError(t, conn.QueryRow(t.Context(), `
SELECT v.local_start::date::text, p.id::text, v.id::text, (SELECT min(t.id::text) FROM patient t WHERE t.surname = p.surname AND t.id <> p.id)
FROM visit v JOIN patient p ON p.id = v.patient_id
WHERE p.surname LIKE '<img%' AND v.active AND v.branch_id = (SELECT id FROM branch ORDER BY position LIMIT 1)
ORDER BY v.local_start DESC LIMIT 1`).Scan(&day, &patient, &visit, &twin))
	names, err := json.Marshal(polyglots())
	require.NoError(t, err)
	card := "/cabinet/patients/" + patient
	shown := []string{
		"/cabinet/patients", card, card + "/edit", card + "/sheet", card + "/identity", card + "/medical", "/cabinet/schedule/visits/" + visit, "/cabinet/schedule/sheet",
		"/cabinet/patients/merge?a=" + patient + "&b=" + twin,
	}
	tell(t, s, "names.mjs", "E2E_DATE="+day, "E2E_NAMES="+string(names), "E2E_SHOWN="+strings.Join(shown, " "),
		"E2E_PAGES="+strings.Join(append(pages(t, patient, visit, "visits"), shown[len(shown)-1]), " "))
}

// shop is the clinic's own site: a page with the one line that brings the chat.
func shop(t *testing.T) (string, func(chat string)) {
	t.Helper()
	var chat string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="ru"><title>Клиника</title><h1>Клиника</h1><script src="%s/chat/widget.js" async></script>`, chat)
	}))
	t.Cleanup(server.Close)
	return server.URL, func(address string) { chat = address }
}

func TestTheWidgetBringsTheChatToTheClinicsSite(t *testing.T) {
	t.Parallel()
	needs(t)
	listed, lead := shop(t)
	stranger, leadToo := shop(t)
	s := open(t, listed)
	lead(s.URL)
	leadToo(s.URL)
	tell(t, s, "widget.mjs", "E2E_SITE="+listed, "E2E_STRANGER="+stranger)
}
