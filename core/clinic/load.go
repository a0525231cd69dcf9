package clinic

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
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

	mu    sync.Mutex
	heard []func(*Catalog)
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
		b.tell(c)
		return nil
	})
}

// Hear calls fn with the clinic as it is, and again after each change of it that is read.
func (b *Book) Hear(fn func(*Catalog)) {
	b.mu.Lock()
	b.heard = append(b.heard, fn)
	b.mu.Unlock()
	fn(b.Current())
}

func (b *Book) tell(c *Catalog) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, fn := range b.heard {
		fn(c)
	}
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
		b := Branch{
			ID: r.ID, Name: Name{r.NameRu, r.NameEn}, City: Name{r.CityRu, r.CityEn}, Address: Name{r.AddressRu, r.AddressEn},
			Hours: Name{r.HoursRu, r.HoursEn}, Phone: r.Phone, Zone: zone, MinNotice: minutes(r.MinNotice), Horizon: int(r.HorizonDays),
			CancelCutoff: minutes(r.CancelCutoff), Grid: minutes(r.Grid), QuietFrom: int(r.QuietFrom), QuietTo: int(r.QuietTo), Reminders: r.Reminders,
			Channels: r.ReminderChannels, Position: int(r.Position), Closed: !r.Active,
		}
		into(&c.Branches, &c.Shut.Branches, b, b.Closed)
	}
	return nil
}

func services(ctx context.Context, tx *store.Tx, c *Catalog) error {
	specialties, err := tx.Specialties(ctx)
	if err != nil {
		return err
	}
	for _, s := range specialties {
		x := Specialty{Code: s.Code, Name: Name{s.NameRu, s.NameEn}, Reminders: s.Reminders, Position: int(s.Position), Closed: !s.Active}
		into(&c.Specialties, &c.Shut.Specialties, x, x.Closed)
	}
	rows, err := tx.Services(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		s := Service{
			ID: r.ID, Specialty: r.Specialty, Name: Name{r.NameRu, r.NameEn}, Kind: r.Kind, Duration: minutes(r.Minutes),
			BufferBefore: minutes(r.BufferBefore), BufferAfter: minutes(r.BufferAfter), Reminders: r.Reminders, Price: r.Price, Currency: r.Currency,
			Closed: !r.Active || slices.ContainsFunc(c.Shut.Specialties, func(x Specialty) bool { return x.Code == r.Specialty }),
		}
		if r.MinNotice != nil {
			d := minutes(*r.MinNotice)
			s.MinNotice = &d
		}
		into(&c.Services, &c.Shut.Services, s, s.Closed)
	}
	return nil
}

func doctors(ctx context.Context, tx *store.Tx, c *Catalog) error {
	people, err := tx.Practitioners(ctx)
	if err != nil {
		return err
	}
	all := make([]Doctor, 0, len(people))
	index := make(map[uuid.UUID]*Doctor, len(people))
	for _, p := range people {
		all = append(all, Doctor{
			ID: p.ID, Surname: p.Surname, Given: p.Given, Patronymic: p.Patronymic, Female: p.Female, Services: map[uuid.UUID]Terms{}, Closed: !p.Active,
		})
		index[p.ID] = &all[len(all)-1]
	}
	if err := roles(ctx, tx, c, index); err != nil {
		return err
	}
	if err := terms(ctx, tx, index); err != nil {
		return err
	}
	for _, d := range all {
		into(&c.Doctors, &c.Shut.Doctors, d, d.Closed)
	}
	return nil
}

// roles say where doctors practise what; what is shut is practised by nobody.
func roles(ctx context.Context, tx *store.Tx, c *Catalog, index map[uuid.UUID]*Doctor) error {
	shutPlace, shutField := map[uuid.UUID]bool{}, map[string]bool{}
	for _, b := range c.Shut.Branches {
		shutPlace[b.ID] = true
	}
	for _, x := range c.Shut.Specialties {
		shutField[x.Code] = true
	}
	list, err := tx.PractitionerRoles(ctx)
	for _, r := range list {
		d, ok := index[r.PractitionerID]
		if !ok || (!d.Closed && (shutPlace[r.BranchID] || shutField[r.Specialty])) {
			continue
		}
		d.Branches = addNew(d.Branches, r.BranchID)
		d.Specialties = addNew(d.Specialties, r.Specialty)
	}
	return err
}

func terms(ctx context.Context, tx *store.Tx, index map[uuid.UUID]*Doctor) error {
	performs, err := tx.PractitionerServices(ctx)
	for _, p := range performs {
		if d, ok := index[p.PractitionerID]; ok {
			d.Services[p.ServiceID] = termsOf(p)
		}
	}
	return err
}

// into puts x on the list of what is shut, or on that of what is open.
func into[T any](open, shut *[]T, x T, closed bool) {
	if closed {
		open = shut
	}
	*open = append(*open, x)
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
	return ownWords(ctx, tx, c)
}

func ownWords(ctx context.Context, tx *store.Tx, c *Catalog) error {
	rows, err := tx.OwnWords(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		w := Words{Key: r.Key, Lang: r.Lang}
		if err := json.Unmarshal(r.Forms, &w.Forms); err != nil {
			return fmt.Errorf("own words %s: %w", r.Key, err)
		}
		c.Words = append(c.Words, w)
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
