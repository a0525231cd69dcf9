#!/usr/bin/env bash
# Fails when committed generated code is not what the pinned tools would make of its sources now.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# sqlc takes minutes to build, so its output is judged by checksums.
sums=core/store/db/inputs.sha256
if [ -e "$sums" ] && ! difference=$(diff "$sums" <(tools/sql-inputs.sh)); then
  printf 'sqlc output is stale: run "make generate" and commit core/store/db. Changed:\n%s\n' \
    "$(awk '/^[<>]/ { print "  " $3 }' <<<"$difference" | sort -u)" >&2
  exit 1
fi

# templ is quick: its output is made again and compared.
generated() { find . -name '*_templ.go' -not -path '*/node_modules/*' -print0 | sort -z | xargs -0 -r sha256sum; }
sources=$(find . -name '*.templ' -not -path '*/node_modules/*' -print -quit)
[ -n "$sources" ] || exit 0
make .local/bin/templ
before=$(generated)
.local/bin/templ generate -log-level error
if ! difference=$(diff <(echo "$before") <(generated)); then
  printf 'templ output was stale; it is made again, commit it. Changed:\n%s\n' \
    "$(awk '/^[<>]/ { print "  " $3 }' <<<"$difference" | sort -u)" >&2
  exit 1
fi
