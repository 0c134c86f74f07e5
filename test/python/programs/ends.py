"""Ranks that end in awkward ways, as is asked for; rank 1 is the one that fails, if any does."""

import atexit
import ctypes
import os
import signal
import sys
import threading
import time

import ttnn

how = sys.argv[1]
ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_2D)
device = ttnn.open_mesh_device()
rank = int(ttnn.distributed_context_get_rank())
core = ttnn.MeshCoreCoord(ttnn.MeshCoordinate(0, 0), ttnn.CoreCoord(0, 0))
memory = ttnn.SocketMemoryConfig(ttnn.BufferType.L1, 4096)
socket = ttnn.MeshSocket(device, ttnn.SocketConfig([ttnn.SocketConnection(core, core)], memory, 1, 0))
spec = ttnn.TensorSpec((32, 32), ttnn.float32, ttnn.TILE_LAYOUT)


def receive():
    ttnn.experimental.recv_async(ttnn.allocate_tensor_on_device(spec, device), socket)
    ttnn.synchronize_device(device)


def spin():
    while True:
        pass


ttnn.distributed_context_barrier()
if how in ("raises-in-wait", "killed-in-wait"):
    if rank == 0:
        receive()
    time.sleep(0.3)
    if how == "killed-in-wait":
        os.kill(os.getpid(), signal.SIGKILL)
    raise ValueError("rank 1 is wrong")
if how != "thread-in-wait":
    ttnn.close_device(device)
if how.endswith("-at-others-exit") and rank == 1:
    time.sleep(0.5)  # rank 0 is waiting for us at its own end, most likely
    if how.startswith("killed"):
        os.kill(os.getpid(), signal.SIGKILL)
    raise ValueError("rank 1 is wrong")
if how == "raises-at-exit" and rank == 1:
    atexit.register(lambda: 1 // 0)
if how == "thread-in-wait" and rank == 0:
    threading.Thread(target=receive, daemon=True).start()
    time.sleep(0.3)
if how == "thread-spins":
    threading.Thread(target=spin, daemon=True).start()
if how == "exit-of-c":
    ctypes.CDLL(None).exit(0)
print(f"rank {rank} ends", flush=True)
