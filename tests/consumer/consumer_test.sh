#!/usr/bin/env bash
# Installs ndbench into a folder, builds this plugin out of tree against what is installed, and runs
# the installed ndbench_suite with it, after the build tree has been made unreachable to it.
#
#   consumer_test.sh <build folder of ndbench>
set -euo pipefail
build=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
for file in bin/ndbench_suite bin/ndbench_worker; do
  if readelf -d "$work/prefix/$file" | grep -E 'R(UN)?PATH' | grep -qF "$build"; then
    echo "the installed $file still looks for libraries in the build folder"
    exit 1
  fi
done

cmake -S "$here" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
      -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmake --build "$work/build" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

# Weak symbols come from LibTorch's headers, the others left out from the linker.
exported=$(nm -D --defined-only "$work/build/libndbench_model_line_fit.so" |
           awk '$2 !~ /[wWvVu]/ && $3 !~ /^(__bss_start|_edata|_end)$/ {print $3}')
if [ "$exported" != ndbench_plugin ]; then
  echo "the plugin exports more than its descriptor: $exported"
  exit 1
fi

"$work/prefix/bin/ndbench_suite" --suite="$here/line_fit.toml" --plugin_path="$work/build" \
    --results="$work/results" --host_lock=share --benchmark_format=json >"$work/out.json"
grep -q '"name": "line_fit/cpu/fixed/epoch"' "$work/out.json"
if grep -q error_occurred "$work/out.json"; then cat "$work/out.json"; exit 1; fi
echo "installed, built out of tree, ran"
