#include "device/shard_exchange.hpp"

#include <algorithm>

namespace tt_run::device {

std::vector<HostBytes> exchange_shards(const MeshDeviceState& device,
                                       std::span<const MeshCoordinate> coordinates,
                                       std::span<const HostBytes> own, std::size_t bytes,
                                       const distributed::ContextPtr& context) {
    std::vector<HostBytes> all(own.begin(), own.end());
    if (!context) {
        return all;
    }
    // Whose they are, and so how many each rank sends: every rank works out the same.
    std::vector<std::size_t> owners;
    std::vector<std::size_t> counts(static_cast<std::size_t>(*context->size()), 0);
    for (const MeshCoordinate& coordinate : coordinates) {
        const auto chip = static_cast<std::size_t>(device.slot(coordinate).node.chip_id);
        owners.push_back(static_cast<std::size_t>(device.runtime->system().chips[chip].owner.value));
        ++counts[owners.back()];
    }
    const std::size_t most = *std::ranges::max_element(counts);
    std::vector<std::byte> sent;
    sent.reserve(most * bytes);
    for (const HostBytes& pages : own) {
        if (pages) {
            sent.insert(sent.end(), (*pages).begin(), (*pages).end());
        }
    }
    sent.resize(most * bytes);
    std::vector<std::byte> received(counts.size() * sent.size());
    context->all_gather(sent, received);
    std::vector<std::size_t> taken(counts.size(), 0);
    for (std::size_t k = 0; k < all.size(); ++k) {
        const std::size_t begin = (owners[k] * most + taken[owners[k]]++) * bytes;
        if (!all[k]) {
            const auto first = received.begin() + static_cast<std::ptrdiff_t>(begin);
            all[k] = std::make_shared<const std::vector<std::byte>>(
                first, first + static_cast<std::ptrdiff_t>(bytes));
        }
    }
    return all;
}

}  // namespace tt_run::device
