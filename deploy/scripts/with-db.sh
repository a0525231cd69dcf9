#!/usr/bin/env bash
# Runs a command with the database's addresses in its environment, after starting the local one where none is set.
set -euo pipefail
addresses=$("$(dirname "${BASH_SOURCE[0]}")/local-db.sh" up)
while read -r line; do export "${line%%=*}=${line#*=}"; done <<<"$addresses"
exec "$@"
