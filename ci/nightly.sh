#!/usr/bin/env bash
# A night: builds, measures a suite, judges it by the nights before and publishes what it has found.
#
#   ci/nightly.sh                     the suite nightly, in build/nightly
#   ci/nightly.sh --state=DIR         where results, their database and the last good build are kept
#   ci/nightly.sh --publish=DIR       where a folder a night is put, and index.html; DIR of --state/publish
#   ci/nightly.sh --hashes=DIR        committed state hashes; results/hashes
#   ci/nightly.sh --prebuilt=DIR      measures a build or install tree, and builds nothing
#   ci/nightly.sh --before=DIR        the build to hold a slower one against; the last good one
#   ci/nightly.sh --suite=FILE        other arguments go to ndbench_suite
#
# Exit status, as of ndbench: 0 nothing is worse, 10 slower, worse or more spread, 11 other bits, 12 a
# benchmark failed, 13 results cannot be written; the largest of what comes up. Where nothing was
# measured, why: 1 it does not build, 2 wrong flags, 3 a bad suite, 4 nothing is selected, 14 the host is
# unfit, 15 a plugin is refused, 130 and 143 signals.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() { sed -n '2,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

state=$source_dir/build/nightly
publish=
hashes=$source_dir/results/hashes
prebuilt=
before=
suite=nightly
lock_flag=(--host_lock=wait)  # for whoever measures here now
flags=()
for argument in "$@"; do
  case $argument in
    --help) usage; exit 0 ;;
    --state=?*) state=${argument#*=} ;;
    --publish=?*) publish=${argument#*=} ;;
    --hashes=?*) hashes=${argument#*=} ;;
    --prebuilt=?*) prebuilt=${argument#*=} ;;
    --before=?*) before=${argument#*=} ;;
    --suite=?*) suite=${argument#*=} ;;
    --results | --results=* | --resume*) say "$argument: --state says where results are kept"; exit 2 ;;
    --state* | --publish* | --hashes* | --prebuilt* | --before* | --suite*)
      say "'$argument' is --NAME=VALUE with something behind the '='"; exit 2 ;;
    --host_lock=*) lock_flag=("$argument") ;;
    *) flags+=("$argument") ;;
  esac
done
publish=${publish:-$state/publish}
mkdir -p "$state" "$publish"

# One night at a time: a timer may fire while the last one still measures.
exec {lock}>"$state/lock"
flock -n "$lock" || { say "another night is going on in $state"; exit 2; }

worst=0
# note <exit status>: keeps the largest.
note() { [ "$1" -le "$worst" ] || worst=$1; }

if [ -n "$prebuilt" ]; then
  tree=$prebuilt
  [ -x "$tree/bin/ndbench_suite" ] || { say "there is no bin/ndbench_suite in $tree"; exit 2; }
else
  install_packages build
  build -DNDBENCH_BUILD_TESTS=OFF
  tree=$build_dir
fi
if [ -z "$before" ] && [ -x "$state/good/bin/ndbench_suite" ]; then before=$state/good; fi

results=$state/results
console=$state/console.txt
# newest_run: the folder of the newest run; folders' names begin with the time.
newest_run() {
  mkdir -p "$results"
  find "$results" -mindepth 2 -maxdepth 2 -name journal.jsonl -printf '%h\n' | sort | tail -n 1
}
last_run=$(newest_run)
code=0
"$tree/bin/ndbench_suite" "--suite=$suite" "--results=$results" "${lock_flag[@]}" "${flags[@]}" >"$console" || code=$?
case $code in
  0 | 11 | 12 | 13) note "$code" ;;
  *) exit "$code" ;;  # nothing was measured, or somebody stopped it
esac
run=$(newest_run)
if [ "$run" = "$last_run" ]; then
  say "nothing was measured"
  [ "$code" -ne 0 ] || code=4
  exit "$code"
fi
code=0
"$tree/bin/ndbench" ingest "--results=$results" >/dev/null || code=$?
note "$code"

night=$publish/$(basename "$run")
mkdir -p "$night"
cp "$console" "$night/console.txt"

id=$(head -n 1 "$run/journal.jsonl" | grep -oE '"run":"[0-9a-f]{32}"' | cut -d'"' -f4)
gate=(gate "--results=$results" "--run=$id" --again "--hashes=$hashes")
if [ -n "$before" ]; then gate+=("--before=$before"); fi
code=0
"$tree/bin/ndbench" "${gate[@]}" >"$night/comment.md" || code=$?
note "$code"

for format in html:report.html svg:summary.svg md:summary.md summary:summary.json junit:junit.xml \
              json:benchmark.json; do
  code=0
  "$tree/bin/ndbench" report "$run/" "--format=${format%%:*}" "--out=$night/${format#*:}" || code=$?
  note "$code"
done
echo "$worst" >"$night/exit_status"

# A page with a line for each night, the newest first. All that stands in it is ndbench's own text.
{
  echo '<!doctype html><html lang="en"><meta charset="utf-8"><title>ndbench, night by night</title>'
  echo '<meta name="viewport" content="width=device-width"><h1>ndbench, night by night</h1><ul>'
  find "$publish" -mindepth 2 -maxdepth 2 -name exit_status -printf '%h\n' | sort -r |
    while read -r folder; do
      [ -f "$folder/comment.md" ] || continue  # not a night
      name=$(basename "$folder")
      found=$(head -n 1 "$folder/comment.md" | sed 's/[*]//g; s/&/\&amp;/g; s/</\&lt;/g')
      echo "<li><a href=\"$name/report.html\">$name</a> ended with $(cat "$folder/exit_status"):" \
           "<a href=\"$name/comment.md\">$found</a></li>"
    done
  echo '</ul></html>'
} >"$publish/index.html.part"
mv "$publish/index.html.part" "$publish/index.html"

# What the next slower night is held against.
if [ "$worst" -eq 0 ] && [ -z "$prebuilt" ]; then
  rm -rf "$state/good.part"
  cmake --install "$build_dir" --prefix "$state/good.part" >"$state/install.log"
  rm -rf "$state/good"
  mv "$state/good.part" "$state/good"
fi
say "the night ended with $worst; see $night"
cat "$night/comment.md"
exit "$worst"
