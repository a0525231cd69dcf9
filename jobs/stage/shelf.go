package stage

import (
	"sync"

	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/dialog/understand"
	"github.com/zapis-clinic/zapis/dialog/words"
	"github.com/zapis-clinic/zapis/jobs"
)

// Shelf keeps what never changes and takes long to make, for stages that play the same clinic: the words and the index of the
// clinic's names, and the policies. What a conversation leaves behind is not here.
type Shelf struct {
	mu      sync.Mutex
	words   *words.Book
	rules   jobs.Reader
	clinics map[int64]*clinic.Catalog
	doorman *access.Guard
}

// guard holds the policies Zapis comes with.
func (s *Shelf) guard() *access.Guard {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.doorman == nil {
		s.doorman = access.Default()
	}
	return s.doorman
}

func (s *Shelf) say() (*words.Book, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.words == nil {
		var err error
		if s.words, err = words.Load(); err != nil {
			return nil, err
		}
	}
	return s.words, nil
}

// Read implements jobs.Rules: catalogs of one version share an index.
func (s *Shelf) Read(c *clinic.Catalog, text string, at understand.Situation) understand.Meaning {
	s.mu.Lock()
	if s.clinics == nil {
		s.clinics = map[int64]*clinic.Catalog{}
	}
	if known, ok := s.clinics[c.Version]; ok {
		c = known
	}
	s.clinics[c.Version] = c
	s.mu.Unlock()
	return s.rules.Read(c, text, at)
}
