package exam

import (
	"fmt"
	"io/fs"

	"github.com/BurntSushi/toml"
)

// Floor is what a set must reach, in shares of one; zero asks nothing.
type Floor struct {
	Right float64 `toml:"right"` // at least
	Wrong float64 `toml:"wrong"` // at most
	Among float64 `toml:"among_three"`
}

// Floors reads floors.toml of a directory of sets; none where there is no such file.
func Floors(dir fs.FS) (map[string]Floor, error) {
	floors := map[string]Floor{}
	data, err := fs.ReadFile(dir, "floors.toml")
	if err != nil {
		return floors, nil //nolint:nilerr // sets of other people have none
	}
	if err := toml.Unmarshal(data, &floors); err != nil {
		return nil, fmt.Errorf("read floors: %w", err)
	}
	return floors, nil
}

// Below says in words what a result misses; "" where it holds.
func (f Floor) Below(r Result) string {
	n := float64(max(r.Total.Cases, 1))
	switch right, wrong, among := float64(r.Total.Right)/n, float64(r.Total.Wrong)/n, float64(r.Among)/n; {
	case right < f.Right:
		return fmt.Sprintf("%s: %.1f %% right, at least %.1f %% are asked", r.Set, 100*right, 100*f.Right)
	case f.Wrong > 0 && wrong > f.Wrong:
		return fmt.Sprintf("%s: %.1f %% silently wrong, at most %.1f %% are allowed", r.Set, 100*wrong, 100*f.Wrong)
	case among < f.Among:
		return fmt.Sprintf("%s: %.1f %% right among three, at least %.1f %% are asked", r.Set, 100*among, 100*f.Among)
	}
	return ""
}
