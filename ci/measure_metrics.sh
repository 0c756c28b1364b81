#!/usr/bin/env bash
# Measures the metrics of replicas at the size that they promise to be fast for: 100 replicas of
# 10,000 examples and 10 classes. Processor time of one thread, the least of 9 runs, so that other
# load on the machine counts little. Fails if all together take 0.2 s or more; or the change points of
# 10,000 histories of 365 nights 10 s or more.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_packages test
build -DNDBENCH_BUILD_TESTS=ON
exec "$build_dir/tests/measure_metrics"
