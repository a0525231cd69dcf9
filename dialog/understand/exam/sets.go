package exam

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Set is a file of cases.
type Set struct {
	Name  string
	Cases []Case
}

// longestCase bounds a line of a set.
const longestCase = 1 << 20

// Sets reads every set that lies in a directory: <name>.jsonl, and <name>.json of the forms of other people's sets.
// A name picks one.
func Sets(dir fs.FS, name string) ([]Set, error) {
	files, err := fs.ReadDir(dir, ".")
	if err != nil {
		return nil, fmt.Errorf("look for sets: %w", err)
	}
	var sets []Set
	for _, file := range files {
		kind := path.Ext(file.Name())
		set := Set{Name: strings.TrimSuffix(file.Name(), kind)}
		if kind != ".jsonl" && kind != ".json" || name != "" && name != set.Name {
			continue
		}
		data, err := fs.ReadFile(dir, file.Name())
		if err != nil {
			return nil, fmt.Errorf("read set %s: %w", set.Name, err)
		}
		if kind == ".json" {
			set.Cases, err = foreign(data)
		} else {
			set.Cases, err = lines(data)
		}
		if err != nil {
			return nil, fmt.Errorf("set %s: %w", set.Name, err)
		}
		sets = append(sets, set)
	}
	if len(sets) == 0 {
		return nil, fmt.Errorf("there is no set %q", name)
	}
	slices.SortFunc(sets, func(a, b Set) int { return strings.Compare(a.Name, b.Name) })
	return sets, nil
}

func lines(data []byte) ([]Case, error) {
	var cases []Case
	scan := bufio.NewScanner(bytes.NewReader(data))
	scan.Buffer(nil, longestCase)
	for n := 1; scan.Scan(); n++ {
		if len(bytes.TrimSpace(scan.Bytes())) == 0 {
			continue
		}
		var c Case
		if err := json.Unmarshal(scan.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if err := c.check(); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		cases = append(cases, c)
	}
	return cases, scan.Err()
}

// ForeignDay is a moment by the grain that counts.
type ForeignDay struct {
	Kind  string    `json:"kind"`
	Start time.Time `json:"start"`
	Grain string    `json:"grain"`
}

// foreign reads a list of cases, or {"cases": […]} whose cases have "reference_time" and "expected".
func foreign(data []byte) ([]Case, error) {
	var list []Case
	if err := json.Unmarshal(data, &list); err == nil {
		return list, nil
	}
	var set struct {
		Cases []struct {
			Text      string
			Reference time.Time `json:"reference_time"`
			Expected  json.RawMessage
		}
	}
	if err := json.Unmarshal(data, &set); err != nil {
		return nil, err
	}
	for _, c := range set.Cases {
		expect := &Time{}
		var moment ForeignDay
		if err := json.Unmarshal(c.Expected, &moment); err != nil {
			return nil, fmt.Errorf("%q: %w", c.Text, err)
		}
		switch {
		case string(c.Expected) == "null":
			expect.None = true
		case moment.Kind == "":
			if err := json.Unmarshal(c.Expected, expect); err != nil {
				return nil, fmt.Errorf("%q: %w", c.Text, err)
			}
		default:
			expect.Instant = &moment
		}
		list = append(list, Case{Text: c.Text, Now: c.Reference, Expect: expect})
	}
	return list, nil
}
