"""Jobs of several Python ranks, as users start them: the official example, our own, and what goes wrong."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import BUILD, PROGRAMS, SEED, SOURCE, configured, environment, python, run, told, tt_run

EXAMPLES = SOURCE / "examples" / "python"
OFFICIAL = SEED / "test_multi_mesh.py"
PASSED = "Test passed: Output tensor matches expected tensor"


def here_only(test):
    """The official example is not part of the project."""
    if OFFICIAL.exists():
        return test
    print(f"SKIPPED: the official example is not at {OFFICIAL}", file=sys.stderr)
    return unittest.skip(f"{OFFICIAL} is not there")(test)


class Official(unittest.TestCase):
    @here_only
    def test_it_passes_unchanged(self):
        with tempfile.TemporaryDirectory() as directory:
            outcome = tt_run(
                configured("split-galaxy-4x4"),
                *python(OFFICIAL),
                options=["--emulate", "--mpi-args", "--tag-output"],
                directory=Path(directory),
            )
            self.assertEqual(outcome.returncode, 0, told(outcome))
            tagged = [line for line in outcome.stdout.splitlines() if PASSED in line]
            self.assertEqual(len(tagged), 1, told(outcome))
            self.assertRegex(tagged[0], r"^\[1,1\]<stdout>")

    @here_only
    def test_it_passes_on_bindings_just_written(self):
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            written = run(["tt-run", "generate-rank-bindings", "--cluster", "wh-galaxy"], directory=directory)
            self.assertEqual(written.returncode, 0, told(written))
            outcome = tt_run(
                "4x4_multi_mesh_rank_binding.yaml",
                *python(OFFICIAL),
                options=["--emulate", "--cluster", "wh-galaxy", "--mpi-args", "--tag-output"],
                directory=directory,
            )
            self.assertEqual(outcome.returncode, 0, told(outcome))
            self.assertEqual(outcome.stdout.count(PASSED), 1, told(outcome))

    @here_only
    def test_another_number_of_ranks_fails_with_its_own_words(self):
        for system in ("wh-galaxy", "split-galaxy-4x2"):
            bindings = configured(system)
            with self.subTest(system), tempfile.TemporaryDirectory() as name:
                if system == "split-galaxy-4x2":  # three of its four ranks, each with meshes of 4 x 4
                    bindings = three_ranks(Path(name))
                outcome = tt_run(bindings, *python(OFFICIAL), directory=Path(name))
                self.assertEqual(outcome.returncode, 1, told(outcome))
                self.assertIn("ValueError: This test requires 2 processes", outcome.stderr)


def three_ranks(directory: Path) -> Path:
    meshes = "".join(f'  instances {{ mesh {{ mesh_descriptor: "M" mesh_id: {k} }} }}\n' for k in range(3))
    (directory / "three.textproto").write_text(
        'mesh_descriptors {\n  name: "M" arch: WORMHOLE_B0\n  device_topology { dims: [4, 4] }\n'
        "  host_topology { dims: [1, 1] }\n  channels { count: 4 policy: RELAXED }\n}\n"
        f'graph_descriptors {{\n  name: "G" type: "FABRIC"\n{meshes}'
        "  graph_topology { layout_type: ALL_TO_ALL channels { count: 2 } }\n}\n"
        'top_level_instance { graph { graph_descriptor: "G" graph_id: 0 } }\n'
    )
    rows = "".join(f"  - {{rank: {k}, mesh_id: {k}, mesh_host_rank: 0}}\n" for k in range(3))
    bindings = directory / "three.yaml"
    bindings.write_text(f"rank_bindings:\n{rows}mesh_graph_desc_path: three.textproto\n")
    return bindings


class Examples(unittest.TestCase):
    def lines(self, system, program):
        outcome = tt_run(configured(system), *python(EXAMPLES / program))
        self.assertEqual(outcome.returncode, 0, told(outcome))
        return sorted(outcome.stdout.splitlines())

    def test_two_stage_pipeline(self):
        self.assertEqual(
            self.lines("split-galaxy-4x4", "two_stage_pipeline.py"),
            [
                "rank 0 sent relu(x) from 16 devices",
                "rank 1 received it on 16 devices, and exp(relu(x)) is right on all",
            ],
        )

    def test_hello_mesh(self):
        self.assertEqual(
            self.lines("5-galaxy", "hello_mesh.py"),
            [
                f"rank {k} of 5: MeshDevice(8x4 grid, 32 devices), the first is FabricNodeId(M{k}, D0)"
                for k in range(5)
            ],
        )

    def test_chain(self):
        self.assertEqual(self.lines("5-galaxy", "chain.py"), ["3 tensors came through 5 meshes"])

    def test_ranks_know_and_read_their_part_and_exchange_bytes(self):
        self.assertEqual(
            self.lines("split-galaxy-big-mesh", PROGRAMS / "own_part.py"),
            [
                "mesh 0 rank 0 (0, 0) to (3, 1)",
                "mesh 0 rank 1 (0, 2) to (3, 3)",
                "mesh 1 rank 2 (0, 0) to (3, 1)",
                "mesh 1 rank 3 (0, 2) to (3, 3)",
            ],
        )


class Failures(unittest.TestCase):
    def job(self, program, *words, system="split-galaxy-4x4"):
        return tt_run(configured(system), *python(PROGRAMS / program, *words))

    def test_a_rank_that_raises_ends_the_job_and_is_shown_once(self):
        for how in ("idle", "queued"):
            with self.subTest(how):
                outcome = self.job("raises.py", how)
                self.assertEqual(outcome.returncode, 1, told(outcome))
                self.assertEqual(outcome.stderr.count("ValueError: stage 1 is wrong"), 1, told(outcome))
                self.assertEqual(outcome.stderr.count("Traceback (most recent call last)"), 1, told(outcome))
                self.assertIn("rank 1 failed first", outcome.stderr)

    def test_an_exit_code_comes_through(self):
        outcome = self.job("raises.py", "exit")
        self.assertEqual(outcome.returncode, 7, told(outcome))

    def test_no_end_hangs_whatever_another_rank_or_thread_does(self):
        ends = {
            "raises-in-wait": 1, "killed-in-wait": 137, "raises-at-others-exit": 1, "killed-at-others-exit": 137,
            "raises-at-exit": 0, "thread-in-wait": 0, "thread-spins": 0, "exit-of-c": 0,
        }
        for how, code in ends.items():
            for form in ("--tag=none", "--direct"):
                with self.subTest(how, form=form):
                    outcome = tt_run(configured("split-galaxy-4x4"), *python(PROGRAMS / "ends.py", how),
                                     options=("--emulate", form), timeout=110)
                    # Without tt-run the lowest failing rank's counts, and Hydra may have ended rank 0.
                    codes = (code, 137) if form == "--direct" and code != 0 else (code,)
                    self.assertIn(outcome.returncode, codes, told(outcome))

    def test_a_program_that_forgets_to_close_is_waited_for(self):
        outcome = self.job("forgets.py")
        self.assertEqual((outcome.returncode, outcome.stdout), (0, "all of it came\n"), told(outcome))

    def test_ranks_that_wait_for_each_other_are_told_apart(self):
        for how in ("receive", "close"):
            with self.subTest(how):
                outcome = self.job("waits.py", how)
                self.assertEqual(outcome.returncode, 124, told(outcome))
                self.assertIn("deadlock", outcome.stderr)

    def test_ctrl_c_ends_a_rank_in_its_sleep_and_another_in_its_wait(self):
        child = subprocess.Popen(
            # The grace is so long that only the ranks' own ends can be what is seen here.
            ["tt-run", "--emulate", "--grace", "60s", "--rank-binding", configured("split-galaxy-4x4"),
             sys.executable, PROGRAMS / "waits.py", "sleep"],
            env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        self.assertEqual([child.stdout.readline(), child.stdout.readline()], ["ready\n"] * 2)
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=50)
        self.assertEqual(child.returncode, 130, errors)

    def test_a_third_rank_has_no_end_of_a_socket(self):
        outcome = self.job("third_rank.py", system="split-galaxy-4x2")
        self.assertEqual(outcome.returncode, 0, told(outcome))
        lines = sorted(outcome.stdout.splitlines())
        self.assertEqual([line for line in lines if ": null " in line], [f"rank {k}: null {k > 1}" for k in range(4)])
        self.assertEqual(sum("they differ in the FIFO" in line for line in lines), 2, told(outcome))
        self.assertNotIn("nothing", outcome.stdout)


class Modules(unittest.TestCase):
    """Which ttnn a rank imports."""

    def where(self, env, *options):
        script = "import ttnn; print(ttnn.__file__)"
        outcome = tt_run(configured("n150"), *python("-c", script), options=options, env=env)
        return outcome.returncode, outcome.stdout.strip(), outcome.stderr

    def test_emulation_brings_its_own_and_hardware_the_users(self):
        with tempfile.TemporaryDirectory() as name:
            theirs = Path(name) / "ttnn"
            theirs.mkdir()
            (theirs / "__init__.py").write_text("")
            env = environment(PYTHONPATH=name)
            ours = BUILD / "python" / "ttnn" / "__init__.py"
            self.assertEqual(self.where(env, "--emulate")[1], str(ours))
            self.assertEqual(self.where(env)[1], str(theirs / "__init__.py"))
            self.assertNotEqual(self.where(environment())[0], 0)  # there is none without emulation

    def test_another_version_of_python_is_told(self):
        with tempfile.TemporaryDirectory() as name:
            copy = Path(name) / "ttnn"
            shutil.copytree(BUILD / "python" / "ttnn", copy)
            for compiled in copy.glob("_ttnn*.so"):
                compiled.rename(copy / "_ttnn.cpython-38-x86_64-linux-gnu.so")
            (copy / "_built_for.py").write_text('version = "3.8"\ninterpreter = "/usr/bin/python3.8"\n')
            outcome = run(python("-c", "import ttnn"), env=environment(PYTHONPATH=name))
            self.assertEqual(outcome.returncode, 1)
            last = outcome.stderr.strip().splitlines()[-1]
            running = f"{sys.version_info[0]}.{sys.version_info[1]}"
            self.assertRegex(last, r"^ImportError: this ttnn was built for Python 3\.8 \(/usr/bin/python3\.8\)")
            self.assertIn(f"runs under Python {running} ({sys.executable})", last)

    def test_it_is_installed(self):
        with tempfile.TemporaryDirectory() as name:
            prefix = Path(name) / "prefix"
            cmake = os.environ["TT_RUN_CMAKE"]
            for component in ("runtime", "python"):
                installed = run([cmake, "--install", BUILD, "--prefix", prefix, "--component", component])
                self.assertEqual(installed.returncode, 0, told(installed))
            [package] = prefix.glob("lib/python3*/*-packages/ttnn")
            script = (
                "import ttnn\n"
                "device = ttnn.open_mesh_device(ttnn.MeshShape(2, 4))\n"
                "print(device, ttnn.__file__)\n"
                "ttnn.close_device(device)\n"
            )
            env = environment(PYTHONPATH=str(package.parent), TT_RUN_EMULATE="t3k")
            outcome = run(python("-c", script), env=env, directory=Path(name))
            self.assertEqual(outcome.stdout, f"MeshDevice(2x4 grid, 8 devices) {package}/__init__.py\n", told(outcome))


if __name__ == "__main__":
    unittest.main()
