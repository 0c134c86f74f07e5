"""What concerns several devices and several ranks, under the name that older programs know it by."""

from ttnn._device import create_mesh_device, distribute, visualize_mesh_device, visualize_tensor
from ttnn._ttnn import (
    ConcatMesh2dToTensor,
    ConcatMeshToTensor,
    MeshDevice,
    MeshShape,
    MeshToTensor,
    ReplicateTensorToMesh,
    ShardTensor2dMesh,
    ShardTensorToMesh,
    TensorToMesh,
    close_mesh_device,
    distributed_context_barrier,
    distributed_context_get_rank,
    distributed_context_get_size,
    distributed_context_is_initialized,
    get_device_ids,
    get_device_tensors,
    get_num_devices,
    init_distributed_context,
    open_mesh_device,
    synchronize_device,
    using_distributed_env,
)
