"""What of devices is better said in Python."""

from __future__ import annotations

import contextlib
import dataclasses
import enum
from typing import Any, Iterator, Optional

from ttnn import _ttnn
from ttnn._arrays import distribute
from ttnn._ttnn import MeshDevice, MeshShape, Tensor

__all__ = [
    "DispatchCoreAxis",
    "DispatchCoreConfig",
    "DispatchCoreType",
    "create_mesh_device",
    "distribute",
    "visualize_mesh_device",
    "visualize_tensor",
]


class DispatchCoreType(enum.Enum):
    WORKER = 0
    ETH = 1


class DispatchCoreAxis(enum.Enum):
    ROW = 0
    COL = 1


@dataclasses.dataclass
class DispatchCoreConfig:
    """Which cores of a real chip run its queues. Emulated chips have their queues beside them."""

    type: Optional[DispatchCoreType] = None
    axis: Optional[DispatchCoreAxis] = None


@contextlib.contextmanager
def create_mesh_device(mesh_shape: Optional[MeshShape] = None, **options: Any) -> Iterator[MeshDevice]:
    """`open_mesh_device` on entry, `close_mesh_device` on exit."""
    device = _ttnn.open_mesh_device(mesh_shape, **options)
    try:
        yield device
    finally:
        _ttnn.close_mesh_device(device)


def _grid(shape: MeshShape, cells: list[str]) -> str:
    columns = shape[-1]
    width = max(len(cell) for cell in cells)
    rule = "+".join([""] + ["-" * (width + 2)] * columns + [""])
    lines = [rule]
    for first in range(0, len(cells), columns):
        row = cells[first : first + columns]
        lines += ["| " + " | ".join(cell.ljust(width) for cell in row) + " |", rule]
    return "\n".join(lines)


def visualize_mesh_device(mesh_device: MeshDevice, tensor: Optional[Tensor] = None) -> None:
    """Prints the grid: each device's place, its physical id and its name in the fabric; what `tensor` has there."""
    coordinates = list(_ttnn.MeshCoordinateRange(mesh_device.shape))
    held = set() if tensor is None else {tuple(at) for at in tensor.tensor_topology().mesh_coords()}
    cells = []
    for at in coordinates:
        node = mesh_device.get_fabric_node_id(at)
        cell = f"{tuple(at)} id {mesh_device.get_device_id(at)} M{int(node.mesh_id)}D{node.chip_id}"
        if tensor is not None:
            cell += f" {list(tensor.shape)}" if tuple(at) in held else " -"
        cells.append(cell)
    print(f"{mesh_device!r}\n{_grid(mesh_device.shape, cells)}")


def visualize_tensor(tensor: Tensor) -> None:
    """Prints the grid of a tensor's devices, and the shard on each."""
    device = tensor.device()
    if device is None:
        print(tensor)
    else:
        visualize_mesh_device(device, tensor)
