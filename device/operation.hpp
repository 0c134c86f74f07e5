#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <vector>

#include "tt_run/device/operations.hpp"
#include "tt_run/device/tensor.hpp"

namespace tt_run::device {

/// One input's shard on one device: its spec and its packed pages.
struct ShardView {
    const TensorSpec& spec;
    std::span<const std::byte> pages;
};

/// Fills a shard of the result, packed pages of `spec`, from the inputs' shards on the same device. Runs
/// later and on another thread: whatever else it needs it holds by value.
using Kernel = std::function<void(std::span<const ShardView> inputs, const TensorSpec& spec,
                                  std::span<std::byte> pages)>;

/// An operation that each device does by itself, on all devices that the first input is on. Inputs are all on
/// one mesh device, where the work is queued, or all on the host, where it is done at once. The result's spec
/// is `output` but for what `options` say.
Tensor run_operation(const std::string& name, const std::vector<Tensor>& inputs, const TensorSpec& output,
                     const OperationOptions& options, std::source_location where, Kernel kernel);

/// Packed pages on a device, as a view if they are stored packed, else copied into `space`.
std::span<const std::byte> packed_pages(std::span<const std::byte> stored, std::size_t page,
                                        std::size_t aligned, std::size_t pages,
                                        std::vector<std::byte>& space);

/// The result's tensor: the options' output tensor, checked, or a new one placed as `like` is.
Tensor result_tensor(const std::string& name, const TensorSpec& output, const OperationOptions& options,
                     const Tensor& like);
/// The spec that the options make of it.
TensorSpec result_spec(const TensorSpec& output, const OperationOptions& options);

}  // namespace tt_run::device
