package access

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/zapis-clinic/zapis/core"
)

//go:embed matrix.yaml
var matrixText string

//go:embed laws.yaml
var lawsText string

// DefaultMatrix is the matrix that Zapis comes with, as its file stands.
func DefaultMatrix() string { return matrixText }

// Matrix is who may do what with which data: the agreement that a set of policies is held to. The laws are part of every matrix.
type Matrix struct {
	Classes    map[core.Class]Sheet         `yaml:"classes"`
	Situations map[string]map[string][]Word `yaml:"situations"` // role, situation
	Notes      map[string]string            `yaml:"notes"`
	laws       []Law
}

// Sheet is one class of data: its kinds ("" is none in particular) and a cell for each role.
type Sheet struct {
	Title string             `yaml:"title"`
	Kinds []string           `yaml:"kinds"`
	Cells map[string][]Grant `yaml:"cells"`
}

// Word is the name of a fact, or "clinic" for no condition.
type Word = string

// Grant is one line of a cell.
type Grant struct {
	May   []core.Action `yaml:"may"`
	Of    []Word        `yaml:"of"`
	Sees  string        `yaml:"sees"`
	Kinds []string      `yaml:"kinds"` // none: every kind
	Notes []string      `yaml:"notes"`

	of facts
}

// ReadMatrix reads a matrix under the laws. It is strict: unknown keys, words and notes are refused, and so is a class or a role left out.
func ReadMatrix(text string) (*Matrix, error) {
	m := &Matrix{}
	if err := strict(text, m); err != nil {
		return nil, fmt.Errorf("matrix: %w", err)
	}
	if err := m.complete(); err != nil {
		return nil, fmt.Errorf("matrix: %w", err)
	}
	laws, err := readLaws()
	if err != nil {
		return nil, err
	}
	m.laws = laws
	if err := m.lawful(); err != nil {
		return nil, fmt.Errorf("matrix: %w", err)
	}
	return m, nil
}

// Standard is the matrix that Zapis comes with.
func Standard() (*Matrix, error) { return ReadMatrix(matrixText) }

func strict(text string, into any) error {
	if len(text) > maxText {
		return fmt.Errorf("%d bytes; at most %d are allowed", len(text), maxText)
	}
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return err
	}
	if err := d.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		return errors.New("one document only")
	}
	return nil
}

// complete says that every cell stands there and speaks of what there is.
func (m *Matrix) complete() error {
	if len(m.Classes) != len(core.Classes()) {
		return fmt.Errorf("%d classes; there are %d", len(m.Classes), len(core.Classes()))
	}
	for _, class := range core.Classes() {
		sheet, ok := m.Classes[class]
		if !ok {
			return fmt.Errorf("class %s is missing", class)
		}
		if len(sheet.Kinds) == 0 || len(sheet.Cells) != len(Roles()) {
			return fmt.Errorf("%s: kinds, and a cell for each of %s", class, strings.Join(Roles(), ", "))
		}
		for _, role := range Roles() {
			grants, ok := sheet.Cells[role]
			if !ok {
				return fmt.Errorf("%s: no cell for %s", class, role)
			}
			for i := range grants {
				if err := m.sound(sheet, &grants[i]); err != nil {
					return fmt.Errorf("%s, %s: %w", class, role, err)
				}
			}
		}
	}
	return m.situated()
}

func (m *Matrix) sound(sheet Sheet, g *Grant) (err error) {
	if len(g.May) == 0 || len(g.Of) == 0 {
		return errors.New("a line says what one may and whose data")
	}
	for _, a := range g.May {
		if !slices.Contains(core.Actions(), a) {
			return fmt.Errorf("%q is no action", a)
		}
	}
	if rank(g.Sees) == len(Views()) {
		return fmt.Errorf("sees: %q is none of %s", g.Sees, strings.Join(Views(), ", "))
	}
	for _, kind := range g.Kinds {
		if !slices.Contains(sheet.Kinds, kind) {
			return fmt.Errorf("%q is no kind of this class", kind)
		}
	}
	for _, note := range g.Notes {
		if _, ok := m.Notes[note]; !ok {
			return fmt.Errorf("note %q is missing", note)
		}
	}
	g.of, err = factsOf(g.Of)
	return err
}

func (m *Matrix) situated() error {
	if len(m.Situations) != len(Roles()) {
		return errors.New("situations: each role has its own")
	}
	for _, role := range Roles() {
		for _, s := range Situations() {
			list, ok := m.Situations[role][s]
			if !ok || len(m.Situations[role]) != len(Situations()) {
				return fmt.Errorf("situations of %s: %s", role, strings.Join(Situations(), ", "))
			}
			if _, err := factsOf(list); err != nil {
				return fmt.Errorf("situations of %s: %w", role, err)
			}
		}
	}
	return nil
}

// lawful refuses a line that some law forbids whatever is known: it would promise what nobody ever gets.
func (m *Matrix) lawful() error {
	for class, sheet := range m.Classes {
		for role, grants := range sheet.Cells {
			for _, g := range grants {
				for _, action := range g.May {
					if by := m.barred(place{role, action, class}, g); by != "" {
						return fmt.Errorf("%s, %s: %s is what %s forbids", class, role, action, by)
					}
				}
			}
		}
	}
	return nil
}

// barred is the law under which a line gives nothing even at its best; "" where it gives something.
func (m *Matrix) barred(at place, g Grant) string {
	best := g.of | (1<<inputs-1)&^(agent|glass|restricted|self|author)
	by := ""
	for _, kind := range m.Classes[at.class].Kinds {
		q := question{role: at.role, action: at.action, class: at.class, kind: kind, facts: best}.whole()
		i := slices.IndexFunc(m.laws, func(l Law) bool { return l.applies(q) && (l.Above == "" || rank(l.Above) > rank(g.Sees)) })
		if i < 0 {
			return ""
		}
		by = m.laws[i].ID
	}
	return by
}

// expect is what the matrix and the laws say to a question. It does not look at any policy.
func (m *Matrix) expect(q question) Expected {
	top := 0
	for _, l := range m.laws {
		if !l.applies(q) {
			continue
		}
		if l.Above == "" {
			return Expected{}
		}
		top = max(top, rank(l.Above))
	}
	var out Expected
	for _, g := range m.Classes[q.class].Cells[q.role] {
		if q.facts.has(g.of) && slices.Contains(g.May, q.action) && (len(g.Kinds) == 0 || slices.Contains(g.Kinds, q.kind)) &&
			rank(g.Sees) >= top && (!out.Allowed || rank(g.Sees) < rank(out.View)) {
			out = Expected{Allowed: true, View: g.Sees}
		}
	}
	return out
}
