#!/usr/bin/env bash
# Installs what is missing, builds ndbench and runs a suite: real networks trained on real images,
# in fixed and noisy mode, on two backends. Arguments go to ndbench_suite.
#
#   ci/demo.sh                              the default suite
#   ci/demo.sh --suite=smoke                seconds
#   ci/demo.sh --benchmark_filter=resnet    a part of it
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_packages build
build -DNDBENCH_BUILD_TESTS=OFF
say "running: $build_dir/bin/ndbench_suite $*"
exec "$build_dir/bin/ndbench_suite" "$@"
