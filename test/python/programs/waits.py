"""Both ranks wait for a tensor from the other, and neither sends; with `sleep` rank 0 sleeps instead, where the
runtime does not see it, and with `close` they wait while they close their devices."""

import sys
import time

import ttnn

how = sys.argv[1]
ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_2D)
device = ttnn.open_mesh_device()
rank = int(ttnn.distributed_context_get_rank())
core = ttnn.MeshCoreCoord(ttnn.MeshCoordinate(0, 0), ttnn.CoreCoord(0, 0))
memory = ttnn.SocketMemoryConfig(ttnn.BufferType.L1, 4096)
sockets = [
    ttnn.MeshSocket(device, ttnn.SocketConfig([ttnn.SocketConnection(core, core)], memory, sender, 1 - sender))
    for sender in range(2)
]
print("ready", flush=True)
if how == "sleep" and rank == 0:
    time.sleep(600)
spec = ttnn.TensorSpec((32, 32), ttnn.float32, ttnn.TILE_LAYOUT)
ttnn.experimental.recv_async(ttnn.allocate_tensor_on_device(spec, device), sockets[1 - rank])
if how == "close":
    ttnn.close_device(device)
ttnn.synchronize_device(device)
