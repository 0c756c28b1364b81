#!/usr/bin/env bash
# ci/test.sh with LibTorch 2.x: installs what is missing, PyPI's LibTorch too, builds the preset `cuda`
# and runs all tests. They need no GPU. Arguments go to ctest.
#
#   ci/test_cuda.sh                       all
#   ci/test_cuda.sh -LE end_to_end        without the ones that start whole runs
set -euo pipefail
# shellcheck disable=SC2034  # for common.sh
preset=cuda
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_packages test
prefix=$("$source_dir/ci/setup_torch.sh")
build -DCMAKE_PREFIX_PATH="$prefix" -DNDBENCH_BUILD_TESTS=ON
cd "$build_dir"
exec ctest --output-on-failure --no-tests=error -j "${NDBENCH_TEST_JOBS:-2}" "$@"
