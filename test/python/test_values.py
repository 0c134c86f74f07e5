"""How values come into tensors and out of them: types, layouts, padding, sharing of memory."""

import fractions
import math
import sys
import unittest
import warnings

import numpy
import support

support.emulate("n150")

import torch  # noqa: E402

import ttnn  # noqa: E402

BLOCK_FLOATS = (ttnn.bfloat8_b, ttnn.bfloat4_b)
#: What a torch type becomes, and what comes back.
INFERRED = {
    torch.float32: (ttnn.float32, torch.float32),
    torch.float16: (ttnn.bfloat16, torch.bfloat16),
    torch.bfloat16: (ttnn.bfloat16, torch.bfloat16),
    torch.int64: (ttnn.uint32, torch.int32),
    torch.int32: (ttnn.int32, torch.int32),
    torch.int16: (ttnn.uint16, torch.int16),
    torch.uint8: (ttnn.uint8, torch.uint8),
}
#: Given a type, what the torch tensor is cast to first, and what comes back.
CAST = {
    ttnn.bfloat16: torch.bfloat16,
    ttnn.float32: torch.float32,
    ttnn.uint32: torch.int32,
    ttnn.bfloat8_b: torch.float32,
    ttnn.bfloat4_b: torch.float32,
    ttnn.uint8: torch.uint8,
    ttnn.uint16: torch.int16,
    ttnn.int32: torch.int32,
}
LAYOUTS = (ttnn.ROW_MAJOR_LAYOUT, ttnn.TILE_LAYOUT)
SHAPES = ([33, 65], [1, 1, 32, 64], [2, 3, 5, 7], [1], [31], [3, 1, 40], [])


def setUpModule():
    global device
    device = ttnn.open_mesh_device(ttnn.MeshShape(1, 1))


def tearDownModule():
    ttnn.close_mesh_device(device)


def values(shape, dtype, random):
    """Of every size that the type holds, zeros and negative ones too."""
    generator = torch.Generator().manual_seed(random.randrange(1 << 31))
    if dtype.is_floating_point:
        scale = torch.exp(torch.randn(shape, generator=generator) * 4)
        return (torch.randn(shape, generator=generator) * scale).to(dtype)
    info = torch.iinfo(dtype)
    low, high = (0, 1 << 31) if dtype == torch.int64 else (info.min, info.max)
    return torch.randint(low, high, shape, generator=generator, dtype=torch.int64).to(dtype)


def block_float(x, bits):
    """The reference for block floats, worked out with Python's own numbers: 16 values of a row of a face share
    the largest exponent."""
    result = torch.zeros_like(x)
    for row in range(x.shape[0]):
        for first in range(0, x.shape[1], 16):
            block = [math.frexp(float(v)) for v in x[row, first : first + 16]]
            largest = max((exponent for fraction, exponent in block if fraction != 0), default=0)
            for k, (fraction, exponent) in enumerate(block):
                # What the gap between exponents shifts out of 24 bits is lost before rounding, to even.
                mantissa = int(math.ldexp(abs(fraction), 24)) >> (largest - exponent if fraction else 0)
                magnitude = min(round(fractions.Fraction(mantissa, 1 << (24 - bits))), (1 << bits) - 1)
                value = math.ldexp(magnitude, largest - bits)
                result[row, first + k] = math.copysign(value, fraction) if magnitude else 0.0
    return result


class Types(unittest.TestCase):
    def test_a_type_follows_from_torch(self):
        random = support.seeded()
        for given, (wanted, back) in INFERRED.items():
            for layout in LAYOUTS:
                for shape in SHAPES:
                    for there in (None, device):
                        with self.subTest(given=given, layout=layout, shape=shape, device=there is not None):
                            x = values(shape, given, random)
                            tensor = ttnn.from_torch(x, layout=layout, device=there)
                            self.assertEqual(tensor.dtype, wanted)
                            self.assertEqual(tensor.layout, layout)
                            self.assertEqual(list(tensor.shape), shape)
                            result = ttnn.to_torch(tensor)
                            self.assertEqual(result.dtype, back)
                            self.assertTrue(torch.equal(result, x.to(back)))

    def test_a_type_without_a_counterpart_is_refused(self):
        for given in (torch.float64, torch.bool, torch.int8, torch.complex64):
            with self.subTest(given=given), self.assertRaisesRegex(RuntimeError, "has no counterpart"):
                ttnn.from_torch(torch.zeros(2, 2, dtype=given))

    def test_a_given_type_casts_first(self):
        random = support.seeded()
        for wanted, cast in CAST.items():
            for given in (torch.float32, torch.int32, torch.float64):
                if wanted in BLOCK_FLOATS:
                    continue
                with self.subTest(wanted=wanted, given=given):
                    x = torch.tensor([[random.randrange(0, 100) for _ in range(40)] for _ in range(3)]).to(given)
                    result = ttnn.to_torch(ttnn.from_torch(x, dtype=wanted, device=device))
                    self.assertEqual(result.dtype, cast)
                    self.assertTrue(torch.equal(result, x.to(cast)))

    def test_a_float_is_rounded_to_bfloat16_as_torch_does(self):
        bits = torch.randint(-(1 << 31), (1 << 31) - 1, (64, 64), dtype=torch.int64).to(torch.int32)
        x = bits.view(torch.float32)
        x = torch.where(torch.isnan(x), torch.zeros_like(x), x)
        for source in (x, x.numpy()):
            result = ttnn.to_torch(ttnn.from_torch(source, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT))
            self.assertTrue(torch.equal(result, x.to(torch.bfloat16)))

    def test_block_floats(self):
        random = support.seeded()
        for wanted, bits in ((ttnn.bfloat8_b, 7), (ttnn.bfloat4_b, 3)):
            x = values([40, 48], torch.float32, random)
            tensor = ttnn.from_torch(x, dtype=wanted, device=device)
            self.assertEqual(tensor.layout, ttnn.TILE_LAYOUT)
            result = ttnn.to_torch(tensor)
            self.assertTrue(torch.equal(result, block_float(x, bits)))
            # What it means exactly, it means exactly again.
            self.assertTrue(torch.equal(ttnn.to_torch(ttnn.from_torch(result, dtype=wanted)), result))
            with self.assertRaisesRegex(RuntimeError, "TILE_LAYOUT only"):
                ttnn.from_torch(x, dtype=wanted, layout=ttnn.ROW_MAJOR_LAYOUT)

    def test_numpy_beside_torch(self):
        random = support.seeded()
        for given, (wanted, back) in INFERRED.items():
            if given == torch.bfloat16:
                continue
            x = values([3, 37], given, random)
            for layout in LAYOUTS:
                with self.subTest(given=given, layout=layout):
                    tensor = ttnn.from_torch(x.numpy(), layout=layout, device=device)
                    self.assertEqual(tensor.dtype, wanted)
                    self.assertTrue(torch.equal(ttnn.to_torch(tensor), x.to(back)))
                    there = ttnn.to_numpy(tensor)
                    self.assertTrue(numpy.array_equal(there.astype(x.numpy().dtype), x.to(back).to(given).numpy()))
        self.assertEqual(ttnn.to_numpy(ttnn.from_torch(torch.ones(2, dtype=torch.int16))).dtype, numpy.uint16)
        self.assertEqual(ttnn.to_numpy(ttnn.from_torch(torch.ones(2, dtype=torch.bfloat16))).dtype, numpy.float32)

    def test_a_view_comes_in_the_order_of_its_elements(self):
        x = torch.arange(6 * 8, dtype=torch.float32).reshape(6, 8)
        for view in (x.t(), x[::2, 1::3], x[:, 3]):
            self.assertTrue(torch.equal(ttnn.to_torch(ttnn.from_torch(view)), view))
            self.assertTrue(torch.equal(ttnn.to_torch(ttnn.from_torch(view.numpy())), view))

    def test_a_gradient_does_not_come_along(self):
        x = torch.ones(4, 4, requires_grad=True)
        self.assertFalse(ttnn.to_torch(ttnn.from_torch(x)).requires_grad)


class Layouts(unittest.TestCase):
    def test_tiles_are_four_faces(self):
        """What lies where, worked out by index."""
        x = torch.arange(64 * 96, dtype=torch.int32).reshape(64, 96)
        memory = ttnn.from_torch(x, layout=ttnn.TILE_LAYOUT)
        stored = numpy.frombuffer(ttnn._ttnn._host_array(memory), dtype="int32")
        position = 0
        for tile_row in range(2):
            for tile_column in range(3):
                for face in range(4):
                    for row in range(16):
                        r = tile_row * 32 + face // 2 * 16 + row
                        c = tile_column * 32 + face % 2 * 16
                        self.assertTrue((stored[position : position + 16] == x[r, c : c + 16].numpy()).all())
                        position += 16

    def test_padding(self):
        for pad in (None, 7, -1.5):
            for dtype in (ttnn.float32, ttnn.bfloat16, ttnn.int32):
                x = torch.ones(33, 65)
                tensor = ttnn.from_torch(x, dtype=dtype, layout=ttnn.TILE_LAYOUT, pad_value=pad)
                self.assertEqual(list(tensor.shape), [33, 65])
                self.assertEqual(list(tensor.padded_shape), [64, 96])
                self.assertTrue(torch.equal(ttnn.to_torch(tensor).float(), x))
                wanted = int(pad or 0) if dtype == ttnn.int32 else float(pad or 0)
                flat = ttnn._ttnn._host_array(tensor)
                stored = torch.frombuffer(flat, dtype=CAST[dtype]).float()
                self.assertEqual(int((stored == 1).sum()), 33 * 65)
                self.assertEqual(int((stored == wanted).sum()), 64 * 96 - 33 * 65)

    def test_layouts_change_and_values_stay(self):
        random = support.seeded()
        for wanted, cast in CAST.items():
            if wanted in BLOCK_FLOATS:
                continue
            x = values([2, 45, 70], cast, random)
            for there in (None, device):
                tensor = ttnn.from_torch(x, dtype=wanted, device=there)
                tiled = ttnn.to_layout(tensor, ttnn.TILE_LAYOUT)
                self.assertEqual(tiled.layout, ttnn.TILE_LAYOUT)
                self.assertTrue(torch.equal(ttnn.to_torch(tiled), x))
                self.assertTrue(torch.equal(ttnn.to_torch(tiled.to(ttnn.ROW_MAJOR_LAYOUT)), x))

    def test_typecast_against_torch(self):
        x = torch.tensor([[0.0, 1.0, 2.75, 200.0, -3.5, 1e9, -1e9, float("nan")]])
        tensor = ttnn.from_torch(x, layout=ttnn.TILE_LAYOUT, device=device)
        wanted = {
            ttnn.int32: [0, 1, 2, 200, -3, 10**9, -(10**9), 0],
            ttnn.uint32: [0, 1, 2, 200, 0, 10**9, 0, 0],
            ttnn.uint16: [0, 1, 2, 200, 0, 65535, 0, 0],
            ttnn.uint8: [0, 1, 2, 200, 0, 255, 0, 0],
        }
        for dtype, numbers in wanted.items():
            self.assertEqual(ttnn.to_numpy(ttnn.typecast(tensor, dtype)).tolist(), [numbers])
        self.assertTrue(torch.equal(ttnn.to_torch(ttnn.typecast(tensor, ttnn.bfloat16))[0, :-1], x.to(torch.bfloat16)[0, :-1]))


class Specs(unittest.TestCase):
    def test_a_spec_says_everything(self):
        spec = ttnn.TensorSpec((4, 40), ttnn.bfloat16, ttnn.TILE_LAYOUT, ttnn.L1_MEMORY_CONFIG)
        tensor = ttnn.from_torch(torch.ones(4, 40), spec=spec, device=device)
        self.assertEqual(tensor.spec, spec)
        self.assertEqual(tensor.memory_config(), ttnn.L1_MEMORY_CONFIG)
        with self.assertRaisesRegex(RuntimeError, "spec says dtype"):
            ttnn.from_torch(torch.ones(4, 40), spec=spec, dtype=ttnn.float32)
        with self.assertRaisesRegex(RuntimeError, r"spec is of Shape\(\[4, 40\]\)"):
            ttnn.from_torch(torch.ones(4, 41), spec=spec)

    def test_a_sharded_memory_config_needs_its_shards(self):
        with self.assertRaisesRegex(RuntimeError, "shard spec"):
            ttnn.TensorSpec(
                (64, 64), ttnn.bfloat16, ttnn.TILE_LAYOUT, ttnn.MemoryConfig(ttnn.TensorMemoryLayout.HEIGHT_SHARDED)
            )
        grid = ttnn.CoreRangeSet([ttnn.CoreRange(ttnn.CoreCoord(0, 0), ttnn.CoreCoord(1, 0))])
        config = ttnn.MemoryConfig(
            ttnn.TensorMemoryLayout.HEIGHT_SHARDED, ttnn.BufferType.L1, ttnn.ShardSpec(grid, (32, 64))
        )
        x = torch.randn(64, 64)
        tensor = ttnn.from_torch(x, layout=ttnn.TILE_LAYOUT, device=device, memory_config=config)
        self.assertTrue(tensor.memory_config().is_sharded())
        self.assertTrue(torch.equal(ttnn.to_torch(tensor), x))

    def test_what_to_torch_can_be_asked(self):
        tensor = ttnn.from_torch(torch.ones(1, 1, 3, 4), device=device)
        self.assertEqual(list(ttnn.to_torch(tensor, torch_rank=2).shape), [3, 4])
        self.assertEqual(ttnn.to_torch(tensor, torch.float64).dtype, torch.float64)
        self.assertEqual(list(tensor.to_torch(torch_rank=3).shape), [1, 3, 4])
        with self.assertRaisesRegex(RuntimeError, "more than 1 dimensions"):
            ttnn.to_torch(tensor, torch_rank=1)

    def test_one_element(self):
        for value, dtype in ((3.5, ttnn.float32), (7, ttnn.uint16), (-7, ttnn.int32)):
            found = ttnn.from_torch(torch.tensor([[value]]), dtype=dtype, device=device).item()
            self.assertEqual((found, type(found)), (value, type(value)))
        with self.assertRaisesRegex(RuntimeError, "one element"):
            ttnn.from_torch(torch.ones(2)).item()

    def test_use_after_deallocate(self):
        tensor = ttnn.from_torch(torch.ones(32, 32), layout=ttnn.TILE_LAYOUT, device=device)
        ttnn.deallocate(tensor)
        self.assertFalse(tensor.is_allocated())
        for use in (ttnn.relu, ttnn.to_torch, ttnn.from_device):
            with self.assertRaisesRegex(RuntimeError, "after deallocate"):
                use(tensor)

    def test_contents_of_new_memory_are_poison(self):
        spec = ttnn.TensorSpec((32, 32), ttnn.uint8, ttnn.TILE_LAYOUT)
        self.assertTrue((ttnn.to_numpy(ttnn.allocate_tensor_on_device(spec, device)) == 0xA5).all())


class Sharing(unittest.TestCase):
    def test_row_major_host_memory_is_shared(self):
        x = torch.zeros(8, 8)
        tensor = ttnn.from_torch(x)
        x[3, 4] = 5
        back = ttnn.to_torch(tensor)
        self.assertEqual(back[3, 4], 5)
        self.assertEqual(back.data_ptr(), x.data_ptr())
        self.assertEqual(ttnn.to_numpy(tensor).__array_interface__["data"][0], x.data_ptr())

    def test_memory_lives_as_long_as_someone_looks_at_it(self):
        wanted = torch.arange(1 << 18, dtype=torch.int32)
        tensor = ttnn.from_torch(wanted.clone())
        view = ttnn.to_torch(tensor)
        del tensor
        _ = [torch.full((1 << 18,), -1, dtype=torch.int32) for _ in range(4)]
        self.assertTrue(torch.equal(view, wanted))

    def test_an_array_may_change_once_it_was_sent(self):
        for elements in (64, 1 << 20):
            x = torch.ones(1, elements)
            tensor = ttnn.from_torch(x, device=device)
            host = ttnn.from_torch(x)
            second = ttnn.to_device(host, device)
            third = ttnn.to_device(host, device)
            x.fill_(2)
            for there in (tensor, second, third):
                self.assertTrue(bool((ttnn.to_torch(there) == 1).all()))

    def test_nothing_is_said_about_writing(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ttnn.to_torch(ttnn.from_torch(torch.ones(4, 4), device=device)).add_(1)

    def test_an_array_is_let_go(self):
        x = numpy.ones((4, 4), dtype=numpy.float32)
        before = sys.getrefcount(x)
        tensor = ttnn.from_torch(x)
        self.assertGreater(sys.getrefcount(x), before)
        del tensor
        self.assertEqual(sys.getrefcount(x), before)

    def test_empty_arrays(self):
        for shape in ([0], [0, 3], [2, 0, 5]):
            result = ttnn.to_torch(ttnn.from_torch(torch.ones(shape)))
            self.assertEqual(list(result.shape), shape)

    def test_printing_shows_values(self):
        x = torch.tensor([[0.5, -1.0, 2.25], [3.0, 4.0, 5.0]])
        values = "[[ 0.5 , -1.  ,  2.25],\n             [ 3.  ,  4.  ,  5.  ]]"
        about = "shape=Shape([2, 3]), dtype=bfloat16, layout=ROW_MAJOR, "
        host = ttnn.from_torch(x, dtype=ttnn.bfloat16)
        there = ttnn.to_device(host, device)
        self.assertEqual(str(host), f"ttnn.Tensor({values}, {about}on the host)")
        self.assertEqual(str(there), f"ttnn.Tensor({values}, {about}on 1 device)")
        self.assertEqual(repr(there), f"ttnn.Tensor({about}on 1 device)")
        self.assertEqual(str(ttnn.add(there, there)).count("10."), 1)  # after what is queued
        ttnn.deallocate(there)
        self.assertEqual(str(there), f"ttnn.Tensor({about}on 1 device, deallocated)")
        self.assertIn("ttnn.Tensor(3.5, ", str(ttnn.from_torch(torch.tensor(3.5))))
        self.assertIn("ttnn.Tensor([], ", str(ttnn.from_torch(torch.ones([0, 3]))))
        for dtype in (ttnn.bfloat8_b, ttnn.uint8, ttnn.int32):
            large = str(ttnn.from_torch(torch.ones(64, 64), dtype=dtype, layout=ttnn.TILE_LAYOUT))
            self.assertIn(" ...,\n", large)
            self.assertLess(len(large), 1000)

    def test_a_shape_of_another_rank(self):
        shape = ttnn.Shape([1, 1, 2, 3])
        self.assertEqual(list(shape.to_rank(2)), [2, 3])
        self.assertEqual(list(shape.to_rank(3)), [1, 2, 3])
        self.assertEqual(list(shape.to_rank(5)), [1, 1, 1, 2, 3])
        with self.assertRaisesRegex(RuntimeError, "more than 1 dimensions that are not 1"):
            shape.to_rank(1)


if __name__ == "__main__":
    unittest.main()
