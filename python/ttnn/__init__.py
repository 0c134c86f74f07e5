"""Multi-mesh programs on emulated Tenstorrent chips: the emulated twin of tt-metal's ttnn.

Names, arguments and errors are those of tt-metal. torch and numpy are imported only by what needs them.
"""


from ttnn import _load

try:
    from ttnn import _ttnn
except ImportError as error:
    raise _load.explain(error) from None

from ttnn import _end, distributed, experimental
from ttnn._built_for import __version__
from ttnn._arrays import distribute, from_torch, to_numpy, to_torch
from ttnn._device import (
    DispatchCoreAxis,
    DispatchCoreConfig,
    DispatchCoreType,
    create_mesh_device,
    visualize_mesh_device,
    visualize_tensor,
)
from ttnn._ttnn import *

bfloat16 = DataType.BFLOAT16
float32 = DataType.FLOAT32
uint32 = DataType.UINT32
bfloat8_b = DataType.BFLOAT8_B
bfloat4_b = DataType.BFLOAT4_B
uint8 = DataType.UINT8
uint16 = DataType.UINT16
int32 = DataType.INT32

ROW_MAJOR_LAYOUT = Layout.ROW_MAJOR
TILE_LAYOUT = Layout.TILE

del recv_async, recv_direct_async, send_async, send_direct_async  # as upstream: ttnn.experimental has them

_end.install()
