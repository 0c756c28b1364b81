#!/usr/bin/env bash
# Finds the commit that made a benchmark slower, or end in other bits: bisects between a good and a bad
# commit, and measures each candidate by turns with the good one.
#
#   ci/bisect.sh GOOD BAD --benchmark_filter='^resnet8/onednn/fixed/step$'
#   ci/bisect.sh … --suite=FILE      of which that is a benchmark, the same text for all commits; default
#   ci/bisect.sh … --rounds=12       pairs for each candidate, 6 or more; 6
#   ci/bisect.sh … --work=DIR        where commits are checked out and built; build/bisect
#   ci/bisect.sh … --build=COMMAND   builds the checkout in the current folder into the folder $1, in
#                                    which bin/ndbench_suite is then; else as ci/demo.sh does
#   ci/bisect.sh … --ndbench=FILE    the ndbench that compares; that of this checkout's build, or BAD's
#
# --plugin_path and --data_path are handed to each ndbench_suite. Your own checkout is left as it is. A
# commit that does not build or does not run is skipped. Exit status: 0 the first bad commit is told on
# stdout, 1 good and bad do not differ, or no single commit could be told, 2 usage.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() { sed -n '2,17s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

# absolute <path>: of a step, the current folder is the checkout.
absolute() { realpath --canonicalize-missing -- "$1"; }

work=$source_dir/build/bisect
make=
filter=
suite=default
commits=()
flags=()
ndbench=
for argument in "$@"; do
  value=${argument#*=}
  case $argument in
    --help) usage; exit 0 ;;
    --work=?*) work=$value ;;
    --build=?*) make=$value ;;
    --ndbench=?*) ndbench=$(absolute "$value") ;;
    --benchmark_filter=?*) filter=$argument ;;
    --suite=?*) suite=$value ;;
    --plugin_path=?* | --data_path=?*)
      paths=
      IFS=: read -ra folders <<<"$value"
      for folder in "${folders[@]}"; do paths+=${paths:+:}$(absolute "$folder"); done
      flags+=("${argument%%=*}=$paths") ;;
    --rounds=?*) flags+=("$argument") ;;
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
# A name stands for what this checkout has under it: builds of other commits have other texts.
[ -f "$suite" ] || suite=$source_dir/suites/$suite.toml
[ -f "$suite" ] || { say "--suite is neither a file nor one of those in $source_dir/suites"; exit 2; }
flags+=("--suite=$(absolute "$suite")")
mkdir -p "$work"
work=$(absolute "$work")
exec {lock}>"$work/lock"
flock -n "$lock" || { say "another bisection is going on in $work; --work names another folder"; exit 2; }

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

checkout=$work/checkout
git -C "$repository" worktree remove --force "$checkout" 2>/dev/null || rm -rf "$checkout"
git -C "$repository" worktree prune
git -C "$repository" worktree add --quiet --detach "$checkout" "$good"
trap 'git -C "$repository" worktree remove --force "$checkout"' EXIT

say "building ${good:0:12}, which is good"
make_tree "$checkout" "$work/good" || { say "it does not build; see $work/build.log"; exit 1; }
say "building ${bad:0:12}, which is bad"
git -C "$checkout" checkout --quiet "$bad"
make_tree "$checkout" "$work/tree" || { say "it does not build; see $work/build.log"; exit 1; }
if [ -z "$ndbench" ]; then
  ndbench=$build_dir/bin/ndbench
  [ -x "$ndbench" ] || { cp -a "$work/tree" "$work/bad"; ndbench=$work/bad/bin/ndbench; }
fi
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
word=SLOWER
[ "$code" -eq 10 ] || word='OTHER BITS'
# judge: says what the commit checked out in $checkout is, for `git bisect`.
judge() {
  make_tree "$checkout" "$work/tree" || { echo skip; return; }
  local found=0
  "$ndbench" ab "$work/good" "$work/tree" "$filter" "${flags[@]}" "--threshold=$threshold" \
    >"$work/difference.txt" || found=$?
  cat "$work/difference.txt" >&2
  case $found in
    0 | 10 | 11) if grep -q "$word" "$work/difference.txt"; then echo bad; else echo good; fi ;;
    *) echo skip ;;
  esac
}
# first_bad: its hash, once it is known.
first_bad() { git -C "$checkout" bisect log | sed -n 's/^# first bad commit: \[\([0-9a-f]*\)\].*/\1/p'; }
{
  git -C "$checkout" bisect start "$bad" "$good"
  while [ -z "$(first_bad)" ]; do
    git -C "$checkout" bisect "$(judge)" || break  # nothing but skipped commits is left
  done
} >"$work/bisect.log" 2>&1
first=$(first_bad)
if [ -z "$first" ]; then
  say "no single commit could be told: some do not build or run; see $work/bisect.log"
  exit 1
fi
git -C "$repository" log -1 --format='%H %s' "$first"
