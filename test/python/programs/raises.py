"""Rank 1 raises while rank 0 waits for it, in the way that is asked for; rank 1 may have work that never ends."""

import sys

import ttnn

how = sys.argv[1]
ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_2D)
device = ttnn.open_mesh_device()
at = ttnn.MeshCoreCoord(ttnn.MeshCoordinate(0, 0), ttnn.CoreCoord(0, 0))
memory = ttnn.SocketMemoryConfig(ttnn.BufferType.L1, 4096)
socket = ttnn.MeshSocket(device, ttnn.SocketConfig([ttnn.SocketConnection(at, at)], memory, 0, 1))


def stage(number):
    if how == "queued":  # and nobody will ever send
        spec = ttnn.TensorSpec((32, 32), ttnn.float32, ttnn.TILE_LAYOUT)
        ttnn.experimental.recv_async(ttnn.allocate_tensor_on_device(spec, device), socket)
    if how == "exit":
        sys.exit(7)
    raise ValueError(f"stage {number} is wrong")


if int(ttnn.distributed_context_get_rank()) == 1:
    stage(1)
ttnn.distributed_context_barrier()
ttnn.close_device(device)
