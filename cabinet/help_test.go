package cabinet_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAWordThatIsNotPlainIsExplainedBesideIt(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	button := regexp.MustCompile(`popovertarget="(help-[a-z]+)" aria-label="[^"]+"`)
	for path, login := range map[string]string{
		"/cabinet/patients/doubles": "admin", "/cabinet/security": "security", "/cabinet/schedule/unmarked": "admin", "/cabinet/schedule/stranded": "admin",
		"/cabinet/hours": "admin", "/cabinet/admin/policies": "director", "/cabinet/admin/health": "security", "/cabinet/security/audit": "security",
		"/cabinet/settings/proposals": "cashier", "/cabinet/questions": "admin", "/cabinet/schedule/feed": "doctor",
		"/cabinet/glass": "head", "/cabinet/admin/channels": "security",
	} {
		for _, lang := range []string{"ru", "en"} {
			b := o.as(login)
			_, page := b.do("GET", path, nil, "Accept-Language", lang)
			found := button.FindAllStringSubmatch(page, -1)
			require.NotEmpty(t, found, path)
			seen := map[string]bool{}
			for _, one := range found {
				assert.False(t, seen[one[1]], "%s has %s twice", path, one[1])
				seen[one[1]] = true
				words := regexp.MustCompile(`id="` + one[1] + `"[^>]*>([^<]*)<`).FindStringSubmatch(page)
				require.Len(t, words, 2, path)
				assert.NotContains(t, words[1], "help.", "%s in %s has no words", one[1], lang)
				assert.Greater(t, len(words[1]), 60, "%s in %s", one[1], lang)
			}
		}
	}
}
