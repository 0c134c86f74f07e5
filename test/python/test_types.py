"""What editors and type checkers are told of the module is what it is."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import SOURCE, told

import ttnn

MYPY = "import sys; from mypy.main import main; main(args=sys.argv[1:])"


class Types(unittest.TestCase):
    maxDiff = None

    def test_the_stub_is_what_the_module_says(self):
        printed = subprocess.run(
            [sys.executable, SOURCE / "scripts" / "update-stubs", "--print"], capture_output=True, text=True, check=True
        )
        kept = (SOURCE / "python" / "ttnn" / "_ttnn.pyi").read_text()
        self.assertEqual(printed.stdout, kept, "run scripts/update-stubs")

    @classmethod
    def setUpClass(cls):
        cls.cache = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.cache.cleanup()

    def check(self, *words):
        return subprocess.run(
            [sys.executable, "-c", MYPY, "--config-file", SOURCE / "test" / "python" / "mypy.ini",
             "--cache-dir", self.cache.name, *words],
            cwd=SOURCE / "python", env={"MYPYPATH": str(SOURCE / "python")}, capture_output=True, text=True,
        )

    def test_the_package_and_its_examples_are_typed(self):
        outcome = self.check("-p", "ttnn")
        self.assertEqual(outcome.returncode, 0, told(outcome))
        outcome = self.check(*sorted((SOURCE / "examples" / "python").glob("*.py")))
        self.assertEqual(outcome.returncode, 0, told(outcome))

    def test_a_mistake_is_found(self):
        with tempfile.TemporaryDirectory() as name:
            script = Path(name) / "wrong.py"
            script.write_text("import ttnn\nttnn.open_mesh_device(mesh_shape='4x4')\nttnn.no_such_thing\n")
            outcome = self.check(script)
            self.assertEqual(outcome.returncode, 1, told(outcome))
            self.assertIn('incompatible type "str"', outcome.stdout)
            self.assertIn('has no attribute "no_such_thing"', outcome.stdout)

    def test_everything_public_says_what_it_is(self):
        missing = []
        for name in dir(ttnn):
            value = getattr(ttnn, name)
            if name.startswith("_") or not callable(value) or isinstance(value, type):
                continue
            text = (value.__doc__ or "").split("\n\n", 1)
            if not value.__doc__ or (len(text) == 1 and "(" in text[0]):
                missing.append(name)
        self.assertEqual(missing, [])


if __name__ == "__main__":
    unittest.main()
