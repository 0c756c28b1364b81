#!/bin/sh
# twin_test.sh losses|gradients <python> <dump_task> <plugin.so> <steps> [key=value]...
#
# Runs a plugin, and its twin in PyTorch from the same state on the same batches. Compares the loss
# of each step, or the loss and the gradients of the first one.
set -eu
what=$1 python=$2 dump_task=$3 plugin=$4 steps=$5
shift 5
compare=$(dirname "$0")/compare_twin.py
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$dump_task" "$plugin" "$folder" "$steps" "$@"
case $what in
  losses) "$python" "$compare" --losses "$folder" ;;
  gradients) "$python" "$compare" "$folder" ;;
  *) echo "twin_test.sh compares losses or gradients, not '$what'" >&2; exit 2 ;;
esac
