package demo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/zapis-clinic/zapis/core/knowledge"
)

// articles are what the clinic tells everybody, in files such as a clinic writes them; places in braces are filled from the clinic's own
// rows, so that an article never says another price than the booking does.
func (c *clinic) articles() (table, error) {
	t := table{
		name: "article", key: columns("slug lang"), columns: columns("id slug lang title body url audience book asked hash"),
	}
	names, err := files.ReadDir("articles")
	if err != nil {
		return t, fmt.Errorf("articles: %w", err)
	}
	for _, name := range names {
		text, err := files.ReadFile("articles/" + name.Name())
		if err != nil {
			return t, fmt.Errorf("articles: %w", err)
		}
		a, bad := knowledge.Parse(name.Name(), c.filled(name.Name(), string(text)))
		if len(bad) > 0 {
			return t, fmt.Errorf("articles: %s", bad[0])
		}
		t.rows = append(t.rows, []any{c.id("article", a.Slug, a.Lang), a.Slug, a.Lang, a.Title, a.Body, a.URL, a.Audience, a.Book, a.Asked, a.Hash()})
	}
	return t, nil
}

func (c *clinic) filled(name, text string) string {
	lang := "ru"
	if strings.Contains(name, ".en.") {
		lang = "en"
	}
	return strings.NewReplacer("{{branches}}", c.branchList(lang), "{{hours}}", c.hoursList(lang), "{{prices}}", c.priceList(lang)).Replace(text)
}

func (c *clinic) branchList(lang string) string {
	var list []string
	for _, b := range c.branches {
		if lang == "en" {
			list = append(list, fmt.Sprintf("• %s, %s (%s), %s", b.cityEN, b.placeEN, b.nameEN, b.phone))
		} else {
			list = append(list, fmt.Sprintf("• %s, %s (%s), %s", b.cityRU, b.placeRU, b.nameRU, b.phone))
		}
	}
	return strings.Join(list, "\n")
}

func (c *clinic) hoursList(lang string) string {
	between := map[string]string{"ru": "перерыв", "en": "closed"}[lang]
	text := c.hoursText(lang)
	if len(c.hours) > 1 {
		text += fmt.Sprintf(", %s %s–%s", between, clock(c.hours[0].to), clock(c.hours[1].from))
	}
	return text + map[string]string{"ru": ", по времени города.", "en": ", in the city's own time."}[lang]
}

func (c *clinic) priceList(lang string) string {
	var list []string
	for _, s := range c.services {
		name := s.nameRU
		if lang == "en" {
			name = s.nameEN
		}
		list = append(list, fmt.Sprintf("• %s: %s ₽", name, thousands(s.price/100)))
	}
	return strings.Join(list, "\n")
}

// thousands writes 2600 as 2 600, with a no-break space.
func thousands(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%d\u00a0%03d", n/1000, n%1000)
}

// links are examples of what stands behind a QR code: a doctor, a branch, a service, a campaign.
func (c *clinic) links() (table, error) {
	t := table{name: "entry_link", key: columns("token"), columns: columns("token kind target")}
	heart := slices.IndexFunc(c.doctors, func(d doctor) bool { return d.specialty == cardiologist })
	ecg := slices.IndexFunc(c.services, func(s service) bool { return s.specialty == cardiologist && s.kind == "procedure" })
	if heart < 0 || ecg < 0 {
		return t, fmt.Errorf("entry links: no cardiologist among %d specialities", len(c.specialties))
	}
	t.rows = [][]any{
		{"demo-ivanova", "doctor", c.doctors[heart].id.String()},
		{"demo-moscow", "branch", c.branches[0].id.String()},
		{"demo-ecg", "service", c.services[ecg].id.String()},
		{"demo-autumn", "campaign", "autumn-checkup"},
	}
	return t, nil
}
