"""Two meshes, one process each: the first computes relu and sends the result through a socket, the second
receives it, computes exp, and checks the whole against torch.

    tt-run --emulate --rank-binding configs/split-galaxy-4x4/rank_bindings.yaml python3 two_stage_pipeline.py
"""

import torch

import ttnn

SENDER, RECEIVER = 0, 1


def every_device(shape: ttnn.MeshShape) -> ttnn.SocketConfig:
    """Core (0, 0) of every device to core (0, 0) of the device at the same place in the other mesh."""
    core = ttnn.CoreCoord(0, 0)
    places = [ttnn.MeshCoreCoord(at, core) for at in ttnn.MeshCoordinateRange(shape)]
    return ttnn.SocketConfig(
        [ttnn.SocketConnection(place, place) for place in places],
        ttnn.SocketMemoryConfig(ttnn.BufferType.L1, 4096),
        sender_rank=SENDER,
        receiver_rank=RECEIVER,
    )


def main() -> None:
    ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_2D)
    device = ttnn.open_mesh_device()
    if int(ttnn.distributed_context_get_size()) != 2:
        raise SystemExit("this program is for two ranks")
    rank = int(ttnn.distributed_context_get_rank())
    socket = ttnn.MeshSocket(device, every_device(device.shape))

    torch.manual_seed(0)  # both ranks make the same input, so that the second can check
    x = torch.randn(1, 1, 1024, 1024)
    cut = ttnn.ShardTensor2dMesh(device, mesh_shape=device.shape, dims=(2, 3))
    tensor = ttnn.from_torch(x, layout=ttnn.TILE_LAYOUT, device=device, mesh_mapper=cut)
    if rank == SENDER:
        ttnn.experimental.send_async(ttnn.relu(tensor), socket)
        print(f"rank 0 sent relu(x) from {device.get_num_devices()} devices")
    else:
        received = ttnn.allocate_tensor_on_device(tensor.spec, device)
        ttnn.experimental.recv_async(received, socket)
        joined = ttnn.ConcatMesh2dToTensor(device, mesh_shape=device.shape, dims=(2, 3))
        result = ttnn.to_torch(ttnn.exp(received), mesh_composer=joined)
        if not torch.allclose(result, torch.exp(torch.relu(x))):
            raise SystemExit("rank 1: exp(relu(x)) is wrong")
        print(f"rank 1 received it on {device.get_num_devices()} devices, and exp(relu(x)) is right on all")
    ttnn.distributed_context_barrier()
    ttnn.close_device(device)


if __name__ == "__main__":
    main()
