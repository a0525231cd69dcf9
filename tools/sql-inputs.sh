#!/usr/bin/env bash
# Prints a checksum of everything sqlc's output follows from, and of the output itself. `make generate` writes it beside the
# output, and the check compares it: so a stale or hand-edited file is found without building sqlc.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/.."
{
  printf '%s\n' sqlc.yaml tools/sqlc/go.mod
  find migrations core/store/db -type f \( -name '*.sql' -o -name '*.go' \) ! -name '*_test.go'
  find . -mindepth 2 -maxdepth 3 -name 'queries*.sql' -not -path '*/node_modules/*' -printf '%P\n'
} | sort -u | xargs sha256sum
