"""What `print(tensor)` shows: values, the first and last of many, with numpy's columns."""

from __future__ import annotations

from ttnn import _ttnn
from ttnn._arrays import distribute, to_numpy

_MOST_SHARDS = 4
_MOST_VALUES = 1000  # of a shard; of a larger one the corners


def text_of(tensor: _ttnn.Tensor) -> str:
    """The values of one shard, or of the first few by their places in the mesh; read after all that is queued.

    What `repr` says alone for a tensor that was deallocated, and where numpy is missing.
    """
    if not tensor.is_allocated():
        return repr(tensor)
    try:
        import numpy
    except ModuleNotFoundError:
        return repr(tensor)

    def values(shard: _ttnn.Tensor, before: str) -> str:
        array = to_numpy(shard)
        return str(numpy.array2string(array, precision=4, separator=", ", threshold=_MOST_VALUES, prefix=before))

    with distribute(None):  # each shard by itself, whatever is the default
        shards = _ttnn.get_device_tensors(tensor)
        if len(shards) == 1:
            begin = "ttnn.Tensor("
            return begin + values(shards[0], begin) + ", " + repr(tensor)[len(begin) :]
        lines = [repr(tensor)]
        for place, shard in zip(tensor.tensor_topology().mesh_coords(), shards[:_MOST_SHARDS]):
            begin = f"  {place}: "
            lines.append(begin + values(shard, begin))
        if len(shards) > _MOST_SHARDS:
            lines.append(f"  ... and {len(shards) - _MOST_SHARDS} more")
        return "\n".join(lines)
