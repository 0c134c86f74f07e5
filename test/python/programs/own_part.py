"""Ranks of big meshes read their own shards, and tell each other, over the host, which devices they drive."""

import numpy
import ttnn

TAG = 7

device = ttnn.open_mesh_device()
rank = int(ttnn.distributed_context_get_rank())
size = int(ttnn.distributed_context_get_size())
view = device.get_view()
ones = ttnn.from_torch(numpy.ones((32, 32), numpy.float32), layout=ttnn.TILE_LAYOUT, device=device)
for coordinate, shard in zip(ttnn.MeshCoordinateRange(device.shape), ttnn.get_device_tensors(ones)):
    try:
        assert (ttnn.to_numpy(shard) == 1).all() and view.is_local(coordinate)
    except RuntimeError as error:
        assert "another rank" in str(error) and not view.is_local(coordinate)
owned = view.get_local_mesh_coord_range()
told = f"mesh {device.get_system_mesh_id()} rank {rank} {tuple(owned.start)} to {tuple(owned.end)}".encode()
if rank == 0:
    heard = [told] + [ttnn.distributed_context_recv_bytes(1000, other, TAG) for other in range(1, size)]
    print(b"\n".join(heard).decode(), flush=True)
else:
    ttnn.distributed_context_send_bytes(told, 0, TAG)
ttnn.distributed_context_barrier()
ttnn.close_device(device)
