#include "topology/physical/cluster_json.hpp"

#include <fmt/format.h>

#include "topology/physical/json_text.hpp"

namespace tt_run::topology {

namespace {

/// 64-bit numbers are text: few JSON readers keep all their bits.
std::string wide(std::uint64_t value) {
    return fmt::format("\"0x{:x}\"", value);
}

/// The fields of one object, leaving out what is not known.
class Fields {
  public:
    void add(std::string_view key, std::string value) { rows_.emplace_back(key, std::move(value)); }
    void text(std::string_view key, const std::string& value) {
        if (!value.empty()) {
            add(key, json_text(value));
        }
    }
    template <class Number>
    void number(std::string_view key, Number value, Number unknown) {
        if (value != unknown) {
            add(key, fmt::format("{}", value));
        }
    }
    std::string flow() const {
        std::string out = "{";
        for (const auto& [key, value] : rows_) {
            out += fmt::format("{}\"{}\": {}", out.size() > 1 ? ", " : "", key, value);
        }
        return out + "}";
    }
    const std::vector<std::pair<std::string_view, std::string>>& rows() const { return rows_; }

  private:
    std::vector<std::pair<std::string_view, std::string>> rows_;
};

Fields fields_of(const Host& host) {
    Fields fields;
    fields.add("name", json_text(host.name));
    fields.text("motherboard", host.motherboard);
    if (host.rank) {
        fields.add("rank", fmt::format("{}", *host.rank));
    }
    fields.text("io_device_type", host.io_device_type);
    fields.text("ethernet_firmware", host.ethernet_firmware);
    fields.text("firmware_bundle", host.firmware_bundle);
    fields.text("driver_version", host.driver_version);
    fields.text("hall", host.hall);
    fields.text("aisle", host.aisle);
    if (host.rack) {
        fields.add("rack", fmt::format("{}", *host.rack));
    }
    if (host.shelf) {
        fields.add("shelf", fmt::format("{}", *host.shelf));
    }
    fields.text("group", host.group);
    return fields;
}

Fields fields_of(const Board& board) {
    Fields fields;
    fields.add("tray", fmt::format("{}", board.tray));
    fields.add("type", json_text(name_of(board.type)));
    if (board.architecture != facts_of(board.type).architecture) {
        fields.add("architecture", json_text(name_of(board.architecture)));
    }
    if (board.board_id) {
        fields.add("board_id", wide(*board.board_id));
    }
    return fields;
}

Fields fields_of(const Asic& asic) {
    Fields fields;
    fields.add("location", fmt::format("{}", asic.location));
    if (asic.unique_id) {
        fields.add("unique_id", wide(*asic.unique_id));
    }
    fields.number("chip", asic.chip, -1);
    if (asic.has_pcie) {
        fields.add("pcie", "true");
    }
    fields.number("device", asic.device_number, -1);
    fields.number("bus", asic.bus, -1);
    fields.number("numa_node", asic.numa_node, -1);
    if (asic.pci) {
        fields.add("pci", json_text(asic.pci->text()));
    }
    if (const auto& at = asic.coordinate) {
        fields.add("ethernet_coordinate", fmt::format("[{}, {}, {}, {}]", at->x, at->y, at->rack, at->shelf));
    }
    if (const auto& off = asic.harvesting) {
        fields.add("harvesting", fmt::format("{{\"noc_translation\": {}, \"tensix\": {}, \"dram\": {}, "
                                             "\"ethernet\": {}, \"pcie\": {}, \"l2cpu\": {}}}",
                                             off->noc_translation, off->tensix, off->dram, off->ethernet,
                                             off->pcie, off->l2cpu));
    }
    return fields;
}

Fields head_of(const Cluster& cluster) {
    Fields fields;
    fields.add("schema", json_text(kClusterSchema));
    fields.add("version", fmt::format("{}", kClusterVersion));
    fields.add("origin", json_text(name_of(cluster.origin())));
    fields.add("source", json_text(cluster.source()));
    fields.add("links_known", cluster.links_known() ? "true" : "false");
    return fields;
}

std::string row_of(const Link& link) {
    return fmt::format("[{}, {}, {}, {}]", link.a.asic.value, link.a.channel, link.b.asic.value,
                       link.b.channel);
}

std::string row_of(const OpenEnd& end) {
    return fmt::format("[{}, {}, {}, {}]", end.near.asic.value, end.near.channel, wide(end.remote_unique_id),
                       end.remote_channel);
}

template <class Rows>
void append_rows(std::string& out, std::string_view key, const Rows& rows) {
    out += fmt::format(",\n  \"{}\": [", key);
    std::string_view separator = "\n    ";
    for (const auto& row : rows) {
        out += separator;
        out += row_of(row);
        separator = ",\n    ";
    }
    out += rows.empty() ? "]" : "\n  ]";
}

template <class Rows>
void append_yaml_rows(std::string& out, std::string_view key, const Rows& rows) {
    out += fmt::format("{}:{}\n", key, rows.empty() ? " []" : "");
    for (const auto& row : rows) {
        out += fmt::format("  - {}\n", row_of(row));
    }
}

}  // namespace

std::string render_cluster_json(const Cluster& cluster) {
    std::string out = "{";
    std::string_view separator = "\n";
    const Fields head = head_of(cluster);
    for (const auto& [key, value] : head.rows()) {
        out += fmt::format("{}  \"{}\": {}", separator, key, value);
        separator = ",\n";
    }
    out += ",\n  \"hosts\": [";
    separator = "\n";
    for (const Host& host : cluster.hosts()) {
        std::string row = fields_of(host).flow();
        row.pop_back();
        out += fmt::format("{}    {}, \"boards\": [", separator, row);
        separator = ",\n";
        std::string_view board_separator = "\n";
        for (const Board& board : cluster.boards_of(host)) {
            std::string board_row = fields_of(board).flow();
            board_row.pop_back();
            out += fmt::format("{}      {}, \"asics\": [", board_separator, board_row);
            board_separator = ",\n";
            for (std::uint32_t k = 0; k < board.asic_count; ++k) {
                out += fmt::format("{}        {}", k == 0 ? "\n" : ",\n",
                                   fields_of(cluster.asics()[board.first_asic + k]).flow());
            }
            out += "\n      ]}";
        }
        out += "\n    ]}";
    }
    out += "\n  ]";
    append_rows(out, "links", cluster.links());
    append_rows(out, "open_ends", cluster.open_ends());
    return out + "\n}\n";
}

std::string render_cluster_yaml(const Cluster& cluster) {
    std::string out;
    const Fields head = head_of(cluster);
    for (const auto& [key, value] : head.rows()) {
        out += fmt::format("{}: {}\n", key, value);
    }
    out += "hosts:\n";
    const auto block = [&out](const Fields& fields, std::string_view indent) {
        std::string_view dash = "- ";
        for (const auto& [key, value] : fields.rows()) {
            out += fmt::format("{}{}{}: {}\n", indent, dash, key, value);
            dash = "  ";
        }
    };
    for (const Host& host : cluster.hosts()) {
        block(fields_of(host), "  ");
        out += fmt::format("    boards:{}\n", cluster.boards_of(host).empty() ? " []" : "");
        for (const Board& board : cluster.boards_of(host)) {
            block(fields_of(board), "      ");
            out += fmt::format("        asics:{}\n", board.asic_count == 0 ? " []" : "");
            for (std::uint32_t k = 0; k < board.asic_count; ++k) {
                out +=
                    fmt::format("          - {}\n", fields_of(cluster.asics()[board.first_asic + k]).flow());
            }
        }
    }
    append_yaml_rows(out, "links", cluster.links());
    append_yaml_rows(out, "open_ends", cluster.open_ends());
    return out;
}

}  // namespace tt_run::topology
