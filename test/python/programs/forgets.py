"""Ends without a barrier and without closing, with a send on its way that is larger than the FIFO."""

import numpy

import ttnn

ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_2D)
device = ttnn.open_mesh_device()
core = ttnn.MeshCoreCoord(ttnn.MeshCoordinate(0, 0), ttnn.CoreCoord(0, 0))
memory = ttnn.SocketMemoryConfig(ttnn.BufferType.L1, 4096)
socket = ttnn.MeshSocket(device, ttnn.SocketConfig([ttnn.SocketConnection(core, core)], memory, 0, 1))
x = numpy.arange(256 * 256, dtype=numpy.float32).reshape(256, 256)
tensor = ttnn.from_torch(x, layout=ttnn.TILE_LAYOUT, device=device)
if int(ttnn.distributed_context_get_rank()) == 0:
    ttnn.experimental.send_async(tensor, socket)
else:
    received = ttnn.allocate_tensor_on_device(tensor.spec, device)
    ttnn.experimental.recv_async(received, socket)
    assert (ttnn.to_numpy(ttnn.get_device_tensors(received)[0]) == x).all()
    print("all of it came")
