#!/usr/bin/env bash
# Makes PostgreSQL (15 or newer) and pgvector available and prints the directory of the server's programs.
# With an argument: of that major version, because an existing cluster opens only with its own.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# newest prints the highest installed major version that will do, or nothing.
newest() {
  local program
  for program in /usr/lib/postgresql/*/bin/initdb; do
    if [ -x "$program" ]; then cut -d / -f 5 <<<"$program"; fi
  done | awk '$1 >= 15' | sort -n | tail -n 1
}

# without_apt serves systems whose PostgreSQL comes from elsewhere: it has to be on the PATH already.
without_apt() {
  local bin
  bin=$(pg_config --bindir 2>/dev/null) && [ -x "$bin/initdb" ] && [ -e "$(pg_config --sharedir)/extension/vector.control" ] || {
    echo "install PostgreSQL 15 or newer with pgvector, with pg_config on the PATH, or set ZAPIS_DATABASE_URL and ZAPIS_OWNER_DATABASE_URL" >&2
    exit 1
  }
  echo "$bin"
}

# available says whether the system's own packages include this one.
available() {
  apt-cache show "$1" >/dev/null 2>&1
}

command -v apt-get >/dev/null || { without_apt; exit; }

version=${1:-$(newest)}
if [ -z "$version" ]; then
  "$scripts/install.sh" postgresql
  version=$(newest)
  [ -n "$version" ] || { echo "this system's PostgreSQL is older than 15: install a newer one" >&2; exit 1; }
fi
[ -x "/usr/lib/postgresql/$version/bin/initdb" ] || "$scripts/install.sh" "postgresql-$version"

if [ ! -e "/usr/share/postgresql/$version/extension/vector.control" ]; then
  if available "postgresql-$version-pgvector"; then
    "$scripts/install.sh" "postgresql-$version-pgvector"
  else
    "$scripts/pgvector.sh" "$version" >&2
  fi
fi
echo "/usr/lib/postgresql/$version/bin"
