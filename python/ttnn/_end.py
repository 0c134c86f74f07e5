"""How a process that used ttnn ends.

A normal end waits for what is queued, as closing the devices would. After an uncaught exception nobody may be
there to receive what is queued, or to send it: then the process ends at once, with the exit code that Python
would have given it, so that the launcher can end the other ranks.
"""

import atexit
import os
import signal
import sys
import traceback
from types import TracebackType
from typing import Optional, Type

from ttnn import _ttnn

_uncaught: Optional[BaseException] = None


def _remember(kind: Type[BaseException], error: BaseException, trace: Optional[TracebackType]) -> None:
    global _uncaught
    _uncaught = error
    _shown_by(kind, error, trace)


_shown_by = sys.excepthook


def _leave(code: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(code)


def _at_exit() -> None:
    if _uncaught is not None:
        if not _ttnn._has_pending_work():
            return
        if isinstance(_uncaught, KeyboardInterrupt):
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        _leave(1)
    try:
        _ttnn._close_open_devices()
    except BaseException:
        traceback.print_exc()
        _leave(1)


def install() -> None:
    """Once, when ttnn is imported."""
    global _shown_by
    _shown_by = sys.excepthook
    sys.excepthook = _remember
    atexit.register(_at_exit)
