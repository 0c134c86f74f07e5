"""Every fenced block of the field's guide to programming multiple meshes, cut out of it and run as written.

The blocks find a directory like tt-metal's around them: files that the guide names and does not show stand at
the paths that it gives. TT_RUN_EMULATE takes the place of the hardware, as for every program here.
"""

import re
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path
from typing import NamedTuple

from support import BUILD, CONFIGS, SEED, environment, run, told, tt_run

GUIDE = SEED / "programming-multiple-meshes.md"

#: Commands of the guide that are not run, and why.
NOT_RUN = {"./build_metal.sh --build-tests": "builds tt-metal itself, which is not here"}

#: Files that only tt-metal ships, and what stands in for each.
SHIPPED = {
    "tests/tt_metal/tt_fabric/utils/generate_rank_bindings.py": """
        import os
        os.execvp("tt-run", ["tt-run", "generate-rank-bindings", "--cluster", "wh-galaxy"])
    """,
    "my_multi_mesh_workload.py": """
        import ttnn
        device = ttnn.open_mesh_device()
        print(f"rank {ttnn.distributed_context_get_rank()}: {device}", flush=True)
        ttnn.distributed_context_barrier()
        ttnn.close_device(device)
    """,
    "your_script.py": """
        import ttnn
        print(f"{ttnn.get_num_devices()} devices")
    """,
}


class Block(NamedTuple):
    language: str
    text: str
    path: str  # where the guide says that it is from, or ""


def cut(text: str) -> list[Block]:
    blocks = []
    for language, body in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        origin = re.match(r"# From: (\S+)\n", body)
        blocks.append(Block(language, body, origin.group(1) if origin else ""))
    return blocks


@unittest.skipUnless(GUIDE.exists(), f"SKIPPED: the guide is not at {GUIDE}")
class Guide(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.blocks = cut(GUIDE.read_text())
        cls.taken: set[Block] = set()
        cls.directory = tempfile.TemporaryDirectory()
        cls.tree = Path(cls.directory.name)
        cls.lay_out()

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    @classmethod
    def lay_out(cls):
        def write(path: str, text: str) -> None:
            (cls.tree / path).parent.mkdir(parents=True, exist_ok=True)
            (cls.tree / path).write_text(text)

        for path, text in SHIPPED.items():
            write(path, textwrap.dedent(text).lstrip())
        for block in cls.blocks:
            if block.path:
                write(block.path, block.text)
        # The guide shows the Closetbox's descriptor, not its bindings.
        closetbox = next(block.path for block in cls.blocks if block.path.endswith("closetbox_mgd.textproto"))
        rows = (CONFIGS / "closetbox" / "rank_bindings.yaml").read_text()
        rows = re.sub(r"(?m)^mesh_graph_desc_path:.*$", f'mesh_graph_desc_path: "{closetbox}"', rows)
        write("tests/tt_metal/distributed/config/wh_closetbox_rank_bindings.yaml", rows)
        rows = (CONFIGS / "n150" / "rank_bindings.yaml").read_text()
        write("config.yaml", rows.replace("mgd.textproto", str(CONFIGS / "n150" / "mgd.textproto")))
        names = cls.tree / "names"
        names.mkdir()
        for name in ("python", "python3"):
            (names / name).symlink_to(sys.executable)

    def take(self, language: str, needle: str) -> Block:
        found = [block for block in self.blocks if block.language == language and needle in block.text]
        self.assertEqual(len(found), 1, f"blocks of {language} with {needle!r}")
        self.taken.add(found[0])
        return found[0]

    def env(self, system: str) -> dict[str, str]:
        env = environment(TT_RUN_EMULATE=system, PYTHONPATH=str(BUILD / "python"), HOME=str(self.tree))
        env["PATH"] = f"{self.tree / 'names'}:{env['PATH']}"
        return env

    def must(self, outcome):
        self.assertEqual(outcome.returncode, 0, told(outcome))
        return outcome.stdout

    def shell(self, commands: str, system: str) -> str:
        return self.must(run(["bash", "-euc", commands], directory=self.tree, env=self.env(system)))

    def program(self, text: str, *bindings: object) -> str:
        script = self.tree / "blocks.py"
        script.write_text(text)
        return self.must(tt_run(*bindings, "python3", script, directory=self.tree, env=self.env("1")))

    def test_descriptors(self):
        for name, meshes in (
            ("wh_closetbox_mgd", "16 meshes, 128 chips"),
            ("5_galaxy_wh_exabox_mgd", "5 meshes, 160 chips"),
            ("wh_galaxy_split_4x4_multi_mesh", "2 meshes, 32 chips"),
        ):
            block = self.take("proto", f"/{name}.textproto")
            told_of = self.must(run(["tt-run", "check", block.path], directory=self.tree, env=self.env("1")))
            self.assertIn(meshes, told_of)

    def test_rank_bindings(self):
        # Its rows for meshes 2 to 4 "follow the same pattern".
        block = self.take("yaml", "rank_bindings:")
        printed = self.must(
            tt_run(block.path, "python3", "my_multi_mesh_workload.py", directory=self.tree, env=self.env("1"))
        )
        wanted = [f"rank {k}: MeshDevice(8x4 grid, 32 devices)" for k in range(2)]
        self.assertEqual(sorted(printed.splitlines()), wanted)

    def test_the_form_of_a_launch(self):
        form = self.take("bash", "<program> [args...]").text.strip()
        whole = form.replace("[", "").replace("]", "")
        whole = whole.replace("<mpi_args>", "--tag-output").replace("<program> args...", "python3 your_script.py")
        self.assertEqual(self.shell(whole, "n150"), "[1,0]<stdout>: 1 devices\n")
        short = re.sub(r" \[.*?\]", "", form).replace("<program>", "python3 your_script.py")
        self.assertEqual(self.shell(short, "n150"), "1 devices\n")

    def test_a_launch_on_the_closetbox(self):
        printed = self.shell(self.take("bash", "my_multi_mesh_workload.py").text, "closetbox")
        lines = sorted(printed.splitlines())
        self.assertEqual(len(lines), 16, printed)
        self.assertTrue(all("MeshDevice(2x4 grid, 8 devices)" in line for line in lines), printed)

    def test_visible_devices(self):
        # Two PCIe devices of a T3K are two boards of two chips.
        printed = self.shell(self.take("bash", "TT_VISIBLE_DEVICES=").text, "t3k")
        self.assertEqual(printed, "2 devices\n4 devices\n")

    def test_processes_on_different_devices(self):
        block = self.take("python", "multiprocessing")
        script = self.tree / "processes.py"
        script.write_text(block.text)
        self.must(run(["python3", script], directory=self.tree, env=self.env("t3k")))

    def test_generating_bindings(self):
        block = self.take("bash", "build_metal.sh")
        commands = [line for line in block.text.splitlines() if line and not line.startswith("#")]
        self.assertEqual([line for line in commands if line in NOT_RUN], list(NOT_RUN))
        self.shell("\n".join(line for line in commands if line not in NOT_RUN), "wh-galaxy")
        named = re.findall(r"^- `(\S+\.yaml)` -", GUIDE.read_text(), re.MULTILINE)
        self.assertEqual(len(named), 4)
        for name in named:
            self.assertTrue((self.tree / name).exists(), name)

    def test_sockets_between_two_ranks(self):
        fabric = self.take("python", "FabricReliabilityMode.RELAXED_INIT").text
        setup = self.take("python", "# Create socket\nsocket = ").text
        transfer = self.take("python", "recv_socket = ttnn.MeshSocket(device, socket_config)\n    # .spec").text
        before = "import torch\nimport ttnn\n"
        between = "device = ttnn.open_mesh_device(ttnn.MeshShape(4, 4))\nrank = int(ttnn.distributed_context_get_rank())\n"
        after = textwrap.dedent(
            """
            ttnn.synchronize_device(device)
            if rank == 1:
                pairs = zip(ttnn.get_device_tensors(input_tensor), ttnn.get_device_tensors(output_tensor))
                assert all(torch.equal(ttnn.to_torch(a), ttnn.to_torch(b)) for a, b in pairs)
                print("equal on every device")
            ttnn.distributed_context_barrier()
            ttnn.close_device(device)
            """
        )
        printed = self.program(before + fabric + between + setup + transfer + after, self.configured("split-galaxy-4x4"))
        self.assertEqual(printed, "equal on every device\n")

    def test_sockets_within_a_process(self):
        block = self.take("python", "create_socket_pair").text
        before = textwrap.dedent(
            """
            import torch
            import ttnn
            ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_2D)
            device = ttnn.open_mesh_device(ttnn.MeshShape(8, 4))
            sender_mesh_device, receiver_mesh_device = device.create_submeshes(ttnn.MeshShape(4, 4))
            core = ttnn.CoreCoord(0, 0)
            places = [ttnn.MeshCoreCoord(at, core) for at in ttnn.MeshCoordinateRange(sender_mesh_device.shape)]
            socket_connections = [ttnn.SocketConnection(place, place) for place in places]
            socket_mem_config = ttnn.SocketMemoryConfig(ttnn.BufferType.L1, 4096)
            """
        )
        after = textwrap.dedent(
            """
            x = ttnn.from_torch(torch.randn(32, 32), layout=ttnn.TILE_LAYOUT, device=sender_mesh_device)
            y = ttnn.allocate_tensor_on_device(x.spec, receiver_mesh_device)
            ttnn.experimental.send_async(x, sender_socket)
            ttnn.experimental.recv_async(y, receiver_socket)
            pairs = zip(ttnn.get_device_tensors(x), ttnn.get_device_tensors(y))
            assert all(torch.equal(ttnn.to_torch(a), ttnn.to_torch(b)) for a, b in pairs)
            ttnn.close_device(device)
            """
        )
        self.program(before + block + after, self.configured("wh-galaxy"))

    def configured(self, name: str) -> Path:
        return CONFIGS / name / "rank_bindings.yaml"

    def test_the_programming_example(self):
        program = self.take("python", "def run_multiprocess_workload")
        self.assertEqual(program.path, "tests/ttnn/distributed/test_multi_mesh.py")
        commands = self.take("bash", "tests/ttnn/distributed/test_multi_mesh.py")
        printed = self.shell(commands.text, "wh-galaxy")
        self.assertEqual(printed.count("Test passed: Output tensor matches expected tensor"), 1, printed)

    def test_zz_nothing_was_left_out(self):
        """Last, in the order of names: each block belongs to a test above."""
        left = [block for block in self.blocks if block not in self.taken]
        self.assertEqual(left, [])
        self.assertEqual(len(self.blocks), 15)


if __name__ == "__main__":
    unittest.main()
