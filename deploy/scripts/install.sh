#!/usr/bin/env bash
# Installs those of the named Debian packages that are missing, as root or through sudo. Prints to standard error only.
set -euo pipefail

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

if ! command -v apt-get >/dev/null; then
  echo "no apt-get here: install what Debian calls $* in this system's own way" >&2
  exit 1
fi

missing=()
for package in "$@"; do
  installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "missing packages: ${missing[*]}; install them as root, or install sudo" >&2
    exit 1
  }
  sudo=(sudo)
fi

# quietly runs a command and shows what it said only if it failed.
quietly() {
  local said
  said=$("$@" 2>&1) || { printf '%s\n' "$said" >&2; exit 1; }
}

echo "installing ${missing[*]}" >&2
quietly "${sudo[@]}" apt-get -qq update
quietly "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}"
