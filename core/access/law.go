package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zapis-clinic/zapis/core"
)

// Law is what no set of policies can grant, in the words of laws.yaml. The compiled-in forbids say the same in Cedar.
type Law struct {
	ID     string   `yaml:"id"`
	Who    []string `yaml:"who"`
	Never  []string `yaml:"never"`
	What   []string `yaml:"what"`
	When   []Word   `yaml:"when"`
	Unless []Word   `yaml:"unless"`
	Above  string   `yaml:"above"`
	Why    string   `yaml:"why"`

	when, unless facts
}

// Laws lists them.
func Laws() ([]Law, error) { return readLaws() }

func readLaws() ([]Law, error) {
	var laws []Law
	if err := strict(lawsText, &laws); err != nil {
		return nil, fmt.Errorf("laws: %w", err)
	}
	for i := range laws {
		if err := laws[i].sound(); err != nil {
			return nil, fmt.Errorf("law %s: %w", laws[i].ID, err)
		}
	}
	return laws, nil
}

func (l *Law) sound() (err error) {
	if l.ID == "" || len(l.Who) == 0 || len(l.Never) == 0 || len(l.What) == 0 {
		return errors.New("a law says who never does what with what")
	}
	for _, list := range []struct{ said, known []string }{
		{l.Who, append(Roles(), "everyone")},
		{l.Never, append(words(core.Actions()), "anything", "change")},
		{l.What, append(words(core.Classes()), "everything")},
	} {
		for _, word := range list.said {
			if !slices.Contains(list.known, word) {
				return fmt.Errorf("%q is none of %s", word, strings.Join(list.known, ", "))
			}
		}
	}
	if l.Above != "" && rank(l.Above) == len(Views()) {
		return fmt.Errorf("above: %q is no view", l.Above)
	}
	if l.when, err = factsOf(l.When); err != nil {
		return err
	}
	l.unless, err = factsOf(l.Unless)
	return err
}

func (l *Law) applies(q question) bool {
	return oneOf(l.Who, q.role, "everyone") && oneOf(l.What, string(q.class), "everything") && l.bars(q.action) &&
		q.facts.has(l.when) && q.facts&l.unless == 0
}

func (l *Law) bars(a core.Action) bool {
	if oneOf(l.Never, string(a), "anything") {
		return true
	}
	return slices.Contains(l.Never, "change") && a != core.Read && a != core.Aggregate && a != core.Export
}

func oneOf(list []string, word, every string) bool {
	return slices.Contains(list, word) || slices.Contains(list, every)
}
