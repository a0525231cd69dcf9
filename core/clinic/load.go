package clinic

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Book holds the newest Catalog for everyone. Current never waits for the database.
type Book struct {
	in  store.Opener
	now atomic.Pointer[Catalog]
}

// Open reads the clinic once.
func Open(ctx context.Context, in store.Opener) (*Book, error) {
	b := &Book{in: in}
	return b, b.Refresh(ctx)
}

// Current is the clinic as last read.
func (b *Book) Current() *Catalog { return b.now.Load() }

// Refresh reads the clinic again if it has changed.
func (b *Book) Refresh(ctx context.Context) error {
	return b.in.InTx(ctx, core.Sys("catalog"), func(tx *store.Tx) error {
		version, err := tx.ClinicVersion(ctx)
		if err != nil {
			return fmt.Errorf("version of the clinic's data: %w", err)
		}
		if c := b.now.Load(); c != nil && c.Version == version {
			return nil
		}
		c, err := load(ctx, tx)
		if err != nil {
			return fmt.Errorf("read the clinic's data: %w", err)
		}
		c.Version = version
		b.now.Store(c)
		return nil
	})
}

// Follow refreshes every few seconds until ctx ends. A database that is away leaves the last reading standing.
func (b *Book) Follow(ctx context.Context, every time.Duration, log *slog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := b.Refresh(ctx); err != nil && ctx.Err() == nil {
				log.WarnContext(ctx, "clinic data not read", "error", err)
			}
		}
	}
}

func load(ctx context.Context, tx *store.Tx) (*Catalog, error) {
	c := &Catalog{Links: map[string]Link{}}
	for _, read := range []func(context.Context, *store.Tx, *Catalog) error{places, services, doctors, texts} {
		if err := read(ctx, tx, c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func places(ctx context.Context, tx *store.Tx, c *Catalog) error {
	rows, err := tx.Branches(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		zone, err := time.LoadLocation(r.Tz)
		if err != nil {
			return fmt.Errorf("time zone of branch %s: %w", r.ID, err)
		}
		c.Branches = append(c.Branches, Branch{
			ID: r.ID, Name: Name{r.NameRu, r.NameEn}, City: Name{r.CityRu, r.CityEn}, Address: Name{r.AddressRu, r.AddressEn},
			Hours: Name{r.HoursRu, r.HoursEn}, Phone: r.Phone, Zone: zone, MinNotice: minutes(r.MinNotice), Horizon: int(r.HorizonDays),
			CancelCutoff: minutes(r.CancelCutoff), Grid: minutes(r.Grid), QuietFrom: int(r.QuietFrom), QuietTo: int(r.QuietTo), Reminders: r.Reminders,
		})
	}
	return nil
}

func services(ctx context.Context, tx *store.Tx, c *Catalog) error {
	specialties, err := tx.Specialties(ctx)
	if err != nil {
		return err
	}
	for _, s := range specialties {
		c.Specialties = append(c.Specialties, Specialty{Code: s.Code, Name: Name{s.NameRu, s.NameEn}})
	}
	rows, err := tx.Services(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		s := Service{
			ID: r.ID, Specialty: r.Specialty, Name: Name{r.NameRu, r.NameEn}, Kind: r.Kind, Duration: minutes(r.Minutes),
			BufferBefore: minutes(r.BufferBefore), BufferAfter: minutes(r.BufferAfter), Reminders: r.Reminders, Price: r.Price, Currency: r.Currency,
		}
		if r.MinNotice != nil {
			d := minutes(*r.MinNotice)
			s.MinNotice = &d
		}
		c.Services = append(c.Services, s)
	}
	return nil
}

func doctors(ctx context.Context, tx *store.Tx, c *Catalog) error {
	people, err := tx.Practitioners(ctx)
	if err != nil {
		return err
	}
	index := make(map[uuid.UUID]int, len(people))
	for i, p := range people {
		index[p.ID] = i
		c.Doctors = append(c.Doctors, Doctor{
			ID: p.ID, Surname: p.Surname, Given: p.Given, Patronymic: p.Patronymic, Female: p.Female, Services: map[uuid.UUID]Terms{},
		})
	}
	roles, err := tx.PractitionerRoles(ctx)
	if err != nil {
		return err
	}
	for _, r := range roles {
		i, ok := index[r.PractitionerID]
		if !ok {
			continue
		}
		d := &c.Doctors[i]
		d.Branches = addNew(d.Branches, r.BranchID)
		d.Specialties = addNew(d.Specialties, r.Specialty)
	}
	return terms(ctx, tx, c, index)
}

func terms(ctx context.Context, tx *store.Tx, c *Catalog, index map[uuid.UUID]int) error {
	performs, err := tx.PractitionerServices(ctx)
	if err != nil {
		return err
	}
	for _, p := range performs {
		if i, ok := index[p.PractitionerID]; ok {
			c.Doctors[i].Services[p.ServiceID] = termsOf(p)
		}
	}
	return nil
}

func termsOf(p db.PractitionerService) Terms {
	var t Terms
	if p.Minutes != nil {
		t.Duration = minutes(*p.Minutes)
	}
	if p.Price != nil {
		t.Price = *p.Price
	}
	return t
}

func texts(ctx context.Context, tx *store.Tx, c *Catalog) error {
	articles, err := tx.Articles(ctx)
	if err != nil {
		return err
	}
	for _, a := range articles {
		c.Articles = append(c.Articles, Article{Slug: a.Slug, Lang: a.Lang, Title: a.Title, Body: a.Body, URL: a.Url})
	}
	links, err := tx.EntryLinks(ctx)
	if err != nil {
		return err
	}
	for _, l := range links {
		c.Links[l.Token] = Link{Kind: l.Kind, Target: l.Target}
	}
	return nil
}

func minutes(n int32) time.Duration { return time.Duration(n) * time.Minute }

func addNew[T comparable](list []T, item T) []T {
	if slices.Contains(list, item) {
		return list
	}
	return append(list, item)
}
