"""The names, forms and errors that programs and their readers know."""

import subprocess
import sys
import threading
import unittest
import warnings

import support

support.emulate("t3k")

import ttnn  # noqa: E402


class Coordinates(unittest.TestCase):
    def test_mesh_shapes(self):
        shape = ttnn.MeshShape(2, 4)
        self.assertEqual(repr(shape), "MeshShape([2, 4])")
        self.assertEqual((shape[0], shape[-1], list(shape), shape.dims(), shape.mesh_size()), (2, 4, [2, 4], 2, 8))
        for other in (ttnn.MeshShape((2, 4)), ttnn.MeshShape([2, 4])):
            self.assertEqual(shape, other)
        self.assertNotEqual(shape, ttnn.MeshShape(4, 2))
        self.assertEqual(ttnn.MeshShape(1, 2, 3).mesh_size(), 6)
        with self.assertRaises(IndexError):
            shape[2]
        with self.assertRaises(RuntimeError):
            ttnn.MeshShape(0, 4)

    def test_coordinates(self):
        at = ttnn.MeshCoordinate(1, 3)
        self.assertEqual(repr(at), "MeshCoordinate([1, 3])")
        self.assertEqual({at: "x"}[ttnn.MeshCoordinate([1, 3])], "x")
        self.assertEqual(list(ttnn.MeshCoordinate(1, 2, 3)), [1, 2, 3])

    def test_ranges_go_row_by_row_with_both_ends(self):
        corners = ttnn.MeshCoordinateRange(ttnn.MeshCoordinate(0, 1), ttnn.MeshCoordinate(1, 2))
        self.assertEqual([tuple(at) for at in corners], [(0, 1), (0, 2), (1, 1), (1, 2)])
        self.assertEqual(len(list(ttnn.MeshCoordinateRange(ttnn.MeshShape(4, 4)))), 16)
        self.assertEqual(list(corners.shape()), [2, 2])
        self.assertIn(ttnn.MeshCoordinate(1, 1), corners)
        joined = ttnn.MeshCoordinateRangeSet(corners)
        joined.merge(ttnn.MeshCoordinateRange(ttnn.MeshCoordinate(0, 3), ttnn.MeshCoordinate(1, 3)))
        self.assertEqual(len(joined), 1)

    def test_cores_are_x_then_y(self):
        core = ttnn.CoreCoord(3, 5)
        self.assertEqual((core.x, core.y), (3, 5))
        self.assertEqual(ttnn.CoreRange(ttnn.CoreCoord(0, 0), ttnn.CoreCoord(1, 3)).size(), 8)
        grid = ttnn.CoreGrid(y=8, x=7)
        self.assertEqual((grid.x, grid.y, grid.num_cores), (7, 8, 56))


class Numbers(unittest.TestCase):
    def test_enums_have_the_numbers_of_tt_metal(self):
        names = ["bfloat16", "float32", "uint32", "bfloat8_b", "bfloat4_b", "uint8", "uint16", "int32"]
        self.assertEqual([int(getattr(ttnn, name)) for name in names], list(range(8)))
        kinds = ttnn.BufferType
        self.assertEqual([int(k) for k in (kinds.DRAM, kinds.L1, kinds.SYSTEM_MEMORY, kinds.L1_SMALL, kinds.TRACE)], list(range(5)))
        layouts = ttnn.TensorMemoryLayout
        self.assertEqual(
            [int(k) for k in (layouts.INTERLEAVED, layouts.HEIGHT_SHARDED, layouts.WIDTH_SHARDED, layouts.BLOCK_SHARDED)],
            [0, 2, 3, 4],
        )
        self.assertEqual((int(ttnn.StorageType.HOST), int(ttnn.StorageType.DEVICE)), (0, 1))
        self.assertEqual((int(ttnn.SocketEndpoint.SENDER), int(ttnn.SocketEndpoint.RECEIVER)), (0, 1))
        self.assertEqual(ttnn.TILE_SIZE, 32)
        self.assertEqual(
            set(ttnn.Topology.__members__), {"NeighborExchange", "Linear", "Ring", "Mesh", "Torus"}
        )

    def test_ranks_and_sizes_are_no_ints(self):
        rank = ttnn.Rank(3)
        self.assertEqual((int(rank), str(rank), repr(rank)), (3, "3", "Rank(3)"))
        self.assertEqual(repr(ttnn.Size(2)), "Size(2)")
        self.assertTrue(rank == ttnn.Rank(3) and rank < ttnn.Rank(4) and rank != ttnn.Rank(2))
        with self.assertWarnsRegex(RuntimeWarning, r"never equal to an int: compare int\(...\)"):
            self.assertFalse(rank == 3)

    def test_names_in_the_fabric(self):
        node = ttnn.FabricNodeId(ttnn.MeshId(1), 5)
        self.assertEqual(repr(node), "FabricNodeId(M1, D5)")
        self.assertEqual((repr(node.mesh_id), int(node.mesh_id), node.chip_id), ("MeshId(1)", 1, 5))
        self.assertEqual(node, ttnn.FabricNodeId(ttnn.MeshId(1), 5))

    def test_fabric_configs(self):
        for name in "DISABLED FABRIC_1D FABRIC_1D_RING FABRIC_1D_NEIGHBOR_EXCHANGE FABRIC_2D FABRIC_2D_TORUS_X FABRIC_2D_TORUS_Y FABRIC_2D_TORUS_XY CUSTOM".split():
            self.assertEqual(str(getattr(ttnn.FabricConfig, name)), f"FabricConfig.{name}")
        self.assertEqual(ttnn.FabricConfig.FABRIC_2D_DYNAMIC, ttnn.FabricConfig.FABRIC_2D)
        router = ttnn.FabricRouterConfig()
        self.assertIsNone(router.max_packet_payload_size_bytes)
        router.max_packet_payload_size_bytes = 1088 * 8
        ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_2D, ttnn.FabricReliabilityMode.RELAXED_INIT, None, router_config=router)
        self.assertEqual(ttnn.get_fabric_config(), ttnn.FabricConfig.FABRIC_2D)
        router.max_packet_payload_size_bytes = 100
        with self.assertRaisesRegex(RuntimeError, "a multiple of 16 bytes"):
            ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_2D, router_config=router)
        with self.assertRaisesRegex(RuntimeError, "DISABLED"):
            ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_1D)
        ttnn.set_fabric_config(ttnn.FabricConfig.DISABLED)


class SocketConfigs(unittest.TestCase):
    def setUp(self):
        core = ttnn.MeshCoreCoord(ttnn.MeshCoordinate(0, 0), ttnn.CoreCoord(0, 0))
        self.connections = [ttnn.SocketConnection(core, core)]
        self.memory = ttnn.SocketMemoryConfig(ttnn.BufferType.L1, 4096)

    def test_two_ints_by_position_are_ranks(self):
        config = ttnn.SocketConfig(self.connections, self.memory, 0, 1)
        self.assertEqual((config.sender_rank, config.receiver_rank), (0, 1))
        self.assertIsNone(config.sender_mesh_id)

    def test_meshes_go_by_name(self):
        config = ttnn.SocketConfig(self.connections, self.memory, sender_mesh_id=0, receiver_mesh_id=1)
        self.assertEqual((config.sender_mesh_id, config.receiver_mesh_id), (0, 1))
        self.assertEqual((config.sender_rank, config.receiver_rank), (0, 0))

    def test_ranks_are_0_unless_given(self):
        for config in (
            ttnn.SocketConfig(self.connections, self.memory),
            ttnn.SocketConfig(self.connections, self.memory, sender_rank=None, receiver_rank=None),
        ):
            self.assertEqual((config.sender_rank, config.receiver_rank), (0, 0))

    def test_fields_can_be_changed(self):
        self.memory.fifo_size = 8192
        self.memory.socket_storage_type = ttnn.BufferType.DRAM
        self.memory.sender_sub_device = ttnn.SubDeviceId(1)
        self.assertEqual(self.memory.sender_sub_device, ttnn.SubDeviceId(1))
        connection = self.connections[0]
        connection.sender_core = ttnn.MeshCoreCoord(ttnn.MeshCoordinate(1, 1), ttnn.CoreCoord(2, 3))
        self.assertEqual(
            repr(connection.sender_core), "MeshCoreCoord(MeshCoordinate([1, 1]), CoreCoord(x=2, y=3))"
        )


class Contexts(unittest.TestCase):
    def test_questions_before_the_start_are_refused(self):
        # In a process of its own: another test has opened a device here.
        script = (
            "import ttnn\n"
            "assert not ttnn.distributed_context_is_initialized()\n"
            "for ask in (ttnn.distributed_context_get_rank, ttnn.distributed_context_get_size, ttnn.distributed_context_barrier):\n"
            "    try:\n"
            "        ask()\n"
            "    except RuntimeError as error:\n"
            "        assert 'Distributed context not initialized' in str(error), error\n"
            "    else:\n"
            "        raise AssertionError(ask)\n"
            "ttnn.init_distributed_context()\n"
            "ttnn.init_distributed_context()\n"
            "assert ttnn.distributed_context_is_initialized()\n"
            "assert int(ttnn.distributed_context_get_rank()) == 0 and int(ttnn.distributed_context_get_size()) == 1\n"
            "ttnn.distributed_context_barrier()\n"
            "assert not ttnn.using_distributed_env()\n"
        )
        subprocess.run([sys.executable, "-c", script], check=True, timeout=60)

    def test_torch_and_numpy_come_only_when_asked_for(self):
        script = (
            "import sys, ttnn\n"
            "device = ttnn.open_device(device_id=0)\n"
            "x = ttnn.allocate_tensor_on_device(ttnn.Shape([32, 32]), ttnn.float32, ttnn.TILE_LAYOUT, device)\n"
            "ttnn.relu(x)\n"
            "ttnn.close_device(device)\n"
            "assert 'torch' not in sys.modules and 'numpy' not in sys.modules\n"
            "sys.modules['torch'] = None\n"
            "try:\n"
            "    ttnn.to_torch(x.cpu() if False else ttnn.from_torch(__import__('numpy').ones((2, 2), dtype='float32')))\n"
            "except ModuleNotFoundError as error:\n"
            "    assert error.name == 'torch' and sys.executable in str(error) and 'python3-torch' in str(error), error\n"
            "else:\n"
            "    raise AssertionError('to_torch without torch')\n"
        )
        subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


class Devices(unittest.TestCase):
    def test_a_mesh_device_tells_about_itself(self):
        with ttnn.create_mesh_device(ttnn.MeshShape(2, 4)) as device:
            self.assertEqual(repr(device), "MeshDevice(2x4 grid, 8 devices)")
            self.assertEqual((device.get_num_devices(), device.shape), (8, ttnn.MeshShape(2, 4)))
            self.assertEqual(sorted(device.get_device_ids()), list(range(8)))
            self.assertEqual(device.get_device_id(ttnn.MeshCoordinate(0, 0)), device.get_device_ids()[0])
            self.assertEqual(device.arch(), ttnn.Arch.WORMHOLE_B0)
            grid = device.compute_with_storage_grid_size()
            self.assertEqual((device.core_grid.x, device.core_grid.y), (grid.x, grid.y))
            self.assertEqual(repr(device.get_fabric_node_id(ttnn.MeshCoordinate(1, 0))), "FabricNodeId(M0, D4)")
            self.assertTrue(device.get_view().is_local(ttnn.MeshCoordinate(1, 3)))
            ttnn.visualize_mesh_device(device)
        self.assertFalse(device.is_open())
        with self.assertRaisesRegex(RuntimeError, "closed"):
            ttnn.synchronize_device(device)

    def test_a_mesh_device_knows_its_part_of_the_job(self):
        with ttnn.create_mesh_device(ttnn.MeshShape(2, 4)) as device:
            self.assertEqual(device.get_system_mesh_id(), 0)
            owned = device.get_view().get_local_mesh_coord_range()
            self.assertEqual((tuple(owned.start), tuple(owned.end)), ((0, 0), (1, 3)))

    def test_shapes_and_their_rules(self):
        device = ttnn.open_mesh_device()
        self.assertEqual(device.shape, ttnn.MeshShape(2, 4))
        with self.assertRaisesRegex(RuntimeError, "already open"):
            ttnn.open_mesh_device(ttnn.MeshShape(1, 1))
        with self.assertRaisesRegex(RuntimeError, "beyond"):
            device.create_submesh(ttnn.MeshShape(2, 2), ttnn.MeshCoordinate(1, 0))
        parts = device.create_submeshes(ttnn.MeshShape(1, 4))
        self.assertEqual([part.shape for part in parts], [ttnn.MeshShape(1, 4)] * 2)
        self.assertEqual(len(device.get_submeshes()), 2)
        ttnn.close_device(device)
        self.assertFalse(parts[0].is_open())
        for shape in ((3, 4), (1, 9), (2, 2, 2)):
            with self.subTest(shape=shape), self.assertRaises(RuntimeError):
                ttnn.open_mesh_device(ttnn.MeshShape(shape))

    def test_one_device(self):
        self.assertEqual(ttnn.get_num_devices(), 8)
        self.assertEqual(ttnn.get_num_pcie_devices(), 4)  # four boards of two chips
        self.assertEqual(len(ttnn.get_pcie_device_ids()), 4)
        device = ttnn.open_device(device_id=3, l1_small_size=8192)
        self.assertEqual((device.shape, device.get_device_ids()), (ttnn.MeshShape(1, 1), [3]))
        ttnn.close_device(device)

    def test_sub_devices(self):
        device = ttnn.open_mesh_device(ttnn.MeshShape(1, 1))
        first = ttnn.CoreRangeSet([ttnn.CoreRange(ttnn.CoreCoord(0, 0), ttnn.CoreCoord(1, 1))])
        second = ttnn.CoreRangeSet([ttnn.CoreRange(ttnn.CoreCoord(2, 2), ttnn.CoreCoord(3, 3))])
        manager = device.create_sub_device_manager([ttnn.SubDevice([first]), ttnn.SubDevice([second])], 0)
        device.load_sub_device_manager(manager)
        self.assertEqual(device.get_sub_device_ids(), [ttnn.SubDeviceId(0), ttnn.SubDeviceId(1)])
        device.clear_loaded_sub_device_manager()
        device.remove_sub_device_manager(manager)
        with self.assertRaisesRegex(RuntimeError, "two sub-devices"):
            device.create_sub_device_manager([ttnn.SubDevice([first]), ttnn.SubDevice([first])])
        ttnn.close_device(device)

    def test_other_threads_run_while_one_waits(self):
        device = ttnn.open_mesh_device(ttnn.MeshShape(1, 2))
        ttnn.set_fabric_config
        event = threading.Event()
        waiter = threading.Thread(target=lambda: (event.wait(30), ttnn.synchronize_device(device)))
        waiter.start()
        event.set()
        waiter.join(30)
        self.assertFalse(waiter.is_alive())
        ttnn.close_device(device)

    def test_events(self):
        device = ttnn.open_mesh_device(ttnn.MeshShape(1, 1), num_command_queues=2)
        event = ttnn.record_event(device, 0)
        ttnn.wait_for_event(1, event)
        ttnn.event_synchronize(event)
        ttnn.synchronize_device(device, 1)
        with self.assertRaisesRegex(RuntimeError, "no command queue 2"):
            ttnn.synchronize_device(device, 2)
        ttnn.close_device(device)


class Errors(unittest.TestCase):
    def test_a_failed_check_reads_as_upstream(self):
        with self.assertRaises(RuntimeError) as caught:
            ttnn.MeshShape([])
        lines = str(caught.exception).splitlines()
        self.assertRegex(lines[0], r"^TT_FATAL @ \S+:\d+: ")
        self.assertEqual(lines[1], "info:")

    def test_wrong_types_name_the_choices(self):
        with self.assertRaisesRegex(TypeError, "open_mesh_device"):
            ttnn.open_mesh_device(mesh_shape="4x4")


if __name__ == "__main__":
    unittest.main()
