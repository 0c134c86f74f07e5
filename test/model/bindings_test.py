"""Random jobs through the real tt-run, compared with the model: the same environment for every rank, or refused for a reason
that the model has too. bindings_test.py DIRECTORY-OF-TT-RUN [SEED [JOBS]]"""

import json
import os
import random
import subprocess
import sys
import tempfile

from bindings_model import BindingFile, Job, Refused, Row, environments, place

MGD = """mesh_descriptors { name: "M" arch: WORMHOLE_B0 device_topology { dims: [ 1, 1 ] }
  host_topology { dims: [ 1, 1 ] } channels { count: 1 } }
graph_descriptors { name: "G" type: "FABRIC"
%s}
top_level_instance { graph { graph_descriptor: "G" graph_id: 0 } }
"""
VALUES = ["x", "", "$A", "${A}", "a${B}c", "$NONE", "${NONE:-d e}", "${EMPTY:-d}", "${A:-d}", "$$A", "$", "${", "${}", "~/x",
          "\\$A", "$A$A", "${A", "0,1", "é $A", "a=b", "$SELF", "${A:+x}", "$A-b", "$Aé", "with 'quotes' and \"more\""]
NAMES = ["V1", "V2", "TT_LOGGER_LEVEL", "TT_VISIBLE_DEVICES", "PATH", "TT_MESH_ID", "TT_RUN_RANK", "TT_METAL_HOME",
         "LD_LIBRARY_PATH", "TT_METAL_CACHE", "OMPI_COMM_WORLD_SIZE",
         "OMPI_COMM_WORLD_LOCAL_RANK", "lower"]
CALLERS = ["A", "B", "EMPTY", "SELF", "TT_FOO", "ARCH_NAME", "WH_ARCH_YAML", "TTNN_CONFIG", "DEEPSEEK_V3", "MESH_DEVICE", "OTHER",
           "TT_MESH_ID", "TT_MESH_HOST_RANK", "TT_VISIBLE_DEVICES", "TT_RUN_RANK", "TT_RUN_SIZE", "TT_RUN_SUBCONTEXT_ID", "HOME",
           "USER", "VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "TT_METAL_HOME", "TT_METAL_RUNTIME_ROOT",
           "TT_METAL_CACHE", "LANG", "LC_ALL", "TZ", "TERM", "TMPDIR", "OMP_NUM_THREADS", "FI_PROVIDER", "HYDRA_X", "SHELL"]


class Maker:
    """Makes one random job below a directory."""

    def __init__(self, dice, top):
        self.dice, self.top = dice, top
        self.launch, self.metal, self.files = (os.path.join(top, name) for name in ("launch", "metal", "files"))
        for directory in (self.launch, self.metal, self.files):
            os.makedirs(directory)

    def chance(self, percent):
        return self.dice.randrange(100) < percent

    def write(self, path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def lay(self, name, text):
        """Puts a file where a path may be looked for, and gives back how to name it."""
        where = self.dice.choice([self.launch, self.metal, self.files])
        for directory in (self.launch, self.metal, self.files):
            if directory == where or self.chance(30):
                self.write(os.path.join(directory, name), text)
        if self.chance(10):
            return os.path.join(where, name)
        return "./" + name if self.chance(10) else name

    def caller(self):
        variables = {name: self.dice.choice(["", "v", "two words", "/d", "$A"]) for name in CALLERS if self.chance(40)}
        for name in ("HOME", "TMPDIR"):
            if name in variables:
                variables[name] = self.dice.choice(["", self.files])
        if "TT_METAL_HOME" in variables:
            variables["TT_METAL_HOME"] = self.dice.choice(["", self.metal, "../metal", "/nowhere"])
        variables["PATH"] = os.environ["PATH"]
        return variables

    def env(self, bad):
        count = self.dice.choice([0, 0, 1, 2, 5])
        env = {name: self.dice.choice(VALUES) for name in self.dice.sample(NAMES, count)}
        if env and bad == "null":
            env[self.dice.choice(list(env))] = None
        return env

    def rows(self, count, skip, bad):
        rows = []
        for rank in range(count):
            host_rank = self.dice.choice([None, self.dice.randrange(4)]) if skip else self.dice.choice([None, 0])
            rows.append(Row(rank, self.dice.randrange(4) if skip else rank, host_rank, self.env(None)))
            if self.chance(10):
                rows[-1].subcontext = self.dice.randrange(3)
        row = self.dice.choice(rows)
        if bad == "duplicate":
            row.rank = self.dice.randrange(count)
        elif bad == "gap":
            row.rank += count
        elif bad == "number":
            row.rank = self.dice.choice([-1, 0.5, "x", "0x", "1e0", 99999999999])
        elif bad == "mesh":
            row.mesh_id = self.dice.choice([-1, "M", None])
        elif bad == "null":
            row.env = self.env("null")
        elif bad == "none":
            rows = []
        self.dice.shuffle(rows)
        return rows

    def job(self):
        merged = self.chance(35)
        job = Job([], merged, caller=self.caller(), launch_directory=self.launch, skip_mgd_check=self.chance(50))
        faults = ["duplicate", "gap", "number", "mesh", "null", "none", "no-mgd", "mock", "conflict"]
        bad = self.dice.choice(faults) if self.chance(30) else None
        for number in range(self.dice.randrange(1, 4) if merged else 1):
            count = self.dice.randrange(1, 5)
            meshes = "".join(f'instances {{ mesh {{ mesh_descriptor: "M" mesh_id: {k} }} }}\n' for k in range(count))
            mgd = self.lay(f"m{number}.textproto", MGD % meshes)
            file = BindingFile(self.files, self.rows(count, job.skip_mgd_check, bad), mgd)
            for row in file.rows:
                if self.chance(15):
                    known = not merged and not job.skip_mgd_check
                    row.mgd = mgd if known else self.dice.choice([mgd, "elsewhere/x.textproto"])
            # One value for one name over all files, unless that is the fault.
            file.global_env = {name: value for name, value in self.env("null" if bad == "null" and self.chance(30) else None).items()
                               if not merged or bad == "conflict" or name not in ("V1", "V2")}
            if merged and bad != "conflict":
                for name in file.global_env:
                    file.global_env[name] = file.global_env[name] and "same $A"
            if bad == "no-mgd" and self.chance(70):
                file.mgd = self.dice.choice(["", "missing.textproto"])
            job.files.append(file)
        total = sum(len(file.rows) for file in job.files)
        if self.chance(25) or bad == "mock":
            job.mock_directory = self.files
            job.mock = {rank: self.lay(f"c{rank}.yaml", "arch: {0: wormhole_b0}\n") for rank in range(total)}
            if bad == "mock" and total:
                job.mock.pop(self.dice.randrange(total))
                job.mock[total + self.dice.randrange(2)] = job.mock.get(0, "c0.yaml")
        if self.chance(15):
            job.factory = os.path.join(self.files, "f.textproto")
            self.write(job.factory, "hosts { hostname: \"h\" }\n")
        return job

    # How it is written: YAML by hand, so that no reader of YAML stands between the two.
    def scalar(self, value):
        if value is None:
            return self.dice.choice(["null", "~", ""])
        if isinstance(value, str):
            return "'" + value.replace("'", "''") + "'" if self.chance(50) else json.dumps(value, ensure_ascii=False)
        return str(value)

    def number(self, value):
        """A number in any spelling of YAML 1.1; what is none, as it is."""
        if isinstance(value, int) and value >= 0 and self.chance(30):
            return self.dice.choice([f"{value:#x}", f"{value:#b}", f"0{value:o}", f"+{value}", f"{value}.0", f"'{value}'"])
        return value if isinstance(value, str) else self.scalar(value)

    def mapping(self, entries, indent):
        if not entries:
            return " {}\n"
        return "\n" + "".join(f"{' ' * indent}{name}: {self.scalar(value)}\n" for name, value in entries.items())

    def bindings(self, file):
        def row_text(row):
            keys = [f"rank: {self.number(row.rank)}", f"mesh_id: {self.number(row.mesh_id)}"]
            if row.mesh_host_rank is not None or self.chance(20):
                keys.append(f"mesh_host_rank: {self.number(row.mesh_host_rank)}")
            if row.mgd:
                keys.append(f"mesh_graph_desc_path: {self.scalar(row.mgd)}")
            if row.subcontext is not None:
                keys.append(f"subcontext_id: {row.subcontext}")
            self.dice.shuffle(keys)
            text = "  - " + "\n    ".join(keys) + "\n"
            return text + ("    env_overrides:" + self.mapping(row.env, 6) if row.env or self.chance(20) else "")

        rows = "rank_bindings:" + ("\n" + "".join(map(row_text, file.rows)) if file.rows else " []\n")
        parts = [rows, f"mesh_graph_desc_path: {self.scalar(file.mgd)}\n"]
        if file.global_env or self.chance(20):
            parts.append("global_env:" + self.mapping(file.global_env, 2))
        self.dice.shuffle(parts)
        return "".join(parts)

    def arguments(self, job):
        words = []
        for number, file in enumerate(job.files):
            self.write(os.path.join(self.files, f"b{number}.yaml"), self.bindings(file))
        if job.merged:
            listed = "".join(f"  {number}: b{number}.yaml\n" for number in range(len(job.files)))
            self.write(os.path.join(self.files, "all.yaml"), "subcontext_id_to_rank_bindings:\n" + listed)
            words += ["--rank-bindings-mapping", os.path.join(self.files, "all.yaml")]
        else:
            words += ["--rank-binding", os.path.join(self.files, "b0.yaml")]
        if job.mock is not None:
            entries = "".join(f"  {rank}: {self.scalar(path)}\n" for rank, path in job.mock.items())
            self.write(os.path.join(self.files, "mock.yaml"), "rank_to_cluster_mock_cluster_desc:\n" + entries)
            words += ["--mock-cluster-rank-binding", os.path.join(self.files, "mock.yaml")]
        if job.factory:
            words += ["--factory-system-descriptor", job.factory]
        if job.skip_mgd_check:
            words.append("--skip-mgd-check")
        return words


def check(tt_run, seed):
    """What is wrong with one job, or nothing."""
    with tempfile.TemporaryDirectory(prefix="tt-run-model-") as top:
        maker = Maker(random.Random(seed), os.path.realpath(top))
        job = maker.job()
        plan_file = os.path.join(top, "plan.json")
        words = [tt_run, "--dry-run", "--no-validate", "--plan", plan_file] + maker.arguments(job) + ["true"]
        told = subprocess.run(words, cwd=job.launch_directory, env=job.caller, capture_output=True, text=True, timeout=60)
        try:
            expected = environments(job)
        except Refused as refused:
            if told.returncode == 2 and any(f"[{kind}]" in told.stderr for kind in refused.kinds):
                return None
            return f"expected to be refused with {refused}, exit code {told.returncode}:\n{told.stderr}"
        if told.returncode != 0:
            return f"expected to be planned, exit code {told.returncode}:\n{told.stderr}"
        with open(plan_file, encoding="utf-8") as file:
            ranks = json.load(file)["ranks"]
        if len(ranks) != len(expected):
            return f"{len(ranks)} ranks, expected {len(expected)}"
        for rank, env in zip(ranks, expected):
            planned = {name: entry["value"] for name, entry in rank["environment"].items()}
            wanted = place(env, rank["host"], rank["local_rank"], rank["local_size"])
            if planned != wanted:
                names = [name for name in sorted(planned.keys() | wanted.keys()) if planned.get(name) != wanted.get(name)]
                return f"rank {rank['rank']}: " + "; ".join(
                    f"{name} is {planned.get(name)!r}, expected {wanted.get(name)!r}" for name in names)
        return None


def main():
    tt_run = os.path.join(os.path.abspath(sys.argv[1]), "tt-run")
    first = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
    jobs = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    print(f"seeds {first} to {first + jobs - 1}")
    failures = 0
    for seed in range(first, first + jobs):
        problem = check(tt_run, seed)
        if problem:
            failures += 1
            print(f"seed {seed}: {problem}")
    print(f"{jobs} jobs, {failures} differ")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
