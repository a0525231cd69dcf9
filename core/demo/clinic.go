package demo

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the branches' zones, on machines that have none

	"github.com/google/uuid"
)

//go:embed *.txt names/*.txt articles/*.md consent/*.txt
var files embed.FS

// clinic is the clinic itself, without patients.
type clinic struct {
	shape
	branches    []branch
	specialties [][]string // code, Russian, English
	services    []service
	doctors     []doctor
	names       names
}

type branch struct {
	id               uuid.UUID
	nameRU, nameEN   string
	cityRU, cityEN   string
	placeRU, placeEN string
	phone            string
	zone             *time.Location
}

type service struct {
	id             uuid.UUID
	specialty      string
	kind           string
	nameRU, nameEN string
	price          int64 // kopecks
	position       int
}

type doctor struct {
	id        uuid.UUID
	number    int // from 0
	person    person
	specialty string
	services  []int // of clinic.services
	branch    int   // of clinic.branches
	guest     int   // another branch on Tuesdays and Thursdays; the same where there is none
	room      uuid.UUID
	guestRoom uuid.UUID
}

// at is where a doctor works on an ISO weekday.
func (d doctor) at(weekday int) (branch int, room uuid.UUID) {
	if d.guest != d.branch && (weekday == 2 || weekday == 4) {
		return d.guest, d.guestRoom
	}
	return d.branch, d.room
}

func build(s shape) (*clinic, error) {
	c := &clinic{shape: s}
	var err error
	if c.names, err = readNames(); err != nil {
		return nil, err
	}
	if c.branches, err = readBranches(s); err != nil {
		return nil, err
	}
	specialties, err := rows("specialties.txt", 3)
	if err != nil {
		return nil, err
	}
	c.specialties = specialties[:s.specialtyCount]
	if c.services, err = c.readServices(); err != nil {
		return nil, err
	}
	c.doctors, err = c.makeDoctors()
	return c, err
}

// rows reads a table of the embedded files: fields part by "|", lines that begin with "#" are for people.
func rows(file string, fields int) ([][]string, error) {
	text, err := files.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	var out [][]string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(line, "|")
		if len(row) != fields {
			return nil, fmt.Errorf("%s: %d fields instead of %d in %q", file, len(row), fields, line)
		}
		out = append(out, row)
	}
	return out, nil
}

func readBranches(s shape) ([]branch, error) {
	table, err := rows("branches.txt", 8)
	if err != nil {
		return nil, err
	}
	out := make([]branch, 0, s.branchCount)
	for i, r := range table[:s.branchCount] {
		zone, err := time.LoadLocation(r[7])
		if err != nil {
			return nil, fmt.Errorf("branches.txt: %w", err)
		}
		out = append(out, branch{
			id: s.id("branch", i+1), nameRU: r[0], nameEN: r[1], cityRU: r[2], cityEN: r[3], placeRU: r[4], placeEN: r[5],
			phone: r[6], zone: zone,
		})
	}
	return out, nil
}

func (c *clinic) readServices() ([]service, error) {
	table, err := rows("services.txt", 5)
	if err != nil {
		return nil, err
	}
	var out []service
	for i, r := range table {
		roubles, err := strconv.ParseInt(r[4], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("services.txt: price of %q: %w", r[2], err)
		}
		if slices.ContainsFunc(c.specialties, func(s []string) bool { return s[0] == r[0] }) {
			out = append(out, service{
				id: c.id("service", r[3]), specialty: r[0], kind: r[1], nameRU: r[2], nameEN: r[3], price: roubles * 100, position: i,
			})
		}
	}
	return out, nil
}

// makeDoctors gives every branch the same number of doctors, one of each speciality before a second of any. Those of
// doctors.txt come first; the others are made up.
func (c *clinic) makeDoctors() ([]doctor, error) {
	known, err := rows("doctors.txt", 4)
	if err != nil {
		return nil, err
	}
	each := c.doctorCount / c.branchCount
	out := make([]doctor, 0, c.doctorCount)
	for n := range c.doctorCount {
		d := doctor{number: n, branch: n / each, specialty: c.specialties[n%each%len(c.specialties)][0]}
		d.id = c.id("doctor", n+1)
		d.person = c.names.doctor(n)
		for _, k := range known {
			if k[0] == strconv.Itoa(d.branch+1) && k[1] == d.specialty && n%each < len(c.specialties) {
				d.person = named(k[2], k[3] == "f")
			}
		}
		d.room = c.id("room", n+1)
		d.guest = d.branch
		if c.guests > 0 && n%c.guests == c.guests-1 {
			d.guest = c.neighbour(d.branch)
			d.guestRoom = c.id("guest room", n+1)
		}
		for i, s := range c.services {
			if s.specialty == d.specialty {
				d.services = append(d.services, i)
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// neighbour is the next branch in the same city, or the branch itself.
func (c *clinic) neighbour(b int) int {
	for step := 1; step < len(c.branches); step++ {
		if n := (b + step) % len(c.branches); c.branches[n].cityRU == c.branches[b].cityRU {
			return n
		}
	}
	return b
}

// named reads "surname given patronymic"; the surname is made that of a man, from which it follows again.
func named(full string, female bool) person {
	part := strings.Fields(full)
	p := person{family: part[0], given: part[1], patronymic: part[2], female: female}
	if female {
		p.family = strings.TrimSuffix(part[0], "а")
	}
	return p
}
