package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/zapis-clinic/zapis/dialog/understand"
	"github.com/zapis-clinic/zapis/prompts"
)

type understandCmd struct {
	Now  string   `help:"The moment and zone the phrases are said in, RFC 3339." placeholder:"RFC3339"`
	Text []string `arg:"" optional:"" help:"Phrases; none: one a line from standard input."`
}

// longestLine bounds a phrase read from standard input.
const longestLine = 1 << 20

// Run prints what each phrase is understood as, with the vocabulary of the demo clinic.
func (u understandCmd) Run(e *env) error {
	now := time.Now()
	if u.Now != "" {
		var err error
		if now, err = time.Parse(time.RFC3339, u.Now); err != nil {
			return usageError{fmt.Errorf("--now: %q is not a time such as 2026-11-24T10:15:00+03:00", u.Now)}
		}
	}
	reader, err := newReader()
	if err != nil {
		return err
	}
	out := json.NewEncoder(e.out)
	show := func(text string) error {
		return out.Encode(reader.Read(text, understand.Situation{Now: now, Lang: "ru"}))
	}
	for _, text := range u.Text {
		if err := show(text); err != nil {
			return err
		}
	}
	if len(u.Text) > 0 {
		return nil
	}
	lines := bufio.NewScanner(e.in)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		if err := show(lines.Text()); err != nil {
			return err
		}
	}
	return lines.Err()
}

// newReader understands with the demo clinic's best known names and the clinic's own examples, where ZAPIS_PROMPTS names some.
func newReader() (*understand.Reader, error) {
	taught, err := taughtBy(os.Getenv("ZAPIS_PROMPTS"))
	if err != nil {
		return nil, err
	}
	if taught == nil {
		return understand.New(vocabulary()), nil
	}
	return taught.Reader(vocabulary()), nil
}

// taughtBy is what the examples of a clinic's own directory teach with the program's; nil where none is named.
func taughtBy(dir string) (*understand.Taught, error) {
	if dir == "" {
		return nil, nil //nolint:nilnil // the program's own examples are learned by whoever needs them first
	}
	examples, err := prompts.Intents(prompts.Places(dir)...)
	if err != nil {
		return nil, fmt.Errorf("ZAPIS_PROMPTS: %w", err)
	}
	taught, err := understand.Learn(examples)
	if err != nil {
		return nil, fmt.Errorf("ZAPIS_PROMPTS: %w", err)
	}
	return taught, nil
}

// vocabulary is that of a clinic nobody told us of: the demo clinic's best known names.
func vocabulary() understand.Vocabulary {
	return understand.Vocabulary{
		Doctors: []understand.Doctor{
			{ID: "ivanova", Surname: "Иванова", Name: "Анна", Patronymic: "Петровна", Gender: "female"}, {ID: "petrov", Surname: "Петров", Name: "Илья", Patronymic: "Сергеевич", Gender: "male"},
		},
		Branches: []understand.Branch{{ID: "moscow", Name: "Москва", City: "Москва"}, {ID: "kaliningrad", Name: "Калининград", City: "Калининград"}},
	}
}
