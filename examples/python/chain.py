"""One mesh after another: each rank receives from the one before it, adds 1, and sends on. Any number of ranks
whose meshes have one shape; numpy is enough.

    tt-run --emulate --rank-binding configs/5-galaxy/rank_bindings.yaml python3 chain.py
"""

import numpy

import ttnn

TENSORS = 3


def socket_between(device: ttnn.MeshDevice, sender: int, receiver: int) -> ttnn.MeshSocket:
    at = ttnn.MeshCoreCoord(ttnn.MeshCoordinate(0, 0), ttnn.CoreCoord(0, 0))
    memory = ttnn.SocketMemoryConfig(ttnn.BufferType.DRAM, 16 * 1024)
    return ttnn.MeshSocket(device, ttnn.SocketConfig([ttnn.SocketConnection(at, at)], memory, sender, receiver))


def main() -> None:
    ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_2D)
    device = ttnn.open_mesh_device()
    rank, size = int(ttnn.distributed_context_get_rank()), int(ttnn.distributed_context_get_size())
    before = socket_between(device, rank - 1, rank) if rank > 0 else None
    after = socket_between(device, rank, rank + 1) if rank + 1 < size else None

    for k in range(TENSORS):
        start = numpy.full((64, 64), k, dtype=numpy.float32)
        tensor = ttnn.from_torch(start, layout=ttnn.TILE_LAYOUT, device=device)
        if before is not None:
            ttnn.experimental.recv_async(tensor, before)
        tensor = tensor + 1
        if after is not None:
            ttnn.experimental.send_async(tensor, after)
        else:
            result = ttnn.to_numpy(ttnn.get_device_tensors(tensor)[0])
            if not (result == k + size).all():
                raise SystemExit(f"tensor {k} came out as {result[0, 0]}")
    if after is None:
        print(f"{TENSORS} tensors came through {size} meshes")
    ttnn.distributed_context_barrier()
    ttnn.close_device(device)


if __name__ == "__main__":
    main()
