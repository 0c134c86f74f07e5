#include "topology/physical/cluster.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace tt_run::topology {

namespace {

constexpr std::string_view kOrigins[] = {"real", "imported", "synthetic"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::size_t digits_end(std::string_view text, std::size_t at) {
    while (at < text.size() && is_digit(text[at])) {
        ++at;
    }
    return at;
}

/// Reads one hexadecimal part of an address that ends at `end_mark` (or at the end of the text for '\0').
std::optional<unsigned> take_hex(std::string_view& text, char end_mark, unsigned most) {
    unsigned value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    const auto length = static_cast<std::size_t>(end - text.data());
    const bool ended = end_mark == '\0' ? length == text.size() : length < text.size() && *end == end_mark;
    if (failure != std::errc() || !ended || value > most) {
        return std::nullopt;
    }
    text.remove_prefix(std::min(text.size(), length + 1));
    return value;
}

}  // namespace

std::string_view name_of(Origin origin) {
    return kOrigins[static_cast<std::size_t>(origin)];
}

std::optional<Origin> parse_origin(std::string_view text) {
    for (std::size_t k = 0; k < std::size(kOrigins); ++k) {
        if (kOrigins[k] == text) {
            return static_cast<Origin>(k);
        }
    }
    return std::nullopt;
}

std::string PciAddress::text() const {
    return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", domain, bus, device, function);
}

std::optional<PciAddress> PciAddress::parse(std::string_view text) {
    const auto domain = take_hex(text, ':', 0xFFFF);
    const auto bus = domain ? take_hex(text, ':', 0xFF) : std::nullopt;
    const auto device = bus ? take_hex(text, '.', 0x1F) : std::nullopt;
    const auto function = device ? take_hex(text, '\0', 7) : std::nullopt;
    if (!function) {
        return std::nullopt;
    }
    return PciAddress{static_cast<std::uint16_t>(*domain), static_cast<std::uint8_t>(*bus),
                      static_cast<std::uint8_t>(*device), static_cast<std::uint8_t>(*function)};
}

bool natural_less(std::string_view a, std::string_view b) {
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        if (!is_digit(a[i]) || !is_digit(b[j])) {
            if (a[i] != b[j]) {
                return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
            }
            ++i;
            ++j;
            continue;
        }
        const std::size_t i_end = digits_end(a, i);
        const std::size_t j_end = digits_end(b, j);
        std::string_view left = a.substr(i, i_end - i);
        std::string_view right = b.substr(j, j_end - j);
        left.remove_prefix(std::min(left.find_first_not_of('0'), left.size()));
        right.remove_prefix(std::min(right.find_first_not_of('0'), right.size()));
        if (left.size() != right.size()) {
            return left.size() < right.size();
        }
        if (left != right) {
            return left < right;
        }
        i = i_end;
        j = j_end;
    }
    if (i < a.size() || j < b.size()) {
        return i == a.size();
    }
    return a < b;  // equal but for leading zeros
}

std::optional<HostIndex> Cluster::find_host(std::string_view name) const {
    const auto at =
        std::lower_bound(hosts_.begin(), hosts_.end(), name,
                         [](const Host& host, std::string_view key) { return natural_less(host.name, key); });
    if (at == hosts_.end() || at->name != name) {
        return std::nullopt;
    }
    return HostIndex{static_cast<std::uint32_t>(at - hosts_.begin())};
}

std::optional<AsicIndex> Cluster::find_asic(HostIndex host, std::uint32_t tray,
                                            std::uint32_t location) const {
    if (host.value >= hosts_.size()) {
        return std::nullopt;
    }
    const std::span<const Board> boards = boards_of(hosts_[host.value]);
    const auto board = std::lower_bound(boards.begin(), boards.end(), tray,
                                        [](const Board& one, std::uint32_t key) { return one.tray < key; });
    if (board == boards.end() || board->tray != tray) {
        return std::nullopt;
    }
    for (std::uint32_t at = board->first_asic; at < board->first_asic + board->asic_count; ++at) {
        if (asics_[at].location == location) {
            return AsicIndex{at};
        }
    }
    return std::nullopt;
}

std::optional<AsicIndex> Cluster::find_unique_id(std::uint64_t unique_id) const {
    const auto at = std::lower_bound(
        by_unique_id_.begin(), by_unique_id_.end(), unique_id,
        [&](std::uint32_t index, std::uint64_t key) { return *asics_[index].unique_id < key; });
    if (at == by_unique_id_.end() || asics_[*at].unique_id != unique_id) {
        return std::nullopt;
    }
    return AsicIndex{*at};
}

std::string Cluster::name_of(AsicIndex index) const {
    return fmt::format("{}/{}/{}", host_of(index).name, board_of(index).tray, asic(index).location);
}

std::string Cluster::name_of(LinkEnd end) const {
    return fmt::format("{}/{}", name_of(end.asic), end.channel);
}

std::optional<ChipArchitecture> Cluster::architecture() const {
    if (boards_.empty()) {
        return std::nullopt;
    }
    const ChipArchitecture first = boards_.front().architecture;
    const bool same = std::all_of(boards_.begin(), boards_.end(),
                                  [&](const Board& board) { return board.architecture == first; });
    return same ? std::optional(first) : std::nullopt;
}

bool Cluster::same_hardware(const Cluster& other) const {
    return links_known_ == other.links_known_ && hosts_ == other.hosts_ && boards_ == other.boards_ &&
           asics_ == other.asics_ && links_ == other.links_ && open_ends_ == other.open_ends_;
}

}  // namespace tt_run::topology
