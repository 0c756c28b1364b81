#!/usr/bin/env bash
# Measures on a machine with an NVIDIA GPU: runs the tests that need one, then the suites that have
# cells for GPUs, and leaves records, summaries and what the driver says of the device in one folder.
#
#   ci/gpu.sh                              builds the preset cuda first; LibTorch by ci/setup_torch.sh
#   ci/gpu.sh --pack=build/gpu.tar.xz      builds, and packs what another machine needs, 64 MB or less
#   ci/gpu.sh --prebuilt=build/gpu.tar.xz  runs what was packed: no compiler, no network
#   ci/gpu.sh --out=DIR                    where to; build/gpu_results by default
#   ci/gpu.sh --suites=overhead --benchmark_filter=vgg.16    other arguments go to ndbench_suite
#
# Interrupted, it goes on where it stopped when it is called again with the same --out. LibTorch with all its
# CUDA libraries is the machine's own: $NDBENCH_LIBTORCH, or what python3 imports as torch.
set -euo pipefail
# shellcheck disable=SC2034  # for common.sh
preset=cuda
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() { sed -n '2,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

out=$source_dir/build/gpu_results
suites=gpu,overhead,kernels,operators,probes,sharded
prebuilt=
pack=
flags=()
for argument in "$@"; do
  case $argument in
    --help) usage; exit 0 ;;
    --out=*) out=${argument#*=} ;;
    --suites=*) suites=${argument#*=} ;;
    --prebuilt=*) prebuilt=${argument#*=} ;;
    --pack=) say "--pack needs a folder"; exit 2 ;;
    --pack=*) pack=${argument#*=} ;;
    *) flags+=("$argument") ;;
  esac
done

# build_with_tests <prefix of LibTorch>
build_with_tests() {
  install_packages test
  build -DCMAKE_PREFIX_PATH="$1" -DNDBENCH_BUILD_TESTS=ON
}

# own_torch: the machine's LibTorch, whole.
own_torch() {
  local torch=${NDBENCH_LIBTORCH:-} missing
  [ -n "$torch" ] || torch=$(python3 -c 'import torch; print(torch.__path__[0])') || exit 2
  if [ ! -f "$torch/lib/libtorch_cuda.so" ]; then
    say "$torch has no lib/libtorch_cuda.so; name another LibTorch by NDBENCH_LIBTORCH"
    exit 2
  fi
  missing=$(ldd "$torch/lib/libtorch_cuda.so" | awk '/not found/ {print $1}' | tr '\n' ' ')
  if [ -n "$missing" ]; then
    say "$torch lacks libraries: $missing; install that torch with its dependencies"
    exit 2
  fi
  echo "$torch"
}

# libraries_of <file>…: the shared libraries they load, without LibTorch's, CUDA's and the C library's.
libraries_of() {
  ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// {print $3}' | xargs -r realpath -s | sort -u |
    grep -Ev '/(libtorch|libc10|libcud|libcup|libnv|libc\.|libm\.|libdl|libpthread|librt|ld-|libstdc|libgcc)' ||
    true
}

if [ -n "$pack" ]; then
  build_with_tests "$("$source_dir/ci/setup_torch.sh")"
  packed=$(mktemp -d)
  trap 'rm -rf "$packed"' EXIT
  cmake --install "$build_dir" --prefix "$packed" --strip >"$build_dir/install.log"
  mkdir -p "$packed/lib/packed" "$packed/tests/plugins"
  rm -rf "$packed/include"
  cp "$build_dir"/tests/plugins/libndbench_*_null.so "$packed/tests/plugins/"
  mapfile -t libraries < <(libraries_of "$packed"/bin/* "$packed"/lib*/ndbench/*.so)
  cp -L "${libraries[@]}" "$packed/lib/packed/"
  strip --strip-unneeded "$packed"/lib/packed/*
  XZ_OPT=-T0 tar -C "$packed" -cJf "$pack.part" . && mv "$pack.part" "$pack"
  size=$(du -m "$pack" | cut -f1)
  say "packed $size MB in $pack"
  [ "$size" -le 64 ] || { say "that is more than 64 MB"; exit 1; }
  exit 0
fi

tree=$build_dir
if [ -n "$prebuilt" ]; then
  [ -f "$prebuilt" ] || { say "$prebuilt is no file that --pack has made"; exit 2; }
  tree=$source_dir/build/gpu_prebuilt
  rm -rf "$tree"
  mkdir -p "$tree"
  tar -C "$tree" -xJf "$prebuilt"
  [ -x "$tree/bin/ndbench_suite" ] || { say "$prebuilt holds no bin/ndbench_suite"; exit 2; }
  torch=$(own_torch)
  # Those of the machine's own first; then what was packed.
  export LD_LIBRARY_PATH=$torch/lib:$tree/lib/packed${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
else
  torch=$(own_torch)
  build_with_tests "$torch"
fi

mkdir -p "$out"
nvidia-smi -q >"$out/nvidia-smi.txt" 2>&1 || say "nvidia-smi does not answer; see $out/nvidia-smi.txt"
"$tree/bin/ndbench" list --format=json >"$out/list.json"
"$tree/bin/ndbench" doctor >"$out/doctor.txt" 2>&1 || true  # what it finds is a part of the record

if grep -A4 '"kind": "backend"' "$out/list.json" | grep -E '"(cuda|cudnn)"' -A2 |
     grep '"unavailable": "..*"' >&2; then
  say "there is nothing to measure on here"
  exit 12
fi

say "testing"
status=0
NDBENCH_SUITE=$tree/bin/ndbench_suite NDBENCH_COMMAND=$tree/bin/ndbench \
  NDBENCH_TEST_PLUGINS=$tree/tests/plugins \
  python3 -B "$source_dir/tests/end_to_end/gpu_test.py" >"$out/tests.txt" 2>&1 || status=$?
tail -n 3 "$out/tests.txt" >&2

# Each suite in a results folder of its own: what --resume goes on with is its run.
for suite in ${suites//,/ }; do
  results=$out/$suite
  journal=$(compgen -G "$results/*/journal.jsonl" | tail -n 1) || journal=
  if [ -n "$journal" ] && tail -n 1 "$journal" | grep -q '"complete":true'; then
    say "$suite is complete in $results; remove that to measure it again"
    continue
  fi
  how=("--suite=$suite")
  [ ! -s "$journal" ] || how=(--resume)
  code=0
  "$tree/bin/ndbench_suite" "--results=$results" "${how[@]}" "${flags[@]}" \
    >"$out/$suite.txt" || code=$?
  say "$suite ended with $code; see $out/$suite.txt and $results"
  [ "$status" -ne 0 ] || status=$code
done
exit "$status"
