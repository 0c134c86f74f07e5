"""Transfers between meshes."""

from ttnn._ttnn import recv_async, recv_direct_async, send_async, send_direct_async

__all__ = ["recv_async", "recv_direct_async", "send_async", "send_direct_async"]
