#!/usr/bin/env bash
# What a newcomer does, on a Debian that has git and nothing else (scripts/test-fresh): the two commands of the README but for the
# tests, then a first job of two meshes and its pictures. Says how long each step took.
set -euo pipefail
cd "$(dirname "$0")/../.."

step() {
    printf '\n== %4d s: %s\n' "$SECONDS" "$1"
}

step "scripts/demo"
scripts/demo

step "a job of two meshes"
export PATH="$PWD/build/release/bin:$PATH"
tt-run doctor --self-test
tt-run init wh-galaxy --mesh 4x4 -o job
tt-run check job/mgd.textproto job/rank_bindings.yaml --cluster wh-galaxy
tt-run --emulate=wh-galaxy --rank-binding job/rank_bindings.yaml --report run build/examples/two_stage_pipeline

step "its pictures"
tt-run show job/mgd.textproto wh-galaxy
tt-run show job/mgd.textproto wh-galaxy --format svg -o mapping.svg
tt-run show run
tt-run show run --format html -o run.html
grep -q '</svg>' mapping.svg
grep -q '</html>' run.html

step "installed into a prefix, and taken away"
cmake --install build/release --prefix /opt/installed > install.log
[ "$(/opt/installed/bin/tt-run --version | head -n 1)" = "$(tt-run --version | head -n 1)" ]
cmake --build build/release --target uninstall > uninstall.log
left=$(find /opt/installed ! -type d -o -name 'tt?run' -o -name ttnn)
[ -z "$left" ] || { printf 'uninstall left:\n%s\n' "$left" >&2; exit 1; }

step "scripts/package"
scripts/package
step "done"
