"""Both ends of sockets in one process: tensors come through as they were, and what waits can be interrupted."""

import _thread
import os
import threading
import time
import unittest

import support

support.emulate("t3k")
os.environ["TT_RUN_DEADLOCK"] = "off"  # a process that waits for itself is one, until its other thread helps

import torch  # noqa: E402

import ttnn  # noqa: E402


def setUpModule():
    global device, sender, receiver
    ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_2D)
    device = ttnn.open_mesh_device(ttnn.MeshShape(2, 4))
    sender, receiver = device.create_submeshes(ttnn.MeshShape(1, 4))


def tearDownModule():
    ttnn.close_mesh_device(device)


def connections():
    return [
        ttnn.SocketConnection(
            ttnn.MeshCoreCoord(at, ttnn.CoreCoord(0, 0)), ttnn.MeshCoreCoord(at, ttnn.CoreCoord(0, 1))
        )
        for at in ttnn.MeshCoordinateRange(ttnn.MeshShape(1, 4))
    ]


def pair(memory=ttnn.BufferType.L1, fifo=10 * 1024):
    config = ttnn.SocketConfig(connections(), ttnn.SocketMemoryConfig(memory, fifo))
    return ttnn.create_socket_pair(sender, receiver, config)


class Transfers(unittest.TestCase):
    def test_every_combination_comes_through_exactly(self):
        for fifo_in in (ttnn.BufferType.L1, ttnn.BufferType.DRAM):
            ends = pair(fifo_in)
            for memory in (ttnn.L1_MEMORY_CONFIG, ttnn.DRAM_MEMORY_CONFIG):
                for dtype in (ttnn.bfloat16, ttnn.bfloat8_b):
                    for shape in ([1, 1, 32, 4096], [1, 1, 64, 8192]):
                        with self.subTest(fifo=fifo_in, memory=memory, dtype=dtype, shape=shape):
                            self.check(ends, torch.randn(shape), dtype, memory)

    def check(self, ends, x, dtype, memory):
        mapper = ttnn.ShardTensorToMesh(sender, 3)
        sent = ttnn.from_torch(
            x, dtype=dtype, layout=ttnn.TILE_LAYOUT, device=sender, memory_config=memory, mesh_mapper=mapper
        )
        received = ttnn.allocate_tensor_on_device(sent.spec, receiver)
        self.assertEqual(ttnn.experimental.send_async(sent, ends[0]), [])
        [same] = ttnn.experimental.recv_async(received, ends[1])
        self.assertEqual(same.buffer_address(), received.buffer_address())
        composer = ttnn.ConcatMeshToTensor(receiver, 3)
        wanted = ttnn.to_torch(sent, mesh_composer=ttnn.ConcatMeshToTensor(sender, 3))
        self.assertTrue(torch.equal(ttnn.to_torch(received, mesh_composer=composer), wanted))

    def test_past_the_fifo(self):
        ends = pair(fifo=128)
        x = ttnn.from_torch(torch.randn(64, 64), layout=ttnn.TILE_LAYOUT, device=sender)
        y = ttnn.allocate_tensor_on_device(x.spec, receiver)
        self.assertEqual(ttnn.experimental.send_direct_async(x, ends[0]), [])
        [same] = ttnn.experimental.recv_direct_async(y, ends[1])
        for one, other in zip(ttnn.get_device_tensors(same), ttnn.get_device_tensors(x)):
            self.assertTrue(torch.equal(ttnn.to_torch(one), ttnn.to_torch(other)))

    def test_an_operation_waits_for_the_data(self):
        ends = pair()
        x = torch.randn(4 * 32, 32)
        sent = ttnn.from_torch(
            x, layout=ttnn.TILE_LAYOUT, device=sender, mesh_mapper=ttnn.ShardTensorToMesh(sender, 0)
        )
        received = ttnn.allocate_tensor_on_device(sent.spec, receiver)
        ttnn.experimental.recv_async(received, ends[1])
        result = ttnn.exp(received)  # before anything was sent
        ttnn.experimental.send_async(ttnn.relu(sent), ends[0])  # a temporary
        composer = ttnn.ConcatMeshToTensor(receiver, 0)
        self.assertTrue(
            torch.allclose(ttnn.to_torch(result, mesh_composer=composer), torch.exp(torch.relu(x)))
        )

    def test_a_socket_tells_about_itself(self):
        ends = pair(fifo=4096)
        self.assertEqual(ends[0].get_socket_endpoint_type(), ttnn.SocketEndpoint.SENDER)
        self.assertEqual(ends[1].get_socket_endpoint_type(), ttnn.SocketEndpoint.RECEIVER)
        self.assertEqual(ends[0].get_mesh_device(), sender)
        self.assertEqual(ends[1].get_connection_config(), connections())
        self.assertEqual([c.core_coord for c in ends[1].get_active_cores()], [ttnn.CoreCoord(0, 1)] * 4)
        self.assertGreater(ends[0].get_config_buffer_address(), 0)
        node = ends[0].get_fabric_node_id(ttnn.SocketEndpoint.RECEIVER, ttnn.MeshCoordinate(0, 2))
        self.assertEqual(node, receiver.get_fabric_node_id(ttnn.MeshCoordinate(0, 2)))
        x = ttnn.from_torch(torch.ones(32, 32), layout=ttnn.TILE_LAYOUT, device=sender)
        y = ttnn.allocate_tensor_on_device(x.spec, receiver)
        ttnn.experimental.send_async(x, ends[0])
        ttnn.experimental.recv_async(y, ends[1])
        ttnn.synchronize_device(receiver)
        ttnn.synchronize_device(sender)
        counters = ends[1].counters(0)
        self.assertEqual((counters.bytes_sent, counters.bytes_acked), (4096, 4096))

    def test_rules(self):
        ends = pair(fifo=2048)
        x = ttnn.from_torch(torch.ones(32, 32), layout=ttnn.TILE_LAYOUT, device=sender)
        y = ttnn.allocate_tensor_on_device(x.spec, receiver)
        with self.assertRaisesRegex(RuntimeError, "more than the socket's FIFO of 2048"):
            ttnn.experimental.send_async(x, ends[0])
        ends = pair()
        with self.assertRaisesRegex(RuntimeError, "needs the receiver end"):
            ttnn.experimental.recv_async(y, ends[0])
        with self.assertRaisesRegex(RuntimeError, "needs a tensor on a device"):
            ttnn.experimental.send_async(ttnn.from_device(x), ends[0])
        with self.assertRaises(RuntimeError):
            ttnn.create_socket_pair(
                sender, receiver, ttnn.SocketConfig([], ttnn.SocketMemoryConfig(ttnn.BufferType.L1, 1024))
            )
        twice = [connections()[0], connections()[0]]
        with self.assertRaises(RuntimeError):
            ttnn.create_socket_pair(
                sender, receiver, ttnn.SocketConfig(twice, ttnn.SocketMemoryConfig(ttnn.BufferType.L1, 1024))
            )


class Waiting(unittest.TestCase):
    def stuck_receive(self):
        ends = pair(fifo=4096)
        x = ttnn.from_torch(torch.ones(32, 32), layout=ttnn.TILE_LAYOUT, device=sender)
        y = ttnn.allocate_tensor_on_device(x.spec, receiver)
        ttnn.experimental.recv_async(y, ends[1])
        return ends, x, y

    def test_the_interpreter_goes_on_and_ctrl_c_gets_through(self):
        ends, x, y = self.stuck_receive()
        ticks = []

        def interrupt_once_waiting():
            while not any("on queue" in what for what, _ in ttnn.current_waits()):
                ticks.append(time.monotonic())
                time.sleep(0.001)
            _thread.interrupt_main()

        other = threading.Thread(target=interrupt_once_waiting)
        with self.assertRaises(KeyboardInterrupt):
            other.start()
            ttnn.synchronize_device(receiver)
        other.join()
        # Nothing is lost: the receive still stands.
        ttnn.experimental.send_async(x, ends[0])
        self.assertTrue(bool((ttnn.to_torch(ttnn.get_device_tensors(y)[0]) == 1).all()))

    def test_an_end_may_go_while_a_receive_waits(self):
        ends, x, y = self.stuck_receive()
        del ends, y
        with self.assertRaisesRegex(RuntimeError, "has closed its end"):
            ttnn.synchronize_device(receiver)

    def test_a_wait_may_have_an_end(self):
        ends, x, y = self.stuck_receive()
        ttnn.set_wait_deadline(0.05)
        try:
            with self.assertRaisesRegex(RuntimeError, "gave up waiting for"):
                ttnn.synchronize_device(receiver)
        finally:
            ttnn.set_wait_deadline(0)
        ttnn.experimental.send_async(x, ends[0])
        ttnn.synchronize_device(receiver)


if __name__ == "__main__":
    unittest.main()
