#!/usr/bin/env bash
# Installs what is missing, builds everything and runs all tests. Arguments go to ctest.
#
#   ci/test.sh                       all
#   ci/test.sh -R Scheduler          some
#   ci/test.sh -LE end_to_end        without the ones that start whole runs
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_packages test
build -DNDBENCH_BUILD_TESTS=ON
cd "$build_dir"
exec ctest --output-on-failure --no-tests=error -j "${NDBENCH_TEST_JOBS:-2}" "$@"
