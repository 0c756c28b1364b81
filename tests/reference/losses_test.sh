#!/bin/sh
# losses_test.sh <python> <pytorch_twin.py> <dump_task> <plugin.so> <steps> [key=value]...
#
# Trains a plugin and its PyTorch twin from the same state on the same batches and compares losses.
set -eu
python=$1 twin=$2 dump_task=$3 plugin=$4 steps=$5
shift 5
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$dump_task" "$plugin" "$folder" "$steps" "$@"
"$python" "$twin" losses "$folder"
