#!/bin/bash
# The first process of a test host, in namespaces of its own: its name, its file systems, its network, its sshd.
# scripts/test-hosts starts it; when it is killed, everything that runs on the host ends with it.
# usage: host.sh NUMBER STATE SOURCE BUILD
set -eu
number=$1 state=$2 source=$3 build=$4
name=tthost$number

hostname "$name"
mount --bind "$state/hosts" /etc/hosts
echo "$name" >"$state/$name.name"
mount --bind "$state/$name.name" /etc/hostname
# Whoever asks whether two processes share a machine reads this.
cat /proc/sys/kernel/random/uuid >"$state/$name.boot_id"
mount --bind "$state/$name.boot_id" /proc/sys/kernel/random/boot_id

for directory in /tmp /var/tmp /dev/shm /root /run; do
    mount -t tmpfs -o mode=1777,size=1g "own" "$directory"
done
mkdir -m 700 /root/.ssh
mkdir /run/sshd
cp "$state"/ssh/{id_ed25519,authorized_keys,config,known_hosts} /root/.ssh/
chmod 600 /root/.ssh/*

# Host 0 is where jobs are started: it has the source tree. The others have tt-run and the programs, nothing else.
if [ "$number" -ne 0 ]; then
    mkdir "$state/$name.tree"
    mount -t tmpfs -o size=1g own "$state/$name.tree"
    mkdir -p "$state/$name.tree/${build#"$source"/}"/{bin,lib}
    cp "$build"/bin/{tt-run,hosts_program,hosts_ring_*} "$state/$name.tree/${build#"$source"/}/bin/"
    cp -P "$build"/lib/libtt_run.so* "$state/$name.tree/${build#"$source"/}/lib/"
    mount --bind "$state/$name.tree" "$source"
fi

ip link set lo up

trap : TERM INT HUP
/usr/sbin/sshd -D -e -f "$state/ssh/sshd_config" 2>"$state/$name.sshd" &
echo "$$" >"$state/$name.ready"
while :; do # also buries what has lost its parent
    sleep 86400 &
    wait
done
