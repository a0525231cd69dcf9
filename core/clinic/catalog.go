// Package clinic decides what the clinic is: its branches, specialities, services, prices, and who performs what.
package clinic

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Name is a text in the clinic's languages.
type Name struct{ RU, EN string }

// In returns the text in lang ("ru", "en"); Russian where there is none.
func (n Name) In(lang string) string {
	if lang == "en" && n.EN != "" {
		return n.EN
	}
	return n.RU
}

// Branch is a place. Minutes are whole minutes.
type Branch struct {
	ID           uuid.UUID
	Name         Name
	City         Name
	Address      Name
	Hours        Name
	Phone        string
	Zone         *time.Location
	MinNotice    time.Duration // from now to the first bookable moment
	Horizon      int           // days that can be booked ahead
	CancelCutoff time.Duration // before the visit; later only the desk cancels or moves
	Grid         time.Duration // between offered beginnings
	QuietFrom    int           // hour of the evening from which notices wait
	QuietTo      int           // hour of the morning until which they wait
	Reminders    []int32       // minutes before the visit
	Channels     []string      // where a reminder goes first; what is not listed comes after, by who wrote last
	Position     int
	Closed       bool
}

// Specialty is a kind of doctor; Code is one of those of the contract.
type Specialty struct {
	Code      string
	Name      Name
	Reminders []int32 // minutes before the visit; nil: the branch's
	Position  int
	Closed    bool
}

// Service is what a practitioner performs.
type Service struct {
	ID           uuid.UUID
	Specialty    string
	Name         Name
	Kind         string // initial, repeat, procedure
	Duration     time.Duration
	BufferBefore time.Duration
	BufferAfter  time.Duration
	MinNotice    *time.Duration
	Reminders    []int32
	Price        int64 // kopecks
	Currency     string
	Closed       bool
}

// Doctor is a practitioner with one calendar over all branches.
type Doctor struct {
	ID          uuid.UUID
	Surname     string
	Given       string
	Patronymic  string
	Female      bool
	Branches    []uuid.UUID
	Specialties []string
	Services    map[uuid.UUID]Terms
	Closed      bool
}

// Terms are a doctor's own duration and price of a service; zero is the service's.
type Terms struct {
	Duration time.Duration
	Price    int64
}

// Short is «Иванова А. П.».
func (d Doctor) Short() string {
	parts := []string{d.Surname}
	for _, name := range []string{d.Given, d.Patronymic} {
		if r := []rune(name); len(r) > 0 {
			parts = append(parts, string(r[0])+".")
		}
	}
	return strings.Join(parts, " ")
}

// Full is «Иванова Анна Петровна».
func (d Doctor) Full() string {
	return strings.Join(strings.Fields(d.Surname+" "+d.Given+" "+d.Patronymic), " ")
}

// Article is something the clinic tells everybody. URL is of the same text on the clinic's site, where it stands there.
type Article struct {
	Slug, Lang, Title, Body, URL string
}

// Link is what an entry link's token leads to.
type Link struct {
	Kind, Target string
}

// Words are the clinic's own for something that the bot says. Forms are "other", and "one", "few", "many" where it counts.
type Words struct {
	Key, Lang string
	Forms     map[string]string
}

// Shut is what the clinic offers no more. It is found by its id, for the visits that hang on it, and is in no list.
type Shut struct {
	Branches    []Branch
	Specialties []Specialty
	Services    []Service
	Doctors     []Doctor
}

// Catalog is the clinic at one moment. It is never changed after it was read: a change makes a new one.
type Catalog struct {
	Version     int64
	Branches    []Branch
	Specialties []Specialty
	Services    []Service
	Doctors     []Doctor
	Articles    []Article
	Links       map[string]Link
	Words       []Words
	Shut        Shut

	once sync.Once
	at   finder
}

// finder says where in its lists the catalog has what is asked for again and again: a large clinic has a thousand doctors.
type finder struct {
	branches, services, doctors map[uuid.UUID]int    // in its lists, those that are shut after the others
	practising                  map[string][]int     // speciality → doctors
	offered                     map[string][]Service // speciality → services, those a first visit begins with first
}

func (c *Catalog) index() *finder {
	c.once.Do(func() {
		c.at = finder{
			branches: byID(c.Branches, c.Shut.Branches, func(b Branch) uuid.UUID { return b.ID }), services: byID(c.Services, c.Shut.Services, func(s Service) uuid.UUID { return s.ID }),
			doctors: byID(c.Doctors, c.Shut.Doctors, func(d Doctor) uuid.UUID { return d.ID }), practising: map[string][]int{}, offered: map[string][]Service{},
		}
		for i, d := range c.Doctors {
			for _, code := range d.Specialties {
				c.at.practising[code] = append(c.at.practising[code], i)
			}
		}
		for _, s := range c.Services {
			c.at.offered[s.Specialty] = append(c.at.offered[s.Specialty], s)
		}
		order := []string{"initial", "repeat", "procedure"}
		for _, list := range c.at.offered {
			slices.SortStableFunc(list, func(a, b Service) int { return cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind)) })
		}
	})
	return &c.at
}

func byID[T any](open, shut []T, id func(T) uuid.UUID) map[uuid.UUID]int {
	at := make(map[uuid.UUID]int, len(open)+len(shut))
	for i, x := range open {
		at[id(x)] = i
	}
	for i, x := range shut {
		at[id(x)] = len(open) + i
	}
	return at
}

func get[T any](open, shut []T, at map[uuid.UUID]int, id uuid.UUID) (T, bool) {
	i, ok := at[id]
	switch {
	case ok && i < len(open):
		return open[i], true
	case ok:
		return shut[i-len(open)], true
	}
	var none T
	return none, false
}

// Branch finds a branch, a closed one too.
func (c *Catalog) Branch(id uuid.UUID) (Branch, bool) {
	return get(c.Branches, c.Shut.Branches, c.index().branches, id)
}

// Specialty finds a speciality by its code, a closed one too.
func (c *Catalog) Specialty(code string) (Specialty, bool) {
	if s, ok := find(c.Specialties, func(s Specialty) bool { return s.Code == code }); ok {
		return s, true
	}
	return find(c.Shut.Specialties, func(s Specialty) bool { return s.Code == code })
}

// Service finds a service, a closed one too.
func (c *Catalog) Service(id uuid.UUID) (Service, bool) {
	return get(c.Services, c.Shut.Services, c.index().services, id)
}

// Doctor finds a doctor, a closed one too.
func (c *Catalog) Doctor(id uuid.UUID) (Doctor, bool) {
	return get(c.Doctors, c.Shut.Doctors, c.index().doctors, id)
}

// Article finds an article, in Russian where lang has none.
func (c *Catalog) Article(slug, lang string) (Article, bool) {
	if a, ok := find(c.Articles, func(a Article) bool { return a.Slug == slug && a.Lang == lang }); ok {
		return a, true
	}
	return find(c.Articles, func(a Article) bool { return a.Slug == slug && a.Lang == "ru" })
}

// DoctorsOf lists who practises a speciality in a branch; an empty code or a nil branch is any.
func (c *Catalog) DoctorsOf(specialty string, branch uuid.UUID) []Doctor {
	var out []Doctor
	for d := range c.practising(specialty) {
		if branch == uuid.Nil || slices.Contains(d.Branches, branch) {
			out = append(out, *d)
		}
	}
	return out
}

// practising are a speciality's doctors, in their order; an empty code is all.
func (c *Catalog) practising(specialty string) iter.Seq[*Doctor] {
	return func(yield func(*Doctor) bool) {
		if specialty == "" {
			for i := range c.Doctors {
				if !yield(&c.Doctors[i]) {
					return
				}
			}
		}
		for _, i := range c.index().practising[specialty] {
			if !yield(&c.Doctors[i]) {
				return
			}
		}
	}
}

// BranchesOf lists where a speciality is practised, or where a doctor works.
func (c *Catalog) BranchesOf(specialty string, doctor uuid.UUID) []Branch {
	there := map[uuid.UUID]bool{}
	for d := range c.practising(specialty) {
		if doctor == uuid.Nil || d.ID == doctor {
			for _, b := range d.Branches {
				there[b] = true
			}
		}
	}
	var out []Branch
	for _, b := range c.Branches {
		if there[b.ID] {
			out = append(out, b)
		}
	}
	return out
}

// ServicesOf lists a speciality's services, those a first visit begins with first.
func (c *Catalog) ServicesOf(specialty string, doctor uuid.UUID) []Service {
	var out []Service
	d, known := c.Doctor(doctor)
	for _, s := range c.index().offered[specialty] {
		if _, performs := d.Services[s.ID]; known && !performs {
			continue
		}
		out = append(out, s)
	}
	return out
}

// Terms are the duration and the price of a service with a doctor.
func (c *Catalog) Terms(doctor, service uuid.UUID) Terms {
	s, _ := c.Service(service)
	d, _ := c.Doctor(doctor)
	own := d.Services[service]
	return Terms{Duration: cmp.Or(own.Duration, s.Duration), Price: cmp.Or(own.Price, s.Price)}
}

// Bookable lists the specialities somebody practises.
func (c *Catalog) Bookable() []Specialty {
	var out []Specialty
	for _, s := range c.Specialties {
		if len(c.index().practising[s.Code]) > 0 && len(c.index().offered[s.Code]) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func find[T any](list []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i], true
	}
	var none T
	return none, false
}
