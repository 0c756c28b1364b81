#!/usr/bin/env bash
# Measures the database of results: how many rows a second are indexed of 100,000 records of the
# usual size, from nothing and after the database was lost, and what the summaries of 1,000,000 rows
# and a report beside them take. Wall-clock, processor time and peak memory of each. Takes 3 GB in $TMPDIR.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_packages test
build -DNDBENCH_BUILD_TESTS=ON
ndbench=$build_dir/bin/ndbench
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# measure <what> <command…>
measure() {
  local what=$1
  shift
  python3 - "$what" "$@" <<'EOF'
import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[2:], check=True, stdout=subprocess.DEVNULL)
seconds = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{sys.argv[1]:<34} {seconds:7.2f} s, {used.ru_utime + used.ru_stime:7.2f} s of a processor, "
      f"{used.ru_maxrss / 1024:5.0f} MiB")
EOF
}

printf 'load %s; ' "$(cut -d' ' -f1 /proc/loadavg)"
"$build_dir/tests/generate_results" "$folder/some" 100000 500 32
measure 'index 100,000 rows' "$ndbench" ingest --results="$folder/some"
rm "$folder"/some/ndbench.db
measure 'build again, 100,000 rows' "$ndbench" ingest --results="$folder/some"
measure 'find nothing new' "$ndbench" ingest --results="$folder/some"
rm -r "$folder/some"

"$build_dir/tests/generate_results" "$folder/many" 1000000 1000 8
measure 'index 1,000,000 rows' "$ndbench" ingest --results="$folder/many"
for view in spread cost; do
  measure "count $view over 1,000,000 rows" "$ndbench" query --results="$folder/many" \
    "SELECT count(*) FROM $view"
done
measure 'all of spread' "$ndbench" query --results="$folder/many" spread
measure 'mean cost of each benchmark' "$ndbench" query --results="$folder/many" \
  'SELECT name, count(*), avg(ratio) FROM cost GROUP BY name'
measure 'latest' "$ndbench" query --results="$folder/many" latest
measure 'report of the newest of 1,000 runs' "$ndbench" report --results="$folder/many"
