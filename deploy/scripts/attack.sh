#!/usr/bin/env bash
# Attacks a demo clinic of its own, as a stranger and as a signed-in administrator, with sqlmap and wapiti: for `make test-attack`.
# It takes ten minutes at most, reaches nothing but this machine, and fails on any finding that counts. Reports stay in .local/attack.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

out=.local/attack
rm -rf "$out"
mkdir -p "$out"
name=zapis_attack_$$
base=${ZAPIS_OWNER_DATABASE_URL:?run through make test-attack}

# in_database is an address with the trial's database in it.
in_database() { sed -E "s#^([a-z]+://[^/]+/)[^?]*#\1$name#" <<<"$1"; }

# on_owner runs SQL in the owner's own database.
on_owner() { psql -qX -v ON_ERROR_STOP=1 "$base" -c "$1"; }

on_owner "CREATE DATABASE $name"
ZAPIS_DATABASE_URL=$(in_database "$ZAPIS_DATABASE_URL")
ZAPIS_OWNER_DATABASE_URL=$(in_database "$base")
export ZAPIS_DATABASE_URL ZAPIS_OWNER_DATABASE_URL ZAPIS_DEMO=1 ZAPIS_ADDR=127.0.0.1:0 ZAPIS_KEYS=$PWD/$out/keys.json
unset ZAPIS_TELEGRAM_TOKEN

server=
finish() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server"; } || true
  ZAPIS_OWNER_DATABASE_URL=$base on_owner "DROP DATABASE IF EXISTS $name WITH (FORCE)" || true
}
trap finish EXIT

bin/zapis migrate >"$out/migrate.log"
bin/zapis demo >"$out/demo.log"
bin/zapis serve 2>"$out/server.log" &
server=$!
for _ in $(seq 100); do
  addr=$(sed -nE 's/.*"msg":"serving".*"addr":"([^"]+)".*/\1/p' "$out/server.log")
  [ -z "$addr" ] || break
  kill -0 "$server" || { cat "$out/server.log" >&2; exit 1; }
  sleep 0.2
done
url=http://${addr:?it does not serve}

jar=$out/cookies.txt
curl -sS -o /dev/null -c "$jar" "$url/chat"
curl -sS -o /dev/null -b "$jar" -c "$jar" --data 'login=admin&password=demo-demo-demo' "$url/cabinet/login"
cookie=$(awk '$6 ~ /^zapis_/ { printf "%s%s=%s", sep, $6, $7; sep = "; " }' "$jar")
[ "$(curl -sS -o /dev/null -w '%{http_code}' -b "$jar" "$url/cabinet/schedule")" = 200 ] || { echo "the administrator is not signed in" >&2; exit 1; }

day=$(date +%F)
id=01890a5d-ac96-774b-bcce-b302099a8057
cat >"$out/addresses" <<TXT
$url/cabinet/schedule?date=$day&branch=$id
$url/cabinet/schedule/data?date=$day&branch=$id
$url/cabinet/invite/AAAAAAAAAAAAAAAAAAAAAA*
$url/p/AAAAAAAAAAAAAAAAAAAAAA*
$url/demo/state?branch=$id
$url/chat/history?after=1
$url/chat/files/$id*
TXT

# inject has sqlmap try everything it is given, for a while.
inject() {
  local limit=$1 log=$2
  shift 2
  timeout "$limit" sqlmap --batch --disable-coloring --flush-session --output-dir="$out/sqlmap" --cookie="$cookie" --dbms=PostgreSQL \
    --level=2 --risk=1 --technique=BEUS --threads=2 --timeout=10 --retries=1 --ignore-code='*' --skip-waf "$@" >"$out/$log.log" 2>&1 </dev/null ||
    [ $? -eq 124 ] # the time is up: what was found stands in the log
}

echo "sqlmap" >&2
inject 150 sqlmap-get -m "$out/addresses" --param-exclude='^zapis_'
inject 40 sqlmap-login -u "$url/cabinet/login" --data='login=admin&password=x' -p login,password
inject 40 sqlmap-chat -u "$url/chat/messages" --data="{\"id\":\"$id\",\"text\":\"hello\"}" --headers='Content-Type: application/json'

# csrf is left out: it looks for tokens in forms, and here the browser's own word on where a request comes from is checked (V16). nikto, wapp,
# ssrf and xxe reach out to other machines.
echo "wapiti" >&2
"$(sed -n "1s/^#! *//p" "$(command -v wapiti)")" tools/wapiti.py -u "$url/cabinet/schedule" -s "$url/cabinet/me" -s "$url/demo" -s "$url/chat" --scope domain -x "$url/cabinet/logout" -x "$url/cabinet/events" -x "$url/chat/events" -x "$url/demo/events" \
  -m backup,blindsql,cookieflags,crlf,csp,exec,file,http_headers,methods,permanentxss,redirect,shellshock,sql,xss \
  -H "Cookie: $cookie" -f json -o "$out/wapiti.json" --flush-session --no-bugreport --max-scan-time 240 -t 10 -d 4 -v 0 \
  --store-session "$out" >"$out/wapiti.log" 2>&1 </dev/null || { tail -5 "$out/wapiti.log" >&2; exit 1; }

curl -sS -o /dev/null "$url/healthz" || touch "$out/died"
node tools/attack-report.mjs "$out"
