// Package migrations decides what the database looks like: numbered SQL files, applied in order and never changed once released.
package migrations

import "embed"

// FS holds the numbered files.
//
//go:embed *.sql
var FS embed.FS
