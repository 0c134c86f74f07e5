"""Loads the compiled part, or says why it cannot be."""

import sys

from ttnn import _built_for

_RUNNING = f"{sys.version_info[0]}.{sys.version_info[1]}"


def explain(error: ImportError) -> ImportError:
    """What to tell instead of `error`, which importing ttnn._ttnn raised."""
    if _RUNNING == _built_for.version:
        return error
    return ImportError(
        f"this ttnn was built for Python {_built_for.version} ({_built_for.interpreter}), but runs under "
        f"Python {_RUNNING} ({sys.executable}): use that interpreter, or build it for this one with "
        f"`cmake -DPython_EXECUTABLE={sys.executable}`"
    )
