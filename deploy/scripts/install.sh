#!/usr/bin/env bash
# Installs those of the named Debian packages that are missing, as root or through sudo. Prints to standard error only.
set -euo pipefail

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

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

echo "installing ${missing[*]}" >&2
quiet=(-o Dpkg::Use-Pty=0 -qq)
{
  "${sudo[@]}" apt-get "${quiet[@]}" update
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "${quiet[@]}" install -y --no-install-recommends "${missing[@]}"
} >&2
