package demo

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// table is rows for one table. A row that stands (by key) takes the new values of the other columns, or, with keep, is left.
type table struct {
	name    string
	columns []string
	key     []string
	keep    bool
	rows    [][]any
}

func columns(list string) []string { return strings.Fields(list) }

// tables are the clinic's own rows in an order that foreign keys allow.
func (c *clinic) tables() ([]table, error) {
	links, err := c.links()
	if err != nil {
		return nil, err
	}
	articles, err := c.articles()
	if err != nil {
		return nil, err
	}
	consents, err := c.consents()
	if err != nil {
		return nil, err
	}
	return []table{
		c.branchTable(), c.specialtyTable(), c.serviceTable(), c.roomTable(), c.practitionerTable(), c.roleTable(), c.performsTable(),
		c.templateTable(), c.staffTable(), c.processorTable(), articles, consents, links,
	}, nil
}

func (c *clinic) branchTable() table {
	t := table{
		name: "branch", key: columns("id"),
		columns: columns("id name_ru name_en city_ru city_en address_ru address_en hours_ru hours_en phone tz position"),
	}
	for i, b := range c.branches {
		t.rows = append(t.rows, []any{
			b.id, b.nameRU, b.nameEN, b.cityRU, b.cityEN, b.placeRU, b.placeEN, c.hoursText("ru"), c.hoursText("en"), b.phone,
			b.zone.String(), i,
		})
	}
	return t
}

// hoursText is from the first opening to the last closing.
func (c *clinic) hoursText(lang string) string {
	from, to := clock(c.hours[0].from), clock(c.hours[len(c.hours)-1].to)
	days := map[string]string{"ru": "Пн–Сб", "en": "Mon–Sat"}
	if c.sunday {
		days = map[string]string{"ru": "Ежедневно", "en": "Daily"}
	}
	return fmt.Sprintf("%s %s–%s", days[lang], from, to)
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/hour, minutes%hour) }

func (c *clinic) specialtyTable() table {
	t := table{name: "specialty", key: columns("code"), columns: columns("code name_ru name_en position")}
	for i, s := range c.specialties {
		t.rows = append(t.rows, []any{s[0], s[1], s[2], i})
	}
	return t
}

func (c *clinic) serviceTable() table {
	t := table{name: "service", key: columns("id"), columns: columns("id specialty name_ru name_en kind minutes price currency position")}
	for _, s := range c.services {
		t.rows = append(t.rows, []any{s.id, s.specialty, s.nameRU, s.nameEN, s.kind, visitMinutes, s.price, currency, s.position})
	}
	return t
}

func (c *clinic) roomTable() table {
	t := table{name: "resource", key: columns("id"), columns: columns("id branch_id kind name")}
	next := make([]int, len(c.branches))
	add := func(id uuid.UUID, b int) {
		next[b]++
		t.rows = append(t.rows, []any{id, c.branches[b].id, "room", strconv.Itoa(100 + next[b])})
	}
	for _, d := range c.doctors {
		add(d.room, d.branch)
		if d.guest != d.branch {
			add(d.guestRoom, d.guest)
		}
	}
	return t
}

func (c *clinic) practitionerTable() table {
	t := table{name: "practitioner", key: columns("id"), columns: columns("id surname given patronymic female")}
	for _, d := range c.doctors {
		t.rows = append(t.rows, []any{d.id, d.person.surname(), d.person.given, d.person.patronymic, d.person.female})
	}
	return t
}

func (c *clinic) roleTable() table {
	cols := columns("practitioner_id branch_id specialty")
	t := table{name: "practitioner_role", key: cols, columns: cols}
	for _, d := range c.doctors {
		t.rows = append(t.rows, []any{d.id, c.branches[d.branch].id, d.specialty})
		if d.guest != d.branch {
			t.rows = append(t.rows, []any{d.id, c.branches[d.guest].id, d.specialty})
		}
	}
	return t
}

func (c *clinic) performsTable() table {
	cols := columns("practitioner_id service_id")
	t := table{name: "practitioner_service", key: cols, columns: cols}
	for _, d := range c.doctors {
		for _, s := range d.services {
			t.rows = append(t.rows, []any{d.id, c.services[s].id})
		}
	}
	return t
}

// templateTable has a row for each weekday's stretch of work; the break is what lies between two.
func (c *clinic) templateTable() table {
	t := table{
		name: "schedule_template", key: columns("id"),
		columns: columns("id practitioner_id branch_id room_id weekday from_time to_time"),
	}
	for _, d := range c.doctors {
		for weekday := 1; weekday <= 7; weekday++ {
			if !c.works(d.number, weekday) {
				continue
			}
			b, room := d.at(weekday)
			for i, w := range c.hours {
				t.rows = append(t.rows, []any{
					c.id("template", d.number+1, weekday, i), d.id, c.branches[b].id, room, weekday, wall(w.from), wall(w.to),
				})
			}
		}
	}
	return t
}

func wall(minutes int) pgtype.Time {
	return pgtype.Time{Microseconds: int64(minutes) * 60_000_000, Valid: true}
}

func (c *clinic) consents() (table, error) {
	t := table{
		name: "consent_text", key: columns("purpose lang version"), columns: columns("id purpose lang version body sha256"),
		keep: true, // a text of a version stands for good
	}
	for _, purpose := range []string{"processing", "advertising"} {
		for _, lang := range languages() {
			text, err := files.ReadFile("consent/" + purpose + "_" + lang + ".txt")
			if err != nil {
				return t, fmt.Errorf("consent text: %w", err)
			}
			body := strings.TrimSpace(string(text))
			sum := sha256.Sum256([]byte(body))
			t.rows = append(t.rows, []any{c.id("consent", purpose, lang), purpose, lang, 1, body, sum[:]})
		}
	}
	return t, nil
}

func languages() []string { return []string{"ru", "en"} }

// processorTable is the registry of who gets the demo's data: made up, like its patients.
func (c *clinic) processorTable() table {
	return table{
		name: "processor", key: columns("id"), columns: columns("id kind name who country purpose basis medical since"), keep: true,
		rows: [][]any{{
			c.id("processor", "telegram"), "channel", "telegram", "Telegram FZ-LLC", "AE", "переписка с пациентами",
			"согласие на обработку; медицинского не передаётся", false, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		}},
	}
}
