"""A socket between ranks 0 and 1, seen from the others; then a wrong one."""

import ttnn

ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_2D)
device = ttnn.open_mesh_device()
rank = int(ttnn.distributed_context_get_rank())
core = ttnn.MeshCoreCoord(ttnn.MeshCoordinate(0, 0), ttnn.CoreCoord(0, 0))
connection = ttnn.SocketConnection(core, core)


def config(fifo: int, sender: int = 0, receiver: int = 1) -> ttnn.SocketConfig:
    return ttnn.SocketConfig([connection], ttnn.SocketMemoryConfig(ttnn.BufferType.L1, fifo), sender, receiver)


def refused(make) -> str:
    try:
        make()
    except RuntimeError as error:
        return str(error).splitlines()[-1] if "fifo" not in str(error).lower() else "the FIFO"
    return "nothing"


socket = ttnn.MeshSocket(device, config(4096))
print(f"rank {rank}: null {socket.is_null()}", flush=True)
if rank > 1:
    tensor = ttnn.allocate_tensor_on_device(ttnn.TensorSpec((32, 32), ttnn.float32, ttnn.TILE_LAYOUT), device)
    print(f"rank {rank}: using it: {refused(lambda: ttnn.experimental.send_async(tensor, socket))}", flush=True)
print(f"rank {rank}: one rank for both ends: {refused(lambda: ttnn.MeshSocket(device, config(4096, 0, 0)))}", flush=True)
ttnn.distributed_context_barrier()
if rank < 2:
    print(f"rank {rank}: they differ in {refused(lambda: ttnn.MeshSocket(device, config(4096 << rank)))}", flush=True)
ttnn.distributed_context_barrier()
ttnn.close_device(device)
