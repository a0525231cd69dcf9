#!/usr/bin/env bash
# Builds and installs pgvector for the PostgreSQL of the given major version, from Debian's own source package.
# Debian 12 ships no pgvector; Debian 13's source builds on it unchanged, in half a minute. The source comes from the
# mirror this machine already trusts, through an apt configuration that lives only as long as this script.
set -euo pipefail
version=$1
release=trixie
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

"$scripts/install.sh" build-essential dpkg-dev "postgresql-server-dev-$version"

codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
  awk -v codename="$codename" '$1 == "Debian" && $2 == codename { print $3; exit }')
[ -n "$mirror" ] || {
  echo "no Debian mirror among apt's sources: install pgvector for PostgreSQL $version yourself" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/source"
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" >"$work/sources.list"
apt=(apt-get -qq
  -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=-
  -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache"
  -o "APT::Sandbox::User=$(id -un)")

echo "building pgvector for PostgreSQL $version"
"${apt[@]}" update
(cd "$work/source" && "${apt[@]}" source pgvector >"$work/log" 2>&1) || { cat "$work/log"; exit 1; }

# OPTFLAGS is emptied so that the library runs on other processors than this one; LLVM's copy of the code is not used (jit is off).
build=(make -s -C "$(echo "$work"/source/pgvector-*/)" OPTFLAGS= with_llvm=no "PG_CONFIG=/usr/lib/postgresql/$version/bin/pg_config")
"${build[@]}"
if [ "$(id -u)" -eq 0 ]; then "${build[@]}" install; else sudo "${build[@]}" install; fi
