#!/usr/bin/env bash
# Finds the commit that made a benchmark slower, or end in other bits: bisects between a good and a bad
# commit, and measures each candidate by turns with the good one.
#
#   ci/bisect.sh GOOD BAD --benchmark_filter='^resnet8/onednn/fixed/step$'
#   ci/bisect.sh … --suite=FILE      of which that is a benchmark; default
#   ci/bisect.sh … --rounds=12       pairs for each candidate; 6
#   ci/bisect.sh … --work=DIR        where commits are checked out and built; build/bisect
#   ci/bisect.sh … --build=COMMAND   builds the checkout in the current folder into the folder $1, in
#                                    which bin/ndbench_suite is then; else as ci/demo.sh does
#
# --plugin_path and --data_path are handed to each ndbench_suite. Your own checkout is left as it is. A
# commit that does not build or does not run is skipped. Exit status: 0 the first bad commit is told on
# stdout, 1 good and bad do not differ, or no single commit could be told, 2 usage.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() { sed -n '2,16s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

work=$source_dir/build/bisect
make=
filter=
commits=()
flags=()
ndbench=${NDBENCH_COMMAND:-}
for argument in "$@"; do
  case $argument in
    --help) usage; exit 0 ;;
    --work=?*) work=${argument#*=} ;;
    --build=?*) make=${argument#*=} ;;
    --benchmark_filter=?*) filter=$argument ;;
    --suite=?* | --rounds=?* | --plugin_path=?* | --data_path=?*) flags+=("$argument") ;;
    -*) say "'$argument' is not known; see --help"; exit 2 ;;
    *) commits+=("$argument") ;;
  esac
done
if [ ${#commits[@]} -ne 2 ] || [ -z "$filter" ]; then
  say "it takes a good commit, a bad one and --benchmark_filter; see --help"
  exit 2
fi
repository=$(git rev-parse --show-toplevel)
hash_of() { git -C "$repository" rev-parse --verify --quiet "$1^{commit}"; }
good=$(hash_of "${commits[0]}") || { say "'${commits[0]}' is no commit"; exit 2; }
bad=$(hash_of "${commits[1]}") || { say "'${commits[1]}' is no commit"; exit 2; }
git -C "$repository" merge-base --is-ancestor "$good" "$bad" ||
  { say "${commits[0]} is no ancestor of ${commits[1]}"; exit 2; }
mkdir -p "$work"
work=$(cd "$work" && pwd)

# make_tree <checkout> <folder>: builds; one build folder for all, so that little is compiled twice.
make_tree() {
  rm -rf "$2"
  if [ -n "$make" ]; then
    (cd "$1" && bash -c "$make" make "$2") >"$work/build.log" 2>&1
  else
    (cd "$1" && cmake --preset release -B "$work/build" -DNDBENCH_BUILD_TESTS=OFF &&
       ninja -C "$work/build" && cmake --install "$work/build" --prefix "$2") >"$work/build.log" 2>&1
  fi
}

if [ "${NDBENCH_BISECT_STEP:-}" = 1 ]; then  # called by git bisect, for the commit checked out here
  make_tree "$PWD" "$work/tree" || { say "does not build, skipped; see $work/build.log"; exit 125; }
  code=0
  "$ndbench" ab "$work/good" "$work/tree" "$filter" "${flags[@]}" \
    "--threshold=$NDBENCH_BISECT_THRESHOLD" >&2 || code=$?
  case $code in
    0) exit 0 ;;
    10) [ "$NDBENCH_BISECT_CODE" -eq 10 ] && exit 1; exit 0 ;;
    11) [ "$NDBENCH_BISECT_CODE" -eq 11 ] && exit 1; exit 0 ;;
    *) exit 125 ;;
  esac
fi

checkout=$work/checkout
git -C "$repository" worktree remove --force "$checkout" 2>/dev/null || rm -rf "$checkout"
git -C "$repository" worktree prune
git -C "$repository" worktree add --quiet --detach "$checkout" "$good"
trap 'git -C "$repository" worktree remove --force "$checkout"' EXIT

say "building ${good:0:12}, which is good"
make_tree "$checkout" "$work/good" || { say "it does not build; see $work/build.log"; exit 1; }
ndbench=${ndbench:-$work/good/bin/ndbench}
say "building ${bad:0:12}, which is bad"
git -C "$checkout" checkout --quiet "$bad"
make_tree "$checkout" "$work/tree" || { say "it does not build; see $work/build.log"; exit 1; }
code=0
"$ndbench" ab "$work/good" "$work/tree" "$filter" "${flags[@]}" >"$work/difference.txt" || code=$?
cat "$work/difference.txt" >&2
case $code in
  10 | 11) ;;
  0) say "the two do not differ: there is nothing to bisect"; exit 1 ;;
  *) say "they cannot be measured"; exit 1 ;;
esac
# Half of what the two differ by tells good candidates from bad ones best.
percent=$(sed -n 's/^  +\([0-9.e+]*\) % .*SLOWER.*/\1/p' "$work/difference.txt" | sort -g | tail -n 1)
threshold=$(awk -v percent="${percent:-4}" 'BEGIN {print percent / 200}')

say "bisecting; $work/bisect.log has what is measured"
git -C "$checkout" bisect start "$bad" "$good" >"$work/bisect.log" 2>&1
script=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/bisect.sh
(cd "$checkout" &&
   NDBENCH_BISECT_STEP=1 NDBENCH_BISECT_CODE=$code NDBENCH_BISECT_THRESHOLD=$threshold \
   NDBENCH_COMMAND=$ndbench git bisect run "$script" "$@") >>"$work/bisect.log" 2>&1 || true
first=$(git -C "$checkout" bisect log | sed -n 's/^# first bad commit: \[\([0-9a-f]*\)\].*/\1/p')
if [ -z "$first" ]; then
  say "no single commit could be told: some do not build or run; see $work/bisect.log"
  exit 1
fi
git -C "$repository" log -1 --format='%H %s' "$first"
