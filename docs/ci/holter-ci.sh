#!/usr/bin/env bash
# For a project of your own: compiles a model, compares every engine that is installed with the reference, packages it for a device, and boots it.
#   holter-ci.sh MODEL.tflite [TARGET]        results in build/holter; HOLTER is the command line, if it is not on npx's path
set -euo pipefail
model=${1:?usage: holter-ci.sh MODEL.tflite [TARGET]}
target=${2:-cortex-m-wasm2c}
out=build/holter

holter() {
  # shellcheck disable=SC2086 # HOLTER is a command with its arguments
  ${HOLTER:-npx --no-install holter} "$@"
}

holter compile "$model" --out "$out/modules"
holter verify "$model" --inputs 64
holter package "$model" --target "$target" --out "$out/$target"
holter flash "$target" --in "$out/$target" | tee "$out/self-test.txt"
grep -Eq '^holter-selftest target=.* vectors=([0-9]+) pass=\1 instructions=[0-9]+$' "$out/self-test.txt"
