#!/usr/bin/env bash
# Some rules are no condition that a switch can leave out. Each patch in necessity/patches/ breaks one of
# them in a copy of the workspace, and the test that necessity/patches.txt names must fail there. On the
# source as it is the same test must pass. With --dry-run only: whether each patch still applies.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = --dry-run ]; then
    grep -v '^#' necessity/patches.txt | while read -r number patch _; do
        patch --dry-run --strip 1 --silent --fuzz 0 <"necessity/patches/$patch.patch" || {
            echo "patches: $patch.patch (rule $number) no longer applies; make it anew" >&2
            exit 1
        }
    done
    exit
fi

# Everything here is made anew each time, but for what the workspace depends on, which is compiled once.
root="${CARGO_TARGET_DIR:-$PWD/target}/patches"
copy="$root/workspace"
rm -rf "$copy"
mkdir -p "$copy"
git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [ ! -f "$file" ] || printf '%s\0' "$file"; done |
    tar --null --files-from=- --create | tar --extract --touch --directory "$copy"

export VERAGG_SWITCHES=1
export CARGO_TARGET_DIR="$root/target"
log="$root/log"

# Runs one test in the copy; its output goes to the log.
run() {
    (cd "$copy" && cargo test --quiet -p veragg-necessity --test necessity --no-run) >"$log" 2>&1 || {
        cat "$log"
        echo "patches: it does not compile" >&2
        exit 1
    }
    (cd "$copy" && cargo test -p veragg-necessity --test necessity -- --exact "$1") >"$log" 2>&1
}

fail() {
    cat "$log"
    echo "patches: $*" >&2
    exit 1
}

grep -v '^#' necessity/patches.txt >"$root/table"
while read -r number patch test; do
    run "$test" || fail "$number: $test fails on the source as it is"
    grep -q "^test $test ... ok" "$log" || fail "$number: there is no test $test"
done <"$root/table"

while read -r number patch test; do
    patch --directory "$copy" --strip 1 --silent --fuzz 0 <"necessity/patches/$patch.patch"
    ! run "$test" || fail "$number: $test passes under $patch"
    grep -q "^test $test ... FAILED" "$log" || fail "$number: $test was not run under $patch"
    grep -q "^thread '$test'.* panicked at necessity/tests/necessity/patched.rs" "$log" ||
        fail "$number: $test fails under $patch, but by no assertion of its own"
    patch --directory "$copy" --strip 1 --silent --reverse <"necessity/patches/$patch.patch"
    echo "$number: $test fails under $patch"
done <"$root/table"
