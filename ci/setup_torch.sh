#!/usr/bin/env bash
# Prints the prefix of a LibTorch 2.x for CMAKE_PREFIX_PATH, installing one if there is none. The first of
#
#   1. an entry of $CMAKE_PREFIX_PATH that holds LibTorch 2.x
#   2. build/libtorch/torch, where an earlier call has installed it
#   3. what `python3` on the PATH imports as torch, if it is 2.x and has the headers
#   4. PyPI's wheel, installed as 2.: a download of 530 MB that becomes 1.2 GB
#
#   cmake --preset cuda -DCMAKE_PREFIX_PATH="$(ci/setup_torch.sh)"
#
# Of what the wheel depends on, libtorch_cpu.so links two CUDA libraries alone, cudart and cupti (35 MB):
# only those are installed. libtorch_cuda.so links cuBLAS, cuDNN, NCCL and more, some GB, which
# nothing that computes on a CPU loads.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

torch_version=2.11.0
folder=$source_dir/build/libtorch
python=/usr/bin/python3  # Debian's, for which ci/packages.txt has pip

# why_not <prefix>: what keeps it from being used; nothing if it can be.
why_not() {
  local version=$1/include/torch/headeronly/version.h missing
  [ -f "$version" ] || version=$1/include/torch/csrc/api/include/torch/version.h
  if [ ! -f "$1/lib/libtorch_cpu.so" ] || [ ! -f "$version" ]; then
    echo "has no lib/libtorch_cpu.so with headers"
  elif ! grep -q 'TORCH_VERSION_MAJOR 2$' "$version"; then
    echo "is not LibTorch 2.x"
  elif missing=$(ldd "$1/lib/libtorch_cpu.so" | awk '/not found/ {print $1}') && [ -n "$missing" ]
  then
    echo "libtorch_cpu.so lacks $(tr '\n' ' ' <<<"$missing")"
  elif ! grep -q 'c105ErrorC1ENS_14SourceLocationENSt7__cxx11' "$1/lib/libc10.so"; then
    echo "is built for the old C++ ABI"
  fi
}

take() { say "LibTorch: $1"; echo "$1"; exit 0; }

IFS=: read -ra prefixes <<<"${CMAKE_PREFIX_PATH:-}"
for prefix in "${prefixes[@]}"; do
  if [ -n "$prefix" ] && [ -z "$(why_not "$prefix")" ]; then take "$prefix"; fi
done

if [ -d "$folder" ]; then
  reason=$(why_not "$folder/torch")
  [ -z "$reason" ] && take "$folder/torch"
  say "$folder/torch $reason; remove $folder and run this again"
  exit 1
fi

# Found without importing it, which would take seconds.
imported=$(python3 -c 'import importlib.util as u; s = u.find_spec("torch"); print(
  s.submodule_search_locations[0] if s else "")' 2>/dev/null) || imported=
if [ -n "$imported" ]; then
  reason=$(why_not "$imported")
  [ -z "$reason" ] && take "$imported"
  say "python3's torch in $imported is not taken: it $reason"
fi

if ! "$python" -m pip --version >/dev/null 2>&1; then
  say "$python has no pip; install it: apt-get install --no-install-recommends python3-pip"
  exit 1
fi
mkdir -p "$source_dir/build"
work=$(mktemp -d "$source_dir/build/libtorch.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/temporary"

# pip_install <requirement or option>…: into $work/libtorch, which is not there for others yet.
pip_install() {
  if ! TMPDIR=$work/temporary "$python" -m pip install --quiet --disable-pip-version-check \
       --no-compile --only-binary :all: --target "$work/libtorch" "$@" >"$work/log" 2>&1; then
    tail -n 30 "$work/log" >&2
    say "pip could not install $*"
    exit 1
  fi
}
say "installing LibTorch $torch_version from PyPI in $folder, which takes some minutes"
pip_install --no-deps "torch==$torch_version"
# "cuda-toolkit[cublas,…,cudart,cupti,…]==13.0.2" names the versions that belong to this torch.
toolkit=$(sed -n 's/^Requires-Dist: cuda-toolkit\[[^]]*\]\(==[0-9.]*\).*/\1/p' \
          "$work/libtorch/torch-$torch_version.dist-info/METADATA")
pip_install "cuda-toolkit[cudart,cupti]$toolkit"
reason=$(why_not "$work/libtorch/torch")
if [ -n "$reason" ]; then
  say "what pip has installed $reason"
  exit 1
fi
mv -T "$work/libtorch" "$folder"
take "$folder/torch"
