#!/usr/bin/env bash
# The local PostgreSQL of this checkout: `local-db.sh up` and `local-db.sh down`, each as often as you like.
# On standard output `up` prints two lines and nothing else: ZAPIS_DATABASE_URL=… and ZAPIS_OWNER_DATABASE_URL=….
#
#   .local/pg            the cluster (or a link to it, see data_directory)
#   .local/database.env  the two lines, once the cluster runs: port and passwords live here and nowhere else
#
# ZAPIS_CLUSTER=test names another cluster, in .local/test with the settings of postgresql-test.conf too. It lives in memory where there is
# plenty, for tests make and drop hundreds of databases of hundreds of files; `down` throws it away.
set -euo pipefail
umask 022
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
deploy=$(dirname "$scripts")
cluster=${ZAPIS_CLUSTER:-}
local=$(dirname "$deploy")/.local${cluster:+/$cluster}
addresses=$local/database.env

die() { echo "$*" >&2; exit 1; }

# as_server runs a command as the user the server runs as: PostgreSQL refuses root, so root lends it to `postgres`.
as_server() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && setpriv --reuid=postgres --regid=postgres --init-groups -- env HOME=/ "$@")
  else
    "$@"
  fi
}

# data_directory prints where the cluster lives, making the place if needed. It is .local/pg, except where the server's
# user cannot get into the checkout (root's home, say) or where the path is too long for a socket's name (107 bytes):
# then it is a directory in /var/tmp named for the checkout, and .local/pg is a link to it.
data_directory() {
  local pg=$local/pg away
  if [ -d "$pg" ]; then readlink -f "$pg"; return; fi
  if [ "$cluster" = test ] && roomy; then
    away=/dev/shm/zapis-$(printf %s "$local" | sha256sum | cut -c1-16)
    [ -d "$away" ] || mkdir -m 700 "$away"
    ln -sfn "$away" "$pg"
  elif [ ${#pg} -lt 80 ] && as_server test -x "$local"; then
    rm -f "$pg"
    mkdir -m 700 "$pg"
    away=$pg
  else
    away=/var/tmp/zapis-$(printf %s "$local" | sha256sum | cut -c1-16)
    [ -d "$away" ] || mkdir -m 700 "$away"
    ln -sfn "$away" "$pg"
  fi
  if [ "$(id -u)" -eq 0 ]; then chown postgres: "$away"; fi
  [ ! -L "$away" ] && as_server test -O "$away" || die "$away belongs to somebody else: remove it"
  echo "$away"
}

# roomy says that memory has room for the databases of a whole test run, and as much again.
roomy() {
  local free memory
  free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
  memory=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null)
  [ "${free:-0}" -gt 6000000 ] && [ "${memory:-0}" -gt 8000000 ]
}

# running says whether the server of this cluster runs and takes connections. A pid file left by a crash names a
# process that is gone or is something else: only a server works inside its own data directory.
running() {
  local data=$1 pid
  [ -r "$data/postmaster.pid" ] && pid=$(head -n 1 "$data/postmaster.pid") || return 1
  [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$data" ] && grep -q '^ready' "$data/postmaster.pid"
}

# setting prints one part of the saved application or owner address: `setting zapis_app password`, `setting zapis_app port`.
setting() {
  local part=2
  [ "$2" = port ] && part=3
  [ -r "$addresses" ] || return 0
  sed -nE "s#.*//($1):([^@]*)@127\.0\.0\.1:([0-9]+)/.*#\\$part#p" "$addresses"
}

secret() { od -An -N 24 -t x1 /dev/urandom | tr -d ' \n'; }

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port prints a loopback port nobody listens on, below the range that outgoing connections take theirs from.
free_port() {
  local port
  while :; do
    port=$((20000 + (RANDOM % 12000)))
    taken "$port" || { echo "$port"; return; }
  done
}

configure() {
  local data=$1 port=$2
  { cat "$deploy/postgresql-local.conf" ${cluster:+"$deploy/postgresql-$cluster.conf"}; printf "port = %s\nunix_socket_directories = '%s'\n" "$port" "$data"; } |
    as_server tee "$data/postgresql.conf" >/dev/null
  # The socket stands in a directory only the server's user can enter; over the network a password is asked.
  printf 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n' | as_server tee "$data/pg_hba.conf" >/dev/null
}

# start leaves the server running and prints its port: the saved one, or another where that one is taken by now.
# It tries for a while, because after a crash the processes the server left behind hold its memory a moment longer.
start() {
  local data=$1 bin=$2 port try pid
  port=$(setting zapis_app port)
  if [ -e "$data/postmaster.pid" ]; then
    pid=$(head -n 1 "$data/postmaster.pid")
    # The number lives on as another process, which would keep the server from starting.
    [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$data" ] || rm -f "$data/postmaster.pid"
  fi
  for try in 1 2 3 4 5; do
    if [ -z "$port" ] || taken "$port"; then port=$(free_port); fi
    configure "$data" "$port"
    if as_server "$bin/pg_ctl" -D "$data" -l "$data/server.log" -w -t 120 -s start >/dev/null 2>&1 9>&-; then
      echo "$port"
      return
    fi
    sleep "$try"
  done
  as_server tail -n 5 "$data/server.log" >&2
  die "PostgreSQL does not start: see $local/pg/server.log"
}

# provision makes roles, database and extensions, and saves the addresses. Template1 gets the extensions too, so that
# every database the tests create has them and zapis_owner, who creates them (CREATEDB), needs no superuser.
provision() {
  local data=$1 bin=$2 port=$3 owner app
  owner=$(setting zapis_owner password) app=$(setting zapis_app password)
  export ZAPIS_OWNER_PASSWORD=${owner:-$(secret)} ZAPIS_APP_PASSWORD=${app:-$(secret)}
  local psql=("$bin/psql" -X -q -h "$data" -p "$port" -U postgres -v ON_ERROR_STOP=1)
  { echo 'SET client_min_messages = warning;'; cat "$deploy/extensions.sql"; } | as_server "${psql[@]}" -d template1 >&2
  # Read from standard input: the server's user may be unable to open the checkout.
  sed -e '/^\\ir /{' -e "r $deploy/extensions.sql" -e 'd' -e '}' "$deploy/roles.sql" |
    as_server "${psql[@]}" -d postgres >&2
  as_server "${psql[@]}" -d postgres -c 'ALTER ROLE zapis_owner CREATEDB' >&2
  (
    umask 077
    at="127.0.0.1:$port/zapis?sslmode=disable"
    printf '%s=postgres://%s:%s@%s\n' \
      ZAPIS_DATABASE_URL zapis_app "$ZAPIS_APP_PASSWORD" "$at" \
      ZAPIS_OWNER_DATABASE_URL zapis_owner "$ZAPIS_OWNER_PASSWORD" "$at" >"$addresses.new"
    mv "$addresses.new" "$addresses"
  )
}

up() {
  local data bin port version=
  if [ -n "${ZAPIS_DATABASE_URL:-}" ]; then
    printf 'ZAPIS_DATABASE_URL=%s\nZAPIS_OWNER_DATABASE_URL=%s\n' "$ZAPIS_DATABASE_URL" "${ZAPIS_OWNER_DATABASE_URL:-}"
    return
  fi
  mkdir -p "$local"
  [ -w "$local" ] || die "$local belongs to another user: run as that user, or remove it"
  exec 9>"$local/database.lock"
  flock 9
  if [ -r "$addresses" ] && [ -d "$local/pg" ] && running "$(readlink -f "$local/pg")"; then
    cat "$addresses"
    return
  fi
  if [ -r "$local/pg/PG_VERSION" ]; then version=$(cat "$local/pg/PG_VERSION"); fi
  bin=$("$scripts/postgres-packages.sh" "$version" 9>&-)
  data=$(data_directory)
  if ! as_server test -e "$data/PG_VERSION"; then
    as_server "$bin/initdb" -D "$data" -U postgres -E UTF8 --locale=C.UTF-8 -A trust --no-instructions 9>&- >/dev/null
  fi
  if running "$data"; then port=$(sed -n 4p "$data/postmaster.pid"); else port=$(start "$data" "$bin"); fi
  provision "$data" "$bin" "$port"
  cat "$addresses"
}

down() {
  local data bin
  [ -d "$local/pg" ] || return 0
  data=$(readlink -f "$local/pg")
  if running "$data"; then
    bin=$(dirname "$(readlink "/proc/$(head -n 1 "$data/postmaster.pid")/exe")")
    as_server "$bin/pg_ctl" -D "$data" -m fast -w -s stop >&2
  fi
  case $data in /dev/shm/*) rm -rf "$data" "$local/pg" ;; esac
}

case ${1:-} in
  up) up ;;
  down) down ;;
  *) echo "usage: local-db.sh up|down" >&2; exit 2 ;;
esac
