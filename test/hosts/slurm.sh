#!/bin/bash
# A small Slurm on the test hosts: slurmctld on tthost0, a slurmd on each, munged beside them. network.sh calls it.
# usage: slurm.sh up | node HOST
set -eu
state=$TT_RUN_HOSTS_STATE
slurm=$state/slurm
export SLURM_CONF=$slurm/slurm.conf

on() {
    local host=$1
    shift
    nsenter -t "$(cat "$state/tthost$host.pid")" -n -u -i -m -p -- "$@" </dev/null >>"$slurm/log/started" 2>&1
}

case $1 in
up)
    mkdir -p "$slurm"/{state,log,munge,socket}
    dd if=/dev/urandom of="$slurm/munge/munge.key" bs=1024 count=1 status=none
    chmod 700 "$slurm/munge"
    chmod 600 "$slurm/munge/munge.key"
    chown -R munge:munge "$slurm/munge" "$slurm/socket"
    runuser -u munge -- munged --key-file="$slurm/munge/munge.key" --socket="$slurm/socket/munge.socket" \
        --log-file="$slurm/munge/log" --pid-file="$slurm/munge/pid" --seed-file="$slurm/munge/seed"
    cat >"$SLURM_CONF" <<END
ClusterName=test
SlurmctldHost=tthost0(10.77.0.10)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm/socket/munge.socket
StateSaveLocation=$slurm/state
SlurmdSpoolDir=/run/slurmd
SlurmctldPidFile=/run/slurmctld.pid
SlurmdPidFile=/run/slurmd.pid
SlurmctldLogFile=$slurm/log/slurmctld
SlurmdLogFile=$slurm/log/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
KillWait=2
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
NodeName=tthost[0-3] CPUs=8 RealMemory=2000 State=UNKNOWN
PartitionName=all Nodes=tthost[0-3] Default=YES MaxTime=INFINITE State=UP
END
    on 0 slurmctld
    for host in 0 1 2 3; do on "$host" slurmd; done
    ;;
node)
    on "$2" slurmd
    ;;
esac
