"""Operations against torch."""

import unittest

import support

support.emulate("n300")

import torch  # noqa: E402

import ttnn  # noqa: E402


def setUpModule():
    global device
    device = ttnn.open_mesh_device(ttnn.MeshShape(1, 1))


def tearDownModule():
    ttnn.close_mesh_device(device)


def there(x, **options):
    return ttnn.from_torch(x, layout=ttnn.TILE_LAYOUT, device=device, **options)


def correlation(a, b):
    return float(torch.corrcoef(torch.stack([a.flatten().double(), b.flatten().double()]))[0, 1])


class Operations(unittest.TestCase):
    def check(self, found, wanted, **tolerance):
        result = ttnn.to_torch(found)
        self.assertEqual(list(result.shape), list(wanted.shape))
        self.assertTrue(torch.allclose(result, wanted, **tolerance), (result - wanted).abs().max())

    def test_element_by_element(self):
        torch.manual_seed(1)
        x = torch.randn(2, 33, 65)
        functional = torch.nn.functional
        for name, wanted in {
            "relu": functional.relu(x),
            "exp": torch.exp(x),
            "gelu": functional.gelu(x),
            "silu": functional.silu(x),
            "abs": x.abs(),
            "neg": -x,
        }.items():
            with self.subTest(name):
                self.check(getattr(ttnn, name)(there(x)), wanted, atol=1e-6)
        self.check(ttnn.sqrt(there(x.abs())), x.abs().sqrt())
        self.check(ttnn.exp(there(x), fast_and_approximate_mode=True), torch.exp(x))

    def test_results_go_where_they_are_told(self):
        x = torch.randn(32, 32)
        self.assertEqual(ttnn.relu(there(x), memory_config=ttnn.L1_MEMORY_CONFIG).memory_config(), ttnn.L1_MEMORY_CONFIG)
        output = ttnn.allocate_tensor_on_device(there(x).spec, device)
        result = ttnn.exp(there(x), output_tensor=output)
        self.assertEqual(result.buffer_address(), output.buffer_address())
        self.check(output, torch.exp(x))
        with self.assertRaises(RuntimeError):
            ttnn.exp(there(torch.randn(64, 32)), output_tensor=output)

    def test_two_operands(self):
        torch.manual_seed(2)
        a, b, row = torch.randn(3, 40, 50), torch.randn(3, 40, 50), torch.randn(1, 50)
        for name, also, operator in (
            ("add", "add", torch.add),
            ("sub", "subtract", torch.sub),
            ("mul", "multiply", torch.mul),
            ("div", "divide", torch.div),
        ):
            for other in (b, row, 2.5):
                with self.subTest(name):
                    operand = other if isinstance(other, float) else there(other)
                    self.check(getattr(ttnn, name)(there(a), operand), operator(a, other))
                    self.check(getattr(ttnn, also)(there(a), operand), operator(a, other))
        self.check(there(a) + there(b) * 3 - 1, a + b * 3 - 1)
        self.check(2 * there(a) / there(b), 2 * a / b)
        self.check(1 - there(a), 1 - a, atol=1e-6)
        self.check(-there(a), -a)
        with self.assertRaises(RuntimeError):
            ttnn.add(there(a), there(torch.randn(7, 9)))
        with self.assertRaises(TypeError):
            there(a) + "1"

    def test_products(self):
        torch.manual_seed(3)
        a, b, bias = torch.randn(2, 40, 96), torch.randn(96, 70), torch.randn(1, 70)
        self.check(ttnn.matmul(there(a), there(b)), a @ b, atol=1e-4)
        self.check(there(a) @ there(b), a @ b, atol=1e-4)
        self.check(ttnn.matmul(there(a), there(b.t()), transpose_b=True), a @ b, atol=1e-4)
        self.check(ttnn.linear(there(a), there(b), bias=there(bias), activation="relu"), torch.relu(a @ b + bias), atol=1e-4)
        half = ttnn.matmul(there(a, dtype=ttnn.bfloat16), there(b, dtype=ttnn.bfloat16), core_grid=ttnn.CoreGrid(y=4, x=4))
        self.assertEqual(half.dtype, ttnn.bfloat16)
        self.assertGreater(correlation(ttnn.to_torch(half).float(), a @ b), 0.999)

    def test_over_dimensions(self):
        torch.manual_seed(4)
        x, weight, bias = torch.randn(2, 3, 45), torch.randn(1, 45), torch.randn(1, 45)
        self.check(ttnn.softmax(there(x)), torch.softmax(x, -1), atol=1e-6)
        self.check(ttnn.softmax(there(x), dim=1), torch.softmax(x, 1), atol=1e-6)
        self.check(ttnn.sum(there(x), dim=-1), x.sum(-1), atol=1e-4)
        self.check(ttnn.sum(there(x), dim=[0, 2], keepdim=True), x.sum((0, 2), keepdim=True), atol=1e-4)
        self.check(ttnn.mean(there(x), 1), x.mean(1), atol=1e-5)
        self.check(ttnn.max(there(x), 2), x.max(2).values)
        self.check(
            ttnn.layer_norm(there(x), epsilon=1e-5, weight=there(weight), bias=there(bias)),
            torch.nn.functional.layer_norm(x, (45,), weight[0], bias[0], 1e-5),
            atol=1e-5,
        )
        self.check(
            ttnn.rms_norm(there(x), epsilon=1e-5, weight=there(weight)),
            x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * weight,
            atol=1e-5,
        )

    def test_moving_about(self):
        x = torch.arange(2 * 3 * 40, dtype=torch.float32).reshape(2, 3, 40)
        self.check(ttnn.reshape(there(x), (6, -1)), x.reshape(6, 40))
        self.check(ttnn.reshape(there(x), ttnn.Shape([3, 80])), x.reshape(3, 80))
        self.check(ttnn.permute(there(x), (2, 0, 1)), x.permute(2, 0, 1))
        self.check(ttnn.transpose(there(x), 1, 2), x.transpose(1, 2))
        self.check(ttnn.concat([there(x), there(x)], dim=1), torch.cat([x, x], 1))
        self.check(ttnn.slice(there(x), [0, 1, 3], [2, 3, 40], [1, 1, 2]), x[0:2, 1:3, 3:40:2])
        table = torch.randn(10, 32)
        indices = torch.tensor([[1, 9, 4]], dtype=torch.int32)
        found = ttnn.embedding(ttnn.from_torch(indices, dtype=ttnn.uint32, device=device), ttnn.from_torch(table, device=device))
        self.check(found, torch.nn.functional.embedding(indices, table))
        with self.assertRaises(RuntimeError):
            ttnn.reshape(there(x), (7, -1))

    def test_what_fails_in_a_queue_says_where_it_was_called(self):
        indices = ttnn.from_torch(torch.tensor([[99]], dtype=torch.int32), dtype=ttnn.uint32, device=device)
        ttnn.embedding(indices, ttnn.from_torch(torch.randn(10, 32), device=device))
        with self.assertRaisesRegex(RuntimeError, r"in queued work `embedding`, called at \S*test_operations.py:\d+"):
            ttnn.synchronize_device(device)

    def test_across_devices(self):
        ttnn.close_mesh_device(device)
        mesh = ttnn.open_mesh_device(ttnn.MeshShape(1, 2))
        try:
            x = torch.randn(4, 6)
            cut = ttnn.from_torch(x, device=mesh, mesh_mapper=ttnn.ShardTensorToMesh(mesh, 0))
            each = [ttnn.to_torch(shard) for shard in ttnn.get_device_tensors(ttnn.all_gather(cut, 0, topology=ttnn.Topology.Linear))]
            self.assertTrue(all(torch.equal(one, x) for one in each))
            each = [ttnn.to_torch(shard) for shard in ttnn.get_device_tensors(ttnn.all_reduce(cut))]
            self.assertTrue(all(torch.allclose(one, x[:2] + x[2:]) for one in each))
            each = [ttnn.to_torch(shard) for shard in ttnn.get_device_tensors(ttnn.reduce_scatter(cut, 1))]
            self.assertTrue(torch.allclose(torch.cat(each, 1), x[:2] + x[2:]))
        finally:
            ttnn.close_mesh_device(mesh)
            setUpModule()


if __name__ == "__main__":
    unittest.main()
