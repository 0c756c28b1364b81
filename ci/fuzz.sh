#!/usr/bin/env bash
# Builds the fuzz targets of tests/fuzz with clang, in a build folder of their own, and runs each
# with its corpus (tests/fuzz/corpus/<target>). Fails on any crash, leak, hang, or allocation of
# more than 100 MB; what made it fail is kept in the build folder.
#
#   ci/fuzz.sh                        all, 20 seconds each
#   ci/fuzz.sh --seconds 600 suite    one, ten minutes
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() { sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

seconds=20
targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=${2:?--seconds needs a number}; shift ;;
    --seconds=*) seconds=${1#*=} ;;
    --help) usage; exit 0 ;;
    -*) say "unknown option '$1'"; usage >&2; exit 2 ;;
    *) targets+=("$1") ;;
  esac
  shift
done
if ! [[ $seconds =~ ^[1-9][0-9]*$ ]]; then
  say "--seconds: '$seconds' is not a number of seconds"
  exit 2
fi
if [ ${#targets[@]} -eq 0 ]; then
  for file in "$source_dir"/tests/fuzz/*_fuzz.cpp; do
    target=$(basename "$file" _fuzz.cpp)
    targets+=("$target")
  done
fi
for target in "${targets[@]}"; do
  if [ ! -e "$source_dir/tests/fuzz/${target}_fuzz.cpp" ]; then
    say "'$target' is no fuzz target; see tests/fuzz/*_fuzz.cpp"
    exit 2
  fi
done

install_packages fuzz
clang=${NDBENCH_CLANG:-clang++}
build_dir=${NDBENCH_FUZZ_BUILD_DIR:-$source_dir/build/fuzz}
mkdir -p "$build_dir"
log=$build_dir/build.log
if ! { cmake -S "$source_dir" -B "$build_dir" -G Ninja -DCMAKE_BUILD_TYPE=None \
         -DCMAKE_CXX_COMPILER="$clang" -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
         -DCMAKE_CXX_FLAGS="-O1 -g1 -fno-sanitize-recover=all" \
         -DNDBENCH_SANITIZE=fuzzer-no-link,address,undefined \
         -DNDBENCH_BUILD_TESTS=OFF -DNDBENCH_BUILD_FUZZERS=ON &&
       ninja -C "$build_dir" "${targets[@]/%/_fuzz}"; } >"$log" 2>&1; then
  show_errors "$log"
  say "building the fuzz targets failed; see $log"
  exit 1
fi

# What the readers are fed with goes into memory, and is gone with this script.
scratch=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")/ndbench-fuzz-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
failed=()
for target in "${targets[@]}"; do
  kept=$source_dir/tests/fuzz/corpus/$target
  found=$build_dir/corpus/$target
  crashes=$build_dir/crashes/$target
  mkdir -p "$kept" "$found" "$crashes"
  dictionary=$source_dir/tests/fuzz/$target.dict
  options=(-max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=100
           -print_final_stats=1 -artifact_prefix="$crashes/")
  [ ! -e "$dictionary" ] || options+=(-dict="$dictionary")
  log=$build_dir/$target.log
  status=0
  TMPDIR=$scratch "$build_dir/tests/fuzz/${target}_fuzz" "${options[@]}" "$found" "$kept" \
    >"$log" 2>&1 || status=$?
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  coverage=$(grep -o 'cov: [0-9]*' "$log" | tail -n 1) || true  # none where it died at once
  printf '%-12s %10s executions, %s\n' "$target" "${executions:-0}" "${coverage:-no coverage}"
  if [ "$status" -ne 0 ]; then
    failed+=("$target")
    grep -E 'ERROR|SUMMARY|runtime error|libFuzzer|Test unit written' "$log" | head -n 10 >&2
    say "$target failed; see $log and $crashes"
  fi
done
[ ${#failed[@]} -eq 0 ] || { say "failed: ${failed[*]}"; exit 1; }
