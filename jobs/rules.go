package jobs

import (
	"sync"
	"time"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

// Rules reads a person's text into commands, where the clinic stands as it is in the catalog.
type Rules interface {
	Read(c *clinic.Catalog, text string, s understand.Situation) understand.Meaning
}

// Reader is the offline understanding. It keeps an index of the clinic's data as it stands: a change is understood with the next message.
// Taught is what was learned from a clinic's own examples; nil: from the program's.
type Reader struct {
	Taught *understand.Taught

	mu      sync.Mutex
	catalog *clinic.Catalog
	reader  *understand.Reader
}

// Read understands by rules, without a network and without waiting.
func (r *Reader) Read(c *clinic.Catalog, text string, s understand.Situation) understand.Meaning {
	return r.Index(c).Read(text, s)
}

// Index is the understanding of a clinic as it stands in the catalog.
func (r *Reader) Index(c *clinic.Catalog) *understand.Reader {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.catalog != c {
		r.catalog, r.reader = c, r.index(vocabulary(c))
	}
	return r.reader
}

func (r *Reader) index(v understand.Vocabulary) *understand.Reader {
	if r.Taught == nil {
		return understand.New(v)
	}
	return r.Taught.Reader(v)
}

func vocabulary(c *clinic.Catalog) understand.Vocabulary {
	var v understand.Vocabulary
	for _, d := range c.Doctors {
		gender := "male"
		if d.Female {
			gender = "female"
		}
		v.Doctors = append(v.Doctors, understand.Doctor{
			ID: d.ID.String(), Surname: d.Surname, Name: d.Given, Patronymic: d.Patronymic, Gender: gender, Specialties: d.Specialties,
		})
	}
	for _, b := range c.Branches {
		v.Branches = append(v.Branches, understand.Branch{
			ID: b.ID.String(), Name: b.Name.RU, City: b.City.RU, Address: b.Address.RU, English: b.Name.EN + " " + b.City.EN,
		})
	}
	for _, s := range c.Services {
		v.Services = append(v.Services, understand.Service{ID: s.ID.String(), Name: s.Name.RU, English: s.Name.EN})
	}
	return v
}

// situation is where in the talk a text arrives.
func situation(s dialog.Session, zone *time.Location, now time.Time) understand.Situation {
	return understand.Situation{Now: now.In(zone), Lang: s.Lang, Flow: s.Flow(), Asked: s.Asked, Day: s.Day()}
}
