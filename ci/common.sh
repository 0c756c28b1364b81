# Sourced by the scripts of this folder: settings, packages, configuring and building.
# Quiet when nothing is to do. Expects `set -euo pipefail`; $preset, if it is not `release`.

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=${preset:-release}
build_dir=${NDBENCH_BUILD_DIR:-$source_dir/build/$preset}

# So that what presets compile alike, which is all that is free of LibTorch, is compiled once.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$source_dir} CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-1}

say() { printf '%s\n' "$*" >&2; }

# install_packages <build|test|fuzz>: installs what is missing of ci/packages.txt; `test` takes what
# `build` does and more, `fuzz` all of it. Needs root or sudo; without either says what to install.
install_packages() {
  local wanted missing=()
  local -A end=([build]='# … and to test it' [test]='# … and to fuzz it' [fuzz]='# no such line')
  wanted=$(sed "/^${end[$1]}/,\$d; /^#/d" "$source_dir/ci/packages.txt")
  local package
  for package in $wanted; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
      missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    # Without a terminal nobody could type a password.
    if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }
    then
      say "missing packages, and neither root nor sudo to install them; run as root:"
      say "  apt-get install --no-install-recommends ${missing[*]}"
      return 1
    fi
    sudo=(sudo)
  fi
  say "installing ${#missing[@]} packages: ${missing[*]}"
  local log
  log=$(mktemp)
  local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
  if ! { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends -y "${missing[@]}"; } \
       >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    say "apt-get failed; its whole output is in $log"
    return 1
  fi
  rm -f "$log"
}

# show_errors <log>: the errors in a log of a build, or its end if it names none.
show_errors() { { grep -E -A 20 'error|FAILED' "$1" || tail -n 30 "$1"; } | tail -n 60 >&2; }

# build [cmake argument…]: configures and builds $preset in $build_dir.
build() {
  local log=$build_dir/build.log
  mkdir -p "$build_dir"
  local started=$SECONDS
  if ! (cd "$source_dir" && cmake --preset "$preset" -B "$build_dir" "$@" >"$log" 2>&1); then
    tail -n 30 "$log" >&2
    say "configuring failed; see $log"
    return 1
  fi
  [ -x "$build_dir/bin/ndbench_suite" ] || say "building in $build_dir, which takes some minutes"
  if ! ninja -C "$build_dir" >>"$log" 2>&1; then
    show_errors "$log"
    say "building failed; see $log"
    return 1
  fi
  if [ $((SECONDS - started)) -gt 10 ]; then say "built in $((SECONDS - started)) s"; fi
}
