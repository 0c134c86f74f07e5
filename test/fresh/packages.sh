#!/usr/bin/env bash
# The packages on a Debian that has nothing else (scripts/test-fresh): apt finds what they need, everything in them works for a user
# who is not root, and a purge leaves nothing.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

step() {
    printf '\n== %4d s: %s\n' "$SECONDS" "$1"
}

# Every path but those that change by themselves, apt's own, and users'.
all_paths() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /packages -o -path /root -o -path /home \
        -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/cache/apt -o -path /var/log \) -prune -o -print | sort
}

as_user() {
    su newcomer -s /bin/bash -c "set -euo pipefail; cd; $1"
}

apt-get update -q > /dev/null
useradd --create-home newcomer
step "the compilers of a user of -dev, which are no part of the packages"
apt-get install -q -y --no-install-recommends cmake g++ make > /tmp/compilers.log
all_paths > /tmp/before

step "apt-get install"
apt-get install -q -y /packages/*.deb > /tmp/install.log 2>&1 || { cat /tmp/install.log; exit 1; }
dpkg -l tt-run libtt-run0 libtt-run-dev python3-tt-run | sed -n 's/^ii/ii/p'
for package in tt-run libtt-run0 libtt-run-dev python3-tt-run; do
    dpkg --verify "$package"
done

step "the tool"
as_user 'tt-run --version'
as_user 'tt-run doctor --self-test'
for file in $(dpkg -L tt-run | grep '/man1/.*gz$'); do
    gzip --test "$file"
done
[ -s /usr/share/man/man1/tt-run.1.gz ]
bash -c 'source /usr/share/bash-completion/completions/tt-run && complete -p tt-run'
[ -s /usr/share/zsh/vendor-completions/_tt-run ]
[ -s /usr/share/fish/vendor_completions.d/tt-run.fish ]

step "C++ over find_package, two emulated meshes"
as_user 'cmake -S /usr/share/tt-run/examples/runtime -B examples > cmake.log && cmake --build examples --target two_stage_pipeline > build.log'
as_user 'tt-run init wh-galaxy --mesh 4x4 -o job'
as_user 'tt-run --emulate=wh-galaxy --rank-binding job/rank_bindings.yaml examples/two_stage_pipeline'

step "Python, two emulated meshes"
as_user '/usr/bin/python3 -c "import ttnn"'
/usr/bin/python3 -c "import ttnn"  # as root too, who may write beside the module
as_user 'tt-run --emulate=wh-galaxy --rank-binding job/rank_bindings.yaml /usr/bin/python3 /usr/share/tt-run/examples/python/chain.py'

step "purged"
[ -z "$(pgrep -u newcomer || true)" ] || { echo "processes stay:"; pgrep -au newcomer; exit 1; }
[ -z "$(ls /dev/shm)" ] || { echo "shared memory stays: $(ls /dev/shm)"; exit 1; }
apt-get purge -q -y tt-run libtt-run0 libtt-run-dev python3-tt-run > /tmp/purge.log 2>&1 || { cat /tmp/purge.log; exit 1; }
all_paths > /tmp/ours
if grep -E 'tt-run|tt_run|ttnn' /tmp/ours; then
    echo "a purge leaves these" >&2
    exit 1
fi
# What came along from Debian goes too; what Debian's own packages leave behind themselves is shown.
apt-get autoremove --purge -q -y -o APT::AutoRemove::RecommendsImportant=false -o APT::AutoRemove::SuggestsImportant=false > /tmp/autoremove.log 2>&1
all_paths > /tmp/after
comm -13 /tmp/before /tmp/after | sed 's/^/left by other packages: /'
step "done"
