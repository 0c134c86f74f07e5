"""Between tensors and the arrays of torch and numpy.

Memory is shared, not copied, where neither type, layout nor order changes: `from_torch` of a ROW_MAJOR host
tensor keeps the array alive, and what `to_torch` and `to_numpy` return shares what was read from the devices.
"""

from __future__ import annotations

import contextlib
import contextvars
import sys
from typing import TYPE_CHECKING, Any, Iterator, NamedTuple, Optional, Sequence, Union

from ttnn import _ttnn
from ttnn._ttnn import DataType, Layout, MemoryConfig, MeshDevice, Tensor, TensorSpec, Tile

if TYPE_CHECKING:
    import numpy
    import torch


class _Dtype(NamedTuple):
    """How torch and numpy call what holds values of a DataType, bit for bit or (block floats) by value."""

    plain: DataType  # as what the values are handed over
    torch: str
    numpy: str


_DTYPES = {
    DataType.BFLOAT16: _Dtype(DataType.BFLOAT16, "bfloat16", ""),
    DataType.FLOAT32: _Dtype(DataType.FLOAT32, "float32", "float32"),
    DataType.UINT32: _Dtype(DataType.UINT32, "int32", "uint32"),
    DataType.BFLOAT8_B: _Dtype(DataType.FLOAT32, "float32", "float32"),
    DataType.BFLOAT4_B: _Dtype(DataType.FLOAT32, "float32", "float32"),
    DataType.UINT8: _Dtype(DataType.UINT8, "uint8", "uint8"),
    DataType.UINT16: _Dtype(DataType.UINT16, "int16", "uint16"),
    DataType.INT32: _Dtype(DataType.INT32, "int32", "int32"),
}

_INFERRED = {
    "float32": DataType.FLOAT32,
    "float16": DataType.BFLOAT16,
    "bfloat16": DataType.BFLOAT16,
    "int64": DataType.UINT32,
    "int32": DataType.INT32,
    "int16": DataType.UINT16,
    "uint8": DataType.UINT8,
    # numpy has these two besides
    "uint16": DataType.UINT16,
    "uint32": DataType.UINT32,
}

_current: contextvars.ContextVar[Any] = contextvars.ContextVar("ttnn.distribute", default=None)


def _library(name: str, needed_by: str) -> Any:
    try:
        return __import__(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ModuleNotFoundError(
            f"ttnn.{needed_by} needs {name}, and {sys.executable} (Python {sys.version.split()[0]}) has none: "
            f"install it there (Debian: python3-{name}; pip: {name})",
            name=name,
        ) from None


def _is_torch(array: Any) -> bool:
    # Whoever has a torch tensor has imported torch.
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(array, torch.Tensor)


def _name(dtype: Any) -> str:
    """float32, of torch.float32 and of numpy.dtype("float32")."""
    return str(dtype).rsplit(".", 1)[-1]


def _inferred(array: Any) -> DataType:
    name = _name(array.dtype)
    if name not in _INFERRED:
        raise RuntimeError(
            f"a {name} array has no counterpart; give a dtype, or one of {', '.join(_INFERRED)}"
        )
    return _INFERRED[name]


def _torch_memory(array: torch.Tensor, dtype: DataType) -> tuple[Any, int, DataType]:
    """The array, cast as need be, with its address and what its elements are."""
    torch = sys.modules["torch"]
    held = array.detach().to("cpu").to(getattr(torch, _DTYPES[dtype].torch)).contiguous()
    return held, held.data_ptr(), _DTYPES[dtype].plain


def _numpy_memory(array: Any, dtype: DataType) -> tuple[Any, int, DataType]:
    numpy = _library("numpy", "from_torch, given something that is no torch tensor,")
    plain = _DTYPES[dtype].plain
    name = _DTYPES[dtype].numpy
    if not name:  # numpy knows no bfloat16: rounded later
        plain, name = DataType.FLOAT32, "float32"
    values = numpy.asarray(array)
    if values.dtype.kind == "f" and name != "float32":
        values = values.astype("int64")
    held = numpy.ascontiguousarray(values.astype(name, copy=False)).reshape(values.shape)
    return held, held.__array_interface__["data"][0], plain


def _host_tensor(array: Any, dtype: DataType) -> Tensor:
    held, address, plain = _torch_memory(array, dtype) if _is_torch(array) else _numpy_memory(array, dtype)
    return _ttnn._tensor_from_memory(address, held, TensorSpec(list(held.shape), plain, Layout.ROW_MAJOR))


def from_torch(
    tensor: Union[torch.Tensor, numpy.ndarray],
    dtype: Optional[DataType] = None,
    *,
    spec: Optional[TensorSpec] = None,
    tile: Optional[Tile] = None,
    pad_value: Optional[float] = None,
    layout: Optional[Layout] = None,
    device: Optional[MeshDevice] = None,
    memory_config: Optional[MemoryConfig] = None,
    mesh_mapper: Optional[_ttnn.TensorToMesh] = None,
    cq_id: Optional[int] = None,
) -> Tensor:
    """A tensor of an array's values: on the host, or, with `device`, on all devices of it.

    The type follows from the array's: float32 and int32 stay, float16 and bfloat16 become BFLOAT16, int64
    UINT32, int16 UINT16, uint8 UINT8; another one needs `dtype`, to which the array is cast first. The layout is
    ROW_MAJOR unless given; block floats are always TILE. `mesh_mapper` cuts the array, as it is, into one shard
    for each device; without one every device gets a copy. `pad_value` fills tiles beyond the shape, 0 by default.

    RuntimeError for an array type without a counterpart, for block floats in ROW_MAJOR, for `spec` beside
    `dtype`, `layout`, `tile` or `memory_config` or of another shape, and for shards that come out unlike.
    """
    if spec is not None:
        if any(given is not None for given in (dtype, layout, memory_config, tile)):
            raise RuntimeError("from_torch: spec says dtype, layout, tile and memory_config; give none of them")
        if list(spec.shape) != list(tensor.shape):
            raise RuntimeError(f"from_torch: spec is of {spec.shape}, the array of {list(tensor.shape)}")
        dtype, layout, memory_config = spec.dtype, spec.layout, spec.memory_config
    dtype = _inferred(tensor) if dtype is None else dtype
    if dtype in (DataType.BFLOAT8_B, DataType.BFLOAT4_B):
        if layout == Layout.ROW_MAJOR:
            raise RuntimeError(f"from_torch: {dtype.name} is for TILE_LAYOUT only")
        layout = Layout.TILE
    layout = Layout.ROW_MAJOR if layout is None else layout
    mapper = mesh_mapper if mesh_mapper is not None else _default(_ttnn.TensorToMesh)
    result = _host_tensor(tensor, dtype)
    if mapper is not None:
        result = mapper.map(result)
    if layout == Layout.TILE:
        result = _ttnn._to_tiles(result, pad_value or 0.0)
    if result.dtype != dtype:
        result = _ttnn.typecast(result, dtype)
    if device is not None:
        return _ttnn.to_device(result, device, memory_config, cq_id)
    if memory_config is not None and spec is None:
        raise RuntimeError("from_torch: memory_config is where on a device; give a device")
    return result


def _on_host(tensor: Tensor, composer: Optional[_ttnn.MeshToTensor], cq_id: Optional[int]) -> tuple[Any, DataType]:
    """The tensor's memory in logical order, and what its elements are."""
    if tensor.storage_type() == _ttnn.StorageType.DEVICE:
        tensor = _ttnn.from_device(tensor, True, cq_id)
    composer = composer if composer is not None else _default(_ttnn.MeshToTensor)
    if composer is not None:
        tensor = composer.compose(tensor)
    dtype = tensor.dtype
    if _DTYPES[dtype].plain != dtype:
        tensor = _ttnn.typecast(tensor, _DTYPES[dtype].plain)
    if tensor.layout != Layout.ROW_MAJOR:
        tensor = _ttnn.to_layout(tensor, Layout.ROW_MAJOR)
    return tensor, dtype


def _squeezed(shape: Sequence[int], rank: Optional[int]) -> list[int]:
    extents = list(shape)
    if rank is None:
        return extents
    while len(extents) > rank and extents[0] == 1:
        del extents[0]
    if len(extents) > rank:
        raise RuntimeError(f"to_torch: {list(shape)} has more than {rank} dimensions that are not 1")
    return extents


def to_torch(
    tensor: Tensor,
    dtype: Optional[torch.dtype] = None,
    *,
    torch_rank: Optional[int] = None,
    mesh_composer: Optional[_ttnn.MeshToTensor] = None,
    device: Optional[MeshDevice] = None,
    cq_id: Optional[int] = None,
) -> torch.Tensor:
    """The tensor's values as a torch tensor; read from the devices first, after all that is queued there.

    FLOAT32 and block floats become float32, BFLOAT16 bfloat16, UINT8 uint8, UINT16 int16, INT32 and UINT32
    int32; `dtype` casts that. `mesh_composer` puts the shards of several devices together. `torch_rank` takes
    leading dimensions of 1 away.

    RuntimeError for several shards without a composer, and if other dimensions than 1 would have to go.
    ModuleNotFoundError without torch.
    """
    torch = _library("torch", "to_torch")
    host, values = _on_host(tensor, mesh_composer, cq_id)
    shape = _squeezed(host.shape, torch_rank)
    array_type = getattr(torch, _DTYPES[values].torch)
    memory = _ttnn._host_array(host)
    if host.logical_volume() == 0:
        result = torch.empty(shape, dtype=array_type)
    else:
        result = torch.frombuffer(memory, dtype=array_type).reshape(shape)
    return result if dtype is None else result.to(dtype)


def to_numpy(
    tensor: Tensor, *, mesh_composer: Optional[_ttnn.MeshToTensor] = None, cq_id: Optional[int] = None
) -> numpy.ndarray:
    """The same as a numpy array, of the tensor's own type where numpy has it (BFLOAT16 becomes float32).

    Ours, not tt-metal's. RuntimeError for several shards without a composer.
    """
    numpy = _library("numpy", "to_numpy")
    host, values = _on_host(tensor, mesh_composer, cq_id)
    name = _DTYPES[values].numpy
    if not name:
        host, name = _ttnn.typecast(host, DataType.FLOAT32), "float32"
    return numpy.frombuffer(_ttnn._host_array(host), dtype=name).reshape(list(host.shape))


def _default(kind: type) -> Any:
    value = _current.get()
    return value if isinstance(value, kind) else None


@contextlib.contextmanager
def distribute(default: Union[_ttnn.TensorToMesh, _ttnn.MeshToTensor, None]) -> Iterator[None]:
    """Within it, `from_torch` cuts with this mapper, or `to_torch` puts together with this composer; None: neither."""
    token = _current.set(default)
    try:
        yield
    finally:
        _current.reset(token)
