#include "topology/physical/umd_links.hpp"

#include <cstdint>

#include <fmt/format.h>

#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::YamlNode;

namespace {

constexpr std::uint32_t kMostChannel = 1U << 20U;

class LinkReader {
  public:
    LinkReader(const YamlNode& root, const UmdChips& chips, UmdDescriptor& found, DiagnosticSink& sink)
        : root_(root), chips_(chips), found_(found), sink_(sink) {}

    void read() {
        read_links();
        read_remote_links();
    }

  private:
    struct End {
        std::size_t chip;
        std::uint32_t channel;
    };

    std::optional<std::uint32_t> read_channel(const YamlNode& end) {
        const YamlNode* channel = require(end, "chan", sink_);
        return channel == nullptr ? std::nullopt
                                  : read_small_number(*channel, "ethernet channel", sink_, kMostChannel);
    }

    std::optional<End> read_end(const YamlNode& end, std::string_view where) {
        if (!expect_kind(end, YamlNode::Kind::mapping, "link end", sink_)) {
            return std::nullopt;
        }
        const YamlNode* chip = require(end, "chip", sink_);
        const auto position = chip == nullptr ? std::nullopt : chips_.known(*chip, where);
        const auto channel = read_channel(end);
        return position && channel ? std::optional(End{*position, *channel}) : std::nullopt;
    }

    const YamlNode* list_of_links(std::string_view key) {
        const YamlNode* list = root_.find(key);
        if (list == nullptr || list->is_null() ||
            !expect_kind(*list, YamlNode::Kind::sequence, "list of links", sink_)) {
            return nullptr;
        }
        return list;
    }

    bool has_ends(const YamlNode& item, std::size_t most) {
        if (item.is_sequence() && item.items.size() >= 2 && item.items.size() <= most) {
            return true;
        }
        sink_.report(Diagnostic(kClusterBadValue, item.span, "expected a link: a list of its two ends"));
        return false;
    }

    void read_links() {
        const std::string_view key = "ethernet_connections";
        const YamlNode* list = list_of_links(key);
        if (list == nullptr) {
            return;
        }
        found_.links.reserve(list->items.size());
        const std::size_t errors_before = sink_.errors();
        for (const YamlNode& item : list->items) {
            if (sink_.errors() - errors_before > kMostErrorsInList) {
                return;
            }
            // A third entry tells whether the routing firmware was on; that says nothing about the cable.
            if (!has_ends(item, 3)) {
                continue;
            }
            const auto a = read_end(item.items[0], key);
            const auto b = read_end(item.items[1], key);
            if (a && b) {
                found_.links.push_back({a->chip, a->channel, b->chip, b->channel, item.items[0].span});
            }
        }
    }

    void read_remote_links() {
        const std::string_view key = "ethernet_connections_to_remote_devices";
        const YamlNode* list = list_of_links(key);
        if (list == nullptr) {
            return;
        }
        const std::size_t errors_before = sink_.errors();
        for (const YamlNode& item : list->items) {
            if (sink_.errors() - errors_before > kMostErrorsInList) {
                return;
            }
            if (!has_ends(item, 2)) {
                continue;
            }
            const auto near = read_end(item.items[0], key);
            const YamlNode& far = item.items[1];
            if (!near || !expect_kind(far, YamlNode::Kind::mapping, "link end", sink_)) {
                continue;
            }
            const YamlNode* id = require(far, "remote_chip_id", sink_);
            const auto unique_id = id == nullptr ? std::nullopt : read_number(*id, "unique id", sink_);
            const auto channel = read_channel(far);
            if (unique_id && channel) {
                found_.remote_links.push_back(
                    {near->chip, near->channel, *unique_id, *channel, item.items[0].span});
            }
        }
    }

    const YamlNode& root_;
    const UmdChips& chips_;
    UmdDescriptor& found_;
    DiagnosticSink& sink_;
};

}  // namespace

void read_umd_links(const YamlNode& root, const UmdChips& chips, UmdDescriptor& found, DiagnosticSink& sink) {
    LinkReader(root, chips, found, sink).read();
}

}  // namespace tt_run::topology
