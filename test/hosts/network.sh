#!/bin/bash
# The test hosts: four hosts and a stranger on one network, in namespaces of the caller's namespaces, which
# scripts/test-hosts makes for it.
# usage: network.sh up | start HOST | stop HOST | plug HOST | spoil HOST DELAY_MS LOSS_PERMILLE REORDER_PERMILLE
# HOST: 0 to 3; 4 is the stranger, who has no key to any. `plug` gives a host a good cable again, whatever it had.
# Needs TT_RUN_HOSTS_STATE (a directory), TT_RUN_HOSTS_SOURCE and TT_RUN_HOSTS_BUILD.
set -eu
state=$TT_RUN_HOSTS_STATE
here=$(dirname "$(readlink -f "$0")")
readonly hosts=4 stranger=4

make_keys() {
    mkdir -p "$state/ssh"
    ssh-keygen -q -t ed25519 -N '' -f "$state/ssh/id_ed25519"
    ssh-keygen -q -t ed25519 -N '' -f "$state/ssh/host_key"
    cp "$state/ssh/id_ed25519.pub" "$state/ssh/authorized_keys"
    echo "127.0.0.1 localhost" >"$state/hosts"
    for number in $(seq 0 $stranger); do
        echo "10.77.0.$((10 + number)) tthost$number" >>"$state/hosts"
        echo "tthost$number,10.77.0.$((10 + number)) $(cat "$state/ssh/host_key.pub")" >>"$state/ssh/known_hosts"
    done
    cat >"$state/ssh/sshd_config" <<END
HostKey $state/ssh/host_key
AuthorizedKeysFile /root/.ssh/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
PidFile none
MaxStartups 200
END
    cat >"$state/ssh/config" <<END
Host tthost*
  StrictHostKeyChecking yes
  LogLevel ERROR
END
}

start_host() {
    local number=$1
    rm -f "$state/tthost$number.ready"
    umount "$state/tthost$number.tree" 2>/dev/null || true
    rm -rf "$state/tthost$number.tree"
    # A session of its own, so that no signal of a terminal reaches it.
    setsid unshare --net --uts --ipc --mount --pid --fork --kill-child --mount-proc \
        "$here/host.sh" "$number" "$state" "$TT_RUN_HOSTS_SOURCE" "$TT_RUN_HOSTS_BUILD" \
        </dev/null >"$state/tthost$number.log" 2>&1 &
    echo $! >"$state/tthost$number.outside"
    await "test host $number does not start" has_started "$number"
    plug "$number"
}

pid_of() { cat "$state/tthost$1.pid"; }

# Waits for a command to succeed, ten seconds at most: await COMPLAINT COMMAND...
await() {
    local complaint=$1 tries
    shift
    for tries in $(seq 500); do
        if "$@"; then return 0; fi
        sleep 0.02
    done
    echo "network.sh: $complaint" >&2
    return 1
}

# The new host's network is known once its first process has left this one.
has_started() {
    local outside first
    outside=$(cat "$state/tthost$1.outside")
    first=$(cat "/proc/$outside/task/$outside/children" 2>/dev/null || true)
    first=${first// /}
    [ -n "$first" ] && [ "$(readlink "/proc/$first/ns/net")" != "$(readlink /proc/self/ns/net)" ] &&
        echo "$first" >"$state/tthost$1.pid"
}

# An interface of a cable process goes some time after that has been killed.
is_unplugged() {
    ip link del "port$1" 2>/dev/null || true
    ! ip link show "port$1" >/dev/null 2>&1 && ! nsenter -t "$(pid_of "$1")" --net ip link show eth0 >/dev/null 2>&1
}

unplug() {
    if [ -e "$state/tthost$1.cable" ]; then
        kill -KILL "$(cat "$state/tthost$1.cable")" 2>/dev/null || true
        rm "$state/tthost$1.cable"
    fi
    await "the cable of test host $1 does not come off" is_unplugged "$1"
}

# Both ends of the new cable are there: gives the host its address, always the same, and joins it to the others.
connect() {
    local in_host=(nsenter -t "$(pid_of "$1")" --net ip)
    "${in_host[@]}" link set eth0 address "02:00:0a:4d:00:0$1"
    "${in_host[@]}" addr add "10.77.0.$((10 + $1))/24" dev eth0
    "${in_host[@]}" link set eth0 up
    ip link set "port$1" master cables up
}

plug() {
    unplug "$1"
    ip link add "port$1" type veth peer name eth0 netns "$(pid_of "$1")"
    connect "$1"
}

spoil() {
    unplug "$1"
    local said="$state/tthost$1.cable_said"
    rm -f "$said" # an earlier cable's
    setsid "$TT_RUN_HOSTS_BUILD/bin/bad_cable" "$(pid_of "$1")" "port$1" "$2" "$3" "$4" </dev/null >"$said" 2>&1 &
    echo $! >"$state/tthost$1.cable"
    await "no bad cable comes up" grep -q ready "$said" || { cat "$said" >&2; exit 1; }
    connect "$1"
}

await_host() {
    await "test host $1 does not come up" [ -e "$state/tthost$1.ready" ] || { cat "$state/tthost$1.log" >&2; exit 1; }
}

case $1 in
up)
    make_keys
    ip link set lo up
    ip link add cables type bridge
    ip link set cables up
    for number in $(seq 0 $stranger); do start_host "$number"; done
    for number in $(seq 0 $stranger); do await_host "$number"; done
    # The stranger can reach every host, and log in nowhere.
    nsenter -t "$(cat "$state/tthost$stranger.pid")" --mount rm -r /root/.ssh
    chmod 755 "$state"
    if command -v slurmctld >/dev/null; then "$here/slurm.sh" up; fi
    ;;
start)
    start_host "$2"
    await_host "$2"
    if [ -d "$state/slurm" ]; then "$here/slurm.sh" node "$2"; fi
    ;;
stop)
    kill -KILL "$(pid_of "$2")"
    ;;
plug)
    plug "$2"
    ;;
spoil)
    shift
    spoil "$@"
    ;;
esac
