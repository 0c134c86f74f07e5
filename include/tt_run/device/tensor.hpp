#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <vector>

#include "tt_run/device/mesh_buffer.hpp"
#include "tt_run/device/mesh_device.hpp"
#include "tt_run/device/tensor_spec.hpp"
#include "tt_run/export.hpp"

namespace tt_run::device {

enum class StorageType : std::uint8_t { host = 0, device = 1 };

/// A shard's packed pages on the host: shared, and never written to again. Its own memory, or somebody
/// else's.
class HostBytes {
  public:
    HostBytes() = default;  ///< none: a shard of another rank
    HostBytes(std::nullptr_t) {}
    HostBytes(std::shared_ptr<const std::vector<std::byte>> bytes)
        : bytes_(*bytes), owner_(std::move(bytes)) {}
    HostBytes(std::shared_ptr<std::vector<std::byte>> bytes)
        : HostBytes(std::shared_ptr<const std::vector<std::byte>>(std::move(bytes))) {}
    /// Memory that `owner` keeps, and that its other users may write to.
    static HostBytes borrow(std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
        HostBytes borrowed;
        borrowed.bytes_ = bytes;
        borrowed.owner_ = std::move(owner);
        borrowed.is_borrowed_ = true;
        return borrowed;
    }

    bool is_borrowed() const { return is_borrowed_; }
    std::span<const std::byte> operator*() const { return bytes_; }
    explicit operator bool() const { return owner_ != nullptr; }
    bool operator==(std::nullptr_t) const { return owner_ == nullptr; }

  private:
    std::span<const std::byte> bytes_;
    std::shared_ptr<const void> owner_;
    bool is_borrowed_ = false;
};

struct TensorState;

/// Values of one spec: on the host, or on the devices of a mesh; one shard for each of some devices. A
/// handle: copies share the values. Device memory goes with the last handle, or with `deallocate`; using it
/// after that throws. Of a big mesh only the local shards are here.
class TT_RUN_API Tensor {
  public:
    Tensor() = default;  ///< no tensor: everything but `operator bool` throws

    /// One shard on the host, from values in logical order (`from_vector`), or from its packed pages.
    template <class T>
    static Tensor from_vector(std::span<const T> values, const TensorSpec& spec);
    static Tensor from_pages(std::vector<std::byte> pages, const TensorSpec& spec);
    /// The same without a copy. Borrowed pages must not change while the tensor, or what is made of it on the
    /// host, is in use; sending them to a device is over with them when it returns.
    static Tensor from_pages(HostBytes pages, const TensorSpec& spec);

    /// The values of its one shard, in logical order, as they would be after `typecast`. Reads devices first
    /// (and waits). Throws if there are several shards: those need a composer.
    template <class T>
    std::vector<T> to_vector() const;

    explicit operator bool() const { return state_ != nullptr; }
    const TensorSpec& spec() const;
    const Shape& shape() const { return spec().logical_shape(); }
    Shape padded_shape() const { return spec().padded_shape(); }
    DataType dtype() const { return spec().data_type(); }
    Layout layout() const { return spec().layout(); }
    const MemoryConfig& memory_config() const { return spec().memory_config(); }
    StorageType storage_type() const;
    bool is_on_device() const { return storage_type() == StorageType::device; }
    /// False once deallocated.
    bool is_allocated() const;
    /// Of a tensor on devices; throws for one on the host.
    const std::shared_ptr<MeshDevice>& device() const;
    const std::shared_ptr<MeshBuffer>& buffer() const;

    /// The mesh that its shards stand in and where they do, row-major; (0, 0) of 1x1 for a single one.
    const MeshShape& mesh_shape() const;
    const std::vector<MeshCoordinate>& coordinates() const;
    /// The grid that a mapper cut it into; that of its mesh if it was not cut.
    const MeshShape& distribution_shape() const;
    /// The packed pages of a host tensor's shard, by position in `coordinates`; null for another rank's.
    const HostBytes& host_pages(std::size_t shard) const;

    /// Frees device memory now, or a handle's share of the host's.
    void deallocate();

    /// For the runtime's own parts.
    explicit Tensor(std::shared_ptr<TensorState> state) : state_(std::move(state)) {}
    TensorState& state() const;

  private:
    std::shared_ptr<TensorState> state_;
};

// Each of these that reads from a device waits; what writes to one is queued, on queue 0 unless told
// otherwise.

/// A tensor with one host shard is copied to every device; else the meshes' shapes must be equal.
TT_RUN_API Tensor to_device(const Tensor& tensor, const std::shared_ptr<MeshDevice>& device,
                            const std::optional<MemoryConfig>& memory_config = std::nullopt,
                            std::uint32_t queue = 0,
                            std::source_location where = std::source_location::current());
TT_RUN_API Tensor from_device(const Tensor& tensor, std::uint32_t queue = 0,
                              std::source_location where = std::source_location::current());
/// Contents undefined; here a pattern (see MeshBuffer).
TT_RUN_API Tensor allocate_tensor_on_device(const TensorSpec& spec,
                                            const std::shared_ptr<MeshDevice>& device);
/// All zero.
TT_RUN_API Tensor allocate_tensor_on_host(const TensorSpec& spec, const MeshShape& mesh_shape);
/// Into a tensor that exists; specs must agree but for the memory config.
TT_RUN_API void copy_host_to_device_tensor(const Tensor& host, const Tensor& device, std::uint32_t queue = 0,
                                           std::source_location where = std::source_location::current());
TT_RUN_API void copy_device_to_host_tensor(const Tensor& device, Tensor& host, std::uint32_t queue = 0,
                                           std::source_location where = std::source_location::current());

/// Its shards, each a tensor of its own; those of devices share its memory.
TT_RUN_API std::vector<Tensor> get_device_tensors(const Tensor& tensor);
/// The inverse, for host tensors of one spec and one shard each, row-major.
TT_RUN_API Tensor from_host_shards(const std::vector<Tensor>& shards, const MeshShape& mesh_shape);
/// The inverse for devices: all from one buffer, no coordinate twice.
TT_RUN_API Tensor combine_device_tensors(const std::vector<Tensor>& shards);

// clang-format off
#define TT_RUN_TENSOR_ELEMENTS(DO) \
    DO(float) DO(bfloat16) DO(std::int32_t) DO(std::uint32_t) DO(std::uint16_t) DO(std::uint8_t)
#define TT_RUN_TENSOR_VECTORS(T)                                                                     \
    template <> TT_RUN_API Tensor Tensor::from_vector<T>(std::span<const T>, const TensorSpec&);     \
    template <> TT_RUN_API std::vector<T> Tensor::to_vector<T>() const;
TT_RUN_TENSOR_ELEMENTS(TT_RUN_TENSOR_VECTORS)
#undef TT_RUN_TENSOR_VECTORS
// clang-format on

}  // namespace tt_run::device
