"""Where things are, and how to run a program as its user would."""

import os
import pathlib
import random
import subprocess
import sys
from typing import Mapping, Optional, Sequence

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["TT_RUN_BUILD_DIR"])
PROGRAMS = SOURCE / "test" / "python" / "programs"
CONFIGS = SOURCE / "configs"
SEED = SOURCE.parent / "shared" / "seed"


def environment(**more: str) -> dict[str, str]:
    """This test's own, with the built tt-run first on PATH and nothing that would reach a rank."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TT_", "PYTHON")) and name not in ("LD_LIBRARY_PATH", "ARCH_NAME", "MESH_DEVICE")
    }
    kept["PATH"] = f"{BUILD / 'bin'}:{kept['PATH']}"
    kept.update(more)
    return kept


def run(
    words: Sequence[object],
    directory: Optional[pathlib.Path] = None,
    env: Optional[Mapping[str, str]] = None,
    timeout: float = 120,
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(word) for word in words],
        cwd=directory,
        env=dict(env if env is not None else environment()),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def tt_run(bindings: object, *program: object, options: Sequence[str] = ("--emulate",), **more: object):
    return run(["tt-run", *options, "--rank-binding", bindings, *program], **more)  # type: ignore[arg-type]


def configured(name: str) -> pathlib.Path:
    return CONFIGS / name / "rank_bindings.yaml"


def python(*words: object) -> list[object]:
    return [sys.executable, *words]


def told(outcome: "subprocess.CompletedProcess[str]") -> str:
    """For a failing assertion."""
    return f"exit {outcome.returncode}\n--- stdout\n{outcome.stdout}\n--- stderr\n{outcome.stderr}"


def seeded() -> random.Random:
    """Random data; the seed is printed, and TT_RUN_TEST_SEED repeats it."""
    seed = int(os.environ.get("TT_RUN_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"TT_RUN_TEST_SEED={seed}", file=sys.stderr)
    return random.Random(seed)


def emulate(system: str) -> None:
    """For tests that open devices in their own process: one of configs/."""
    for name in [name for name in os.environ if name.startswith("TT_") and name != "TT_RUN_BUILD_DIR"]:
        if name != "TT_RUN_TEST_SEED":
            del os.environ[name]
    os.environ["TT_RUN_EMULATE"] = system
    os.environ["TT_MESH_GRAPH_DESC_PATH"] = str(CONFIGS / system / "mgd.textproto")
