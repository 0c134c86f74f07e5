"""Mappers and composers against torch.chunk and torch.cat, on random shapes."""

import unittest

import support

support.emulate("t3k")

import torch  # noqa: E402

import ttnn  # noqa: E402

MESH = ttnn.MeshShape(2, 4)
ROUNDS = 60


def setUpModule():
    global device
    device = ttnn.open_mesh_device(MESH)


def tearDownModule():
    ttnn.close_mesh_device(device)


def random_tensor(random, rank=4):
    shape = [random.choice([1, 2, 3, 4, 6, 8, 12, 33]) for _ in range(rank)]
    return torch.randint(-1000, 1000, shape, dtype=torch.int32)


def cut(x, mesh, dims):
    """What each device gets, row by row; nothing if that is not one shard for each, all alike."""
    shards = []
    rows = [x] * mesh[0] if dims[0] is None else list(torch.chunk(x, mesh[0], dims[0]))
    for row in rows:
        shards += [row] * mesh[1] if dims[1] is None else list(torch.chunk(row, mesh[1], dims[1]))
    alike = len({shard.shape for shard in shards}) == 1
    return shards if alike and len(shards) == mesh[0] * mesh[1] else None


def join(shards, mesh, dims):
    rows = [torch.cat(shards[r * mesh[1] : (r + 1) * mesh[1]], dims[1]) for r in range(mesh[0])]
    return torch.cat(rows, dims[0])


def each(tensor):
    return [ttnn.to_torch(shard) for shard in ttnn.get_device_tensors(tensor)]


class Mappers(unittest.TestCase):
    def check_cut(self, x, wanted, mapper, layout):
        if wanted is None:
            with self.assertRaises(RuntimeError):
                ttnn.from_torch(x, layout=layout, device=device, mesh_mapper=mapper)
            return None
        tensor = ttnn.from_torch(x, layout=layout, device=device, mesh_mapper=mapper)
        found = each(tensor)
        self.assertEqual(len(found), len(wanted))
        for one, other in zip(found, wanted):
            self.assertTrue(torch.equal(one, other))
        return tensor

    def test_two_axes(self):
        random = support.seeded()
        cuts = 0
        for _ in range(ROUNDS):
            x = random_tensor(random)
            dims = tuple(random.choice([None, 0, 1, 2, 3, -1, -2]) for _ in range(2))
            mesh = random.choice([(2, 4), (1, 4), (2, 2), (2, 1), (1, 1)])
            layout = random.choice([ttnn.ROW_MAJOR_LAYOUT, ttnn.TILE_LAYOUT])
            same = None not in dims and dims[0] % 4 == dims[1] % 4
            with self.subTest(shape=list(x.shape), dims=dims, mesh=mesh, layout=layout):
                if same and mesh[0] * mesh[1] > 1:
                    continue
                mapper = ttnn.ShardTensor2dMesh(device, dims=dims, mesh_shape=mesh)
                tensor = self.check_cut(x, cut(x, mesh, dims), mapper, layout)
                if tensor is None or None in dims:
                    continue
                cuts += 1
                composer = ttnn.ConcatMesh2dToTensor(device, mesh_shape=mesh, dims=dims)
                self.assertTrue(torch.equal(ttnn.to_torch(tensor, mesh_composer=composer), x))
                # Along other dimensions it is what torch makes of the same shards.
                others = tuple(random.sample([0, 1, 2, 3], 2))
                composer = ttnn.ConcatMesh2dToTensor(device, mesh_shape=mesh, dims=others)
                self.assertTrue(
                    torch.equal(
                        ttnn.to_torch(ttnn.from_device(tensor), mesh_composer=composer),
                        join(cut(x, mesh, dims), mesh, others),
                    )
                )
        self.assertGreater(cuts, 0)

    def test_one_axis(self):
        random = support.seeded()
        for _ in range(ROUNDS):
            x = random_tensor(random)
            dim = random.choice([0, 1, 2, 3, -1])
            layout = random.choice([ttnn.ROW_MAJOR_LAYOUT, ttnn.TILE_LAYOUT])
            shards = list(torch.chunk(x, 8, dim))
            wanted = shards if len({shard.shape for shard in shards}) == 1 else None
            with self.subTest(shape=list(x.shape), dim=dim, layout=layout):
                tensor = self.check_cut(x, wanted, ttnn.ShardTensorToMesh(device, dim), layout)
                if tensor is not None:
                    composer = ttnn.ConcatMeshToTensor(device, dim=dim)
                    self.assertTrue(torch.equal(ttnn.to_torch(tensor, mesh_composer=composer), x))

    def test_new_style(self):
        x = torch.randn(4, 8)
        config = ttnn.MeshMapperConfig([ttnn.PlacementShard(0), ttnn.PlacementShard(1)])
        by_names = ttnn.MeshMapperConfig(row_dim=0, col_dim=1)
        composer = ttnn.create_mesh_composer(device, ttnn.MeshComposerConfig([0, 1]))
        for mapper in (config, by_names):
            tensor = ttnn.distribute_tensor(ttnn.from_torch(x), ttnn.create_mesh_mapper(device, mapper), device)
            self.assertEqual([list(s.shape) for s in each(tensor)], [[2, 2]] * 8)
            self.assertTrue(torch.equal(ttnn.to_torch(ttnn.aggregate_tensor(tensor, composer)), x))
        mapper = ttnn.create_mesh_mapper(
            device, ttnn.MeshMapperConfig([ttnn.PlacementReplicate(), ttnn.PlacementShard(0)])
        )
        tensor = ttnn.from_torch(x, device=device, mesh_mapper=mapper)
        self.assertTrue(torch.equal(each(tensor)[6], x[2:3]))
        without_device = ttnn.create_mesh_mapper(ttnn.MeshShape(2, 4), config)
        on_host = ttnn.from_torch(x, mesh_mapper=without_device)
        self.assertEqual([list(s.shape) for s in each(ttnn.to_device(on_host, device))], [[2, 2]] * 8)

    def test_copies(self):
        x = torch.randn(3, 5)
        for mapper in (None, ttnn.ReplicateTensorToMesh(device), ttnn.replicate_tensor_to_mesh_mapper(device)):
            tensor = ttnn.from_torch(x, device=device, mesh_mapper=mapper)
            self.assertTrue(all(torch.equal(shard, x) for shard in each(tensor)))

    def test_each_shard_is_padded_on_its_own(self):
        x = torch.randn(2 * 33, 4 * 5)
        mapper = ttnn.ShardTensor2dMesh(device, mesh_shape=MESH, dims=(0, 1))
        tensor = ttnn.from_torch(x, layout=ttnn.TILE_LAYOUT, device=device, mesh_mapper=mapper)
        self.assertEqual(list(tensor.shape), [33, 5])
        self.assertEqual(list(tensor.padded_shape), [64, 32])

    def test_rules(self):
        x = torch.randn(4, 8)
        with self.assertRaisesRegex(RuntimeError, "more devices than the mesh device"):
            ttnn.ShardTensor2dMesh(device, mesh_shape=(4, 4), dims=(0, 1))
        with self.assertRaisesRegex(RuntimeError, "needs 2 placements"):
            ttnn.create_mesh_mapper(device, ttnn.MeshMapperConfig([ttnn.PlacementShard(0)]))
        with self.assertRaisesRegex(RuntimeError, "not divisible"):
            ttnn.from_torch(torch.randn(3, 8), device=device, mesh_mapper=ttnn.ShardTensor2dMesh(device, (2, 4), (0, 1)))
        tensor = ttnn.from_torch(x, device=device)
        with self.assertRaisesRegex(RuntimeError, "give a mesh composer"):
            ttnn.to_torch(tensor)
        with self.assertRaisesRegex(RuntimeError, "give a mesh composer"):
            ttnn.to_torch(ttnn.from_device(tensor))

    def test_a_default_for_a_block(self):
        x = torch.randn(8, 8)
        with ttnn.distribute(ttnn.ShardTensorToMesh(device, 0)):
            tensor = ttnn.from_torch(x, device=device)
        with ttnn.distribute(ttnn.ConcatMeshToTensor(device, 0)):
            self.assertTrue(torch.equal(ttnn.to_torch(tensor), x))
        with self.assertRaisesRegex(RuntimeError, "give a mesh composer"):
            ttnn.to_torch(tensor)

    def test_shards_apart_and_together(self):
        x = torch.arange(16.0).reshape(8, 2)
        tensor = ttnn.from_torch(x, device=device, mesh_mapper=ttnn.ShardTensorToMesh(device, 0))
        again = ttnn.combine_device_tensors(ttnn.get_device_tensors(tensor))
        self.assertTrue(torch.equal(ttnn.to_torch(again, mesh_composer=ttnn.ConcatMeshToTensor(device, 0)), x))
        hosts = [ttnn.from_torch(row.reshape(1, 2)) for row in x]
        built = ttnn.to_device(ttnn.from_host_shards(hosts, MESH), device)
        self.assertTrue(torch.equal(ttnn.to_torch(built, mesh_composer=ttnn.ConcatMeshToTensor(device, 0)), x))
        with self.assertRaisesRegex(RuntimeError, "2 shards do not fill"):
            ttnn.from_host_shards(hosts[:2], MESH)
        with self.assertRaisesRegex(RuntimeError, "in two shards"):
            ttnn.combine_device_tensors([ttnn.get_device_tensors(tensor)[0]] * 2)
        with self.assertRaisesRegex(RuntimeError, "not from one mesh buffer"):
            ttnn.combine_device_tensors([ttnn.get_device_tensors(t)[0] for t in (tensor, built)])

    def test_printing_names_devices(self):
        x = torch.arange(16, dtype=torch.int32).reshape(8, 2)
        tensor = ttnn.from_torch(x, device=device, mesh_mapper=ttnn.ShardTensorToMesh(device, dim=0))
        shown = (
            "ttnn.Tensor(shape=Shape([1, 2]), dtype=int32, layout=ROW_MAJOR, on 8 devices)\n"
            "  MeshCoordinate([0, 0]): [[0, 1]]\n"
            "  MeshCoordinate([0, 1]): [[2, 3]]\n"
            "  MeshCoordinate([0, 2]): [[4, 5]]\n"
            "  MeshCoordinate([0, 3]): [[6, 7]]\n"
            "  ... and 4 more"
        )
        self.assertEqual(str(tensor), shown)
        with ttnn.distribute(ttnn.ConcatMeshToTensor(device, dim=0)):
            self.assertEqual(str(tensor), shown)


if __name__ == "__main__":
    unittest.main()
