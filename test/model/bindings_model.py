"""What rank bindings mean, written a second time and apart from tt-run: a small model of the rules that the existing tt-run
has (its binding files, their merging, their paths, a rank's environment), with the documented differences of ours marked
"ours". It knows jobs as Python values; it reads no YAML."""

import os
import re
from dataclasses import dataclass, field

PASSED_PREFIXES = ("TT_", "ARCH_", "WH_", "TTNN_", "DEEPSEEK_", "MESH_")
# Ours: what every program needs to find its language and its MPI.
OUR_PREFIXES = ("LC_", "OMP_", "UCX_", "FI_", "MPIR_CVAR_")
OUR_NAMES = ("LANG", "TZ", "TERM", "TMPDIR")
NEVER_PASSED = {
    "TT_MESH_ID", "TT_MESH_HOST_RANK", "TT_MESH_GRAPH_DESC_PATH", "TT_RUN_ORIGINAL_CWD", "TT_RUN_RANK",
    "TT_RUN_SUBCONTEXT_ID", "TT_RUN_SUBCONTEXT_SIZES", "TT_METAL_MOCK_CLUSTER_DESC_PATH",
    "TT_METAL_FACTORY_SYSTEM_DESCRIPTOR_PATH", "TT_VISIBLE_DEVICES",
    "TT_RUN_SIZE", "TT_RUN_JOB", "TT_RUN_SUPERVISOR", "TT_RUN_TOKEN",  # ours
}


@dataclass
class Row:
    rank: object
    mesh_id: object
    mesh_host_rank: object = None
    env: dict = field(default_factory=dict)
    mgd: str = ""
    subcontext: object = None


@dataclass
class BindingFile:
    directory: str  # where it lies
    rows: list
    mgd: str
    global_env: dict = field(default_factory=dict)


@dataclass
class Job:
    files: list               # one, or several that a mapping merges
    merged: bool = False
    mock: dict = None         # rank -> path, as the mapping in `mock_directory` says
    mock_directory: str = ""
    factory: str = None
    skip_mgd_check: bool = False
    caller: dict = field(default_factory=dict)
    launch_directory: str = ""


class Refused(Exception):
    """The job cannot run; `kinds` are the diagnostics of which one at least must be told."""

    def __init__(self, *kinds):
        super().__init__(", ".join(kinds))
        self.kinds = set(kinds)


def expand(text, caller):
    """As os.path.expandvars, with the caller's variables; ours: ${NAME:-default}."""
    def value(match):
        name, default = match.group(1) or match.group(3), match.group(2)
        if default is not None:
            return caller.get(name) or default
        return caller.get(name, match.group(0))
    return re.sub(r"\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))", value, text, flags=re.ASCII)


def find(path, job, naming_directory):
    """The first file of that name: below TT_METAL_HOME, the launch directory, and (ours) beside the file that names it."""
    if path == "~" or path.startswith("~/"):
        path = job.caller.get("HOME", "~") + path[1:]
    places = [job.launch_directory, naming_directory]
    if job.caller.get("TT_METAL_HOME"):
        places.insert(0, os.path.join(job.launch_directory, job.caller["TT_METAL_HOME"]))
    for place in places:
        candidate = os.path.normpath(os.path.join(place, path))
        if os.path.isfile(candidate):
            return candidate
    return None


def is_number(value, least):
    return type(value) is int and least <= value < 1 << 31


def check_rows(file):
    if not file.rows:
        raise Refused("no-ranks")
    for row in file.rows:
        for value in (row.rank, row.mesh_id, row.mesh_host_rank):
            if value is not None and not is_number(value, 0):
                raise Refused("bad-number", "wrong-type")
        if row.rank is None or row.mesh_id is None:
            raise Refused("missing-key")
        if any(value is None for value in row.env.values()):
            raise Refused("wrong-type")
    if any(value is None for value in file.global_env.values()):
        raise Refused("wrong-type")
    if sorted(row.rank for row in file.rows) != list(range(len(file.rows))):
        raise Refused("rank-gap", "rank-duplicate")
    parts = [(row.mgd, row.mesh_id, row.mesh_host_rank) for row in file.rows if row.mesh_host_rank is not None]
    if len(set(parts)) != len(parts):
        raise Refused("mesh-host-rank-duplicate")  # ours: two ranks cannot own one part
    if not file.mgd:
        raise Refused("missing-key")


def find_mgd(path, job, file):
    found = find(path, job, file.directory)
    if found is None and job.skip_mgd_check:
        found = os.path.normpath(os.path.join(job.launch_directory, path))
    if found is None:
        raise Refused("file-not-found")
    return found


def environments(job):
    """The environment of every rank, but for what depends on where it runs; the host's part is `place`'s to say."""
    for file in job.files:
        check_rows(file)
    merged_env, rows, first = {}, [], 0
    for number, file in enumerate(job.files):
        shared = find_mgd(file.mgd, job, file)
        for row in file.rows:
            mgd = find_mgd(row.mgd, job, file) if row.mgd and not job.merged else shared
            rows.append((first + row.rank, row, mgd, number if job.merged else row.subcontext))
        first += len(file.rows)
        for name, value in file.global_env.items():
            if merged_env.setdefault(name, value) != value:
                raise Refused("subcontext-conflict")
    mock = None
    if job.mock is not None:
        mock = {rank: find(path, job, job.mock_directory) for rank, path in job.mock.items()}
        kinds = ["file-not-found"] if None in mock.values() else []
        if set(mock) != {rank for rank, *_ in rows}:
            kinds += ["mock-rank-missing", "mock-rank-unknown"]
        if kinds:
            raise Refused(*kinds)
    sizes = ",".join(str(len(file.rows)) for file in job.files) if job.merged else None
    return [environment(job, *row, len(rows), merged_env, sizes, mock) for row in sorted(rows, key=lambda r: r[0])]


def environment(job, rank, row, mgd, subcontext, size, global_env, sizes, mock):
    caller, here = job.caller, job.launch_directory
    env = {name: value for name, value in caller.items()
           if name not in NEVER_PASSED and (name.startswith(PASSED_PREFIXES + OUR_PREFIXES) or name in OUR_NAMES)}
    env.update({
        "TT_MESH_ID": str(row.mesh_id), "TT_MESH_GRAPH_DESC_PATH": mgd, "TT_RUN_ORIGINAL_CWD": here,
        "TT_RUN_RANK": str(rank), "TT_METAL_HOME": caller.get("TT_METAL_HOME", here),
        "PYTHONPATH": caller.get("PYTHONPATH", here),
        "LD_LIBRARY_PATH": caller.get("LD_LIBRARY_PATH", here + "/build/lib"),
        "TT_RUN_SIZE": str(size), "OMPI_COMM_WORLD_RANK": str(rank), "OMPI_COMM_WORLD_SIZE": str(size),  # ours
    })
    env["TT_METAL_RUNTIME_ROOT"] = caller.get("TT_METAL_RUNTIME_ROOT", env["TT_METAL_HOME"])
    env.update({name: caller[name] for name in ("HOME", "USER", "PATH", "VIRTUAL_ENV") if caller.get(name)})
    if "PYTHONHOME" in caller:
        env["PYTHONHOME"] = caller["PYTHONHOME"]
    # Ours: a cache for each rank; `place` puts the host's name in.
    base = caller.get("TT_METAL_CACHE") or (
        caller["HOME"] + "/.cache/tt-metal-cache" if caller.get("HOME") else "/tmp/tt-metal-cache")
    env["TT_METAL_CACHE"] = f"{base}/<host>_rank{rank}"
    if row.mesh_host_rank is not None:
        env["TT_MESH_HOST_RANK"] = str(row.mesh_host_rank)
    if subcontext is not None:
        env["TT_RUN_SUBCONTEXT_ID"] = str(subcontext)
    if sizes:
        env["TT_RUN_SUBCONTEXT_SIZES"] = sizes
    if mock:
        env["TT_METAL_MOCK_CLUSTER_DESC_PATH"] = mock[rank]
    if job.factory:
        factory = find(job.factory, job, here)
        if factory is None:
            raise Refused("file-not-found")
        env["TT_METAL_FACTORY_SYSTEM_DESCRIPTOR_PATH"] = factory
    for entries in (global_env, row.env):
        env.update({name: expand(value, caller) for name, value in entries.items()})
    return env


def place(env, host, local_rank, local_size):
    """Where the rank runs is not the model's to decide: it is told."""
    placed = {"OMPI_COMM_WORLD_LOCAL_RANK": str(local_rank), "OMPI_COMM_WORLD_LOCAL_SIZE": str(local_size)}
    placed.update(env)
    if "<host>" in placed["TT_METAL_CACHE"]:
        placed["TT_METAL_CACHE"] = placed["TT_METAL_CACHE"].replace("<host>", host)
    return placed
