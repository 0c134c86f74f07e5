"""Going on after a rank died, for programs written for an MPI with fault tolerance (ULFM).

The MPI under emulated chips has none: when a rank dies tt-run ends the others and says which it was. So these
guard nothing and let every error through, as upstream where MPI cannot tell one failure from another.
"""

from __future__ import annotations

import contextlib
from typing import Any, Iterator, Sequence

POLICIES = ("fast_fail", "fault_tolerant")


class MPIRankFailureError(RuntimeError):
    """A rank died during an operation. Never raised here."""

    def __init__(self, rank: int, error_code: int, operation: str, failed_ranks: Sequence[int] = ()) -> None:
        super().__init__(f"rank {rank}: {operation} failed with code {error_code}; failed ranks: {list(failed_ranks)}")
        self.rank = rank
        self.error_code = error_code
        self.operation = operation
        self.failed_ranks = list(failed_ranks)


def install_ulfm_handler(comm: Any = None) -> None:
    """Does nothing."""


@contextlib.contextmanager
def ulfm_guard(comm: Any, op_name: str, policy: str = "fast_fail") -> Iterator[None]:
    """Lets the block run, and what it raises through. ValueError for a policy that is not one of POLICIES."""
    if policy not in POLICIES:
        raise ValueError(f"policy is {policy!r}, but must be one of {', '.join(POLICIES)}")
    yield
