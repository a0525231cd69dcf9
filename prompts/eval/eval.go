// Package eval holds the sets by which the understanding is measured. Only `zapis eval` and tests have use for them.
package eval

import "embed"

// Sets are <name>.jsonl, a case a line, and floors.toml, what each set must reach.
//
//go:embed *.jsonl floors.toml
var Sets embed.FS
