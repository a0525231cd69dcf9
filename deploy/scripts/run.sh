#!/usr/bin/env bash
# Brings the database up to date, fills the demo clinic and serves it; once it answers, prints where. For `make run`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# setting prints a setting as the program will read it: from the environment, else from .env, else the default.
setting() {
  local name=$1 value=${!1:-}
  [ -n "$value" ] || [ ! -r .env ] || value=$(sed -nE "s/^(export )?$name=//p" .env | tail -n 1)
  echo "${value:-$2}"
}

answers() { (exec 3<>"/dev/tcp/${host:-127.0.0.1}/$port") 2>/dev/null; }

addr=$(setting ZAPIS_ADDR 127.0.0.1:8080)
host=${addr%:*} port=${addr##*:}
url=http://${host:-127.0.0.1}:$port
if answers; then
  echo "$addr is taken: stop what listens there, or choose another: make run ZAPIS_ADDR=127.0.0.1:8081" >&2
  exit 1
fi

export ZAPIS_DEMO=${ZAPIS_DEMO:-1}
bin/zapis migrate
bin/zapis demo

# announce waits for the server, which takes this process over below, and says nothing if it ended first.
announce() {
  until answers; do
    kill -0 $$ 2>/dev/null || return
    sleep 0.1
  done
  cat <<TXT

  Zapis runs.
    two phones, patient and clinic   $url/demo
    the clinic's chat                $url/chat
    the cabinet                      $url/cabinet
      logins: admin, doctor, head, cashier, marketing, director, security; password: demo-demo-demo
    Telegram                         set ZAPIS_TELEGRAM_TOKEN and run again
  Ctrl-C stops it. The database goes on: make db-down stops that.

TXT
}
announce &
exec bin/zapis serve
