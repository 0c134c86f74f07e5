#include "launcher/allocation/fingerprint.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <nettle/sha2.h>

#include "support/text.hpp"
#include "topology/physical/json_text.hpp"

namespace tt_run::launcher {

namespace {

/// Allocations kept by a tt-run that worked them out otherwise are worked out again.
constexpr std::string_view kAllocationMethod = "tt-run allocation 1\n";

class Sha256 {
  public:
    Sha256() { ::sha256_init(&state_); }

    void add(std::string_view bytes) {
        ::sha256_update(&state_, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
    }
    void add_nul() { add(std::string_view("\0", 1)); }

    /// As 32 bytes.
    std::string bytes() {
        std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
        ::sha256_digest(&state_, digest.size(), digest.data());
        return {digest.begin(), digest.end()};
    }
    std::string hexadecimal() {
        std::string text;
        for (const char byte : bytes()) {
            text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
        }
        return text;
    }

  private:
    sha256_ctx state_{};
};

std::string json_list(const std::vector<std::string>& texts) {
    std::vector<std::string> quoted;
    for (const std::string& text : texts) {
        quoted.push_back(topology::json_text(text));
    }
    return "[" + support::join(quoted, ",") + "]";
}

}  // namespace

std::string sha256(std::string_view text) {
    Sha256 digest;
    digest.add(text);
    return digest.hexadecimal();
}

std::string fingerprint(const AllocationInputs& inputs) {
    Sha256 key;
    if (inputs.mapping) {
        key.add(*inputs.mapping);
        key.add_nul();
    }
    for (const auto& [id, text] : inputs.mesh_graphs) {
        if (inputs.mapping) {
            key.add(fmt::format("{}", id));
            key.add_nul();
        }
        key.add(text);
        key.add_nul();
    }
    if (inputs.mock_descriptors.empty()) {
        std::vector<std::string> hosts = inputs.hosts;
        std::sort(hosts.begin(), hosts.end());
        key.add(json_list(hosts));
    }
    for (const auto& [rank, text] : inputs.mock_descriptors) {
        key.add(fmt::format("{}", rank));
        key.add_nul();
        Sha256 descriptor;
        descriptor.add(text);
        key.add(descriptor.bytes());
    }
    const auto add_named = [&](std::string_view name, const std::optional<std::string>& value) {
        if (value) {
            key.add_nul();
            key.add(name);
            key.add_nul();
            key.add(*value);
        }
    };
    add_named("fsd", inputs.factory_system);
    add_named("cluster", inputs.named_cluster);
    return key.hexadecimal();
}

std::string digest_of(const topology::Cluster& cluster) {
    Sha256 digest;
    digest.add(kAllocationMethod);
    digest.add(cluster.links_known() ? "links\n" : "no links\n");
    for (const topology::Host& host : cluster.hosts()) {
        digest.add(fmt::format("host {}\n", host.name));
        for (const topology::Board& board : cluster.boards_of(host)) {
            digest.add(fmt::format("board {} {}\n", board.tray, topology::name_of(board.type)));
            for (std::uint32_t k = board.first_asic; k < board.first_asic + board.asic_count; ++k) {
                const topology::Asic& asic = cluster.asics()[k];
                digest.add(fmt::format("chip {} {:x} {} {} {}\n", asic.location, asic.unique_id.value_or(0),
                                       asic.chip, asic.has_pcie, asic.pci ? asic.pci->text() : ""));
            }
        }
    }
    for (const topology::Link& link : cluster.links()) {
        digest.add(fmt::format("link {} {} {} {}\n", link.a.asic.value, link.a.channel, link.b.asic.value,
                               link.b.channel));
    }
    return digest.hexadecimal();
}

}  // namespace tt_run::launcher
