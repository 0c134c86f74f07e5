"""Opens this rank's mesh and says what it is. Needs neither torch nor numpy.

    tt-run --emulate --rank-binding configs/5-galaxy/rank_bindings.yaml python3 hello_mesh.py
"""

import ttnn

with ttnn.create_mesh_device() as device:
    rank, size = ttnn.distributed_context_get_rank(), ttnn.distributed_context_get_size()
    first = device.get_fabric_node_id(ttnn.MeshCoordinate(0, 0))
    print(f"rank {rank} of {size}: {device}, the first is {first}")
