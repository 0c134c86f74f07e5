#include "topology/draw/draw_cluster.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "support/counted.hpp"
#include "topology/draw/chip_slots.hpp"
#include "topology/physical/cluster_text.hpp"

namespace tt_run::topology::draw {

namespace {

using Pair = std::pair<std::uint32_t, std::uint32_t>;

/// What is known of the links between two ASICs before they become a line.
struct Between {
    std::vector<std::uint32_t> present;  ///< positions in Cluster::links()
    std::vector<Link> missing;
    std::vector<Link> one_sided;
    std::uint32_t wanted = 0;  ///< by the descriptor
    std::vector<const LinkCondition*> conditions;
};

class ClusterPainter {
  public:
    ClusterPainter(const Cluster& cluster, const MissingLinks& missing) : cluster_(cluster) {
        for (std::uint32_t k = 0; k < cluster.links().size(); ++k) {
            const Link& link = cluster.links()[k];
            between(link).present.push_back(k);
        }
        for (const Link& link : missing.links) {
            between(link).missing.push_back(link);
        }
        for (const Link& link : missing.one_sided) {
            between(link).one_sided.push_back(link);
        }
        picture_.unit = "host";
        picture_.findings = describe_missing(cluster, missing);
    }

    void add_hosts() {
        for (std::uint32_t k = 0; k < cluster_.hosts().size(); ++k) {
            const Host& host = cluster_.hosts()[k];
            const HostGrid grid = grid_of(cluster_, host);
            picture_.hosts.push_back(host.name);
            picture_.panels.push_back({host.name, detail_of(host), grid.rows, grid.columns, grid.trays});
            for (std::uint32_t chip = 0; chip < host.asic_count; ++chip) {
                add_cell(k, host.first_asic + chip, grid.slots[chip]);
            }
        }
    }

    void want(AsicIndex a, AsicIndex b, std::uint32_t links) {
        Between& pair = pairs_[ordered(a, b)];
        pair.wanted = std::max(pair.wanted, links);
    }

    void add_condition(const LinkCondition& condition) {
        between(cluster_.links()[condition.link]).conditions.push_back(&condition);
    }

    Cell& cell(AsicIndex asic) { return picture_.cells[asic.value]; }

    Picture finish_with(std::string title, std::string subtitle) {
        picture_.title = std::move(title);
        picture_.subtitle = std::move(subtitle);
        for (const auto& [ends, pair] : pairs_) {
            add_line(ends, pair);
        }
        finish(picture_);
        return std::move(picture_);
    }

    Picture& picture() { return picture_; }

  private:
    static Pair ordered(AsicIndex a, AsicIndex b) {
        return {std::min(a.value, b.value), std::max(a.value, b.value)};
    }
    Between& between(const Link& link) { return pairs_[ordered(link.a.asic, link.b.asic)]; }

    std::string detail_of(const Host& host) const {
        std::map<std::string_view, std::size_t> types;
        for (const Board& board : cluster_.boards_of(host)) {
            ++types[name_of(board.type)];
        }
        std::string out;
        for (const auto& [name, count] : types) {
            out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, name);
        }
        return out;
    }

    void add_cell(std::uint32_t host, std::uint32_t number, HostGrid::Slot slot) {
        const AsicIndex index{number};
        const Asic& asic = cluster_.asic(index);
        const Board& board = cluster_.board_of(index);
        Cell cell;
        cell.panel = host;
        cell.row = slot.row;
        cell.column = slot.column;
        cell.host = static_cast<std::int32_t>(host);
        cell.label = fmt::format("{}.{}", board.tray, asic.location);
        cell.name = cluster_.name_of(index);
        const auto tell = [&](const char* name, std::string value) {
            cell.facts.push_back({name, std::move(value)});
        };
        tell("host", cluster_.hosts()[host].name);
        tell("tray", fmt::format("{} ({})", board.tray, name_of(board.type)));
        tell("location", fmt::format("{}", asic.location));
        if (asic.unique_id) {
            tell("unique id", fmt::format("0x{:x}", *asic.unique_id));
        }
        if (asic.chip >= 0) {
            tell("chip", fmt::format("{} of its host", asic.chip));
        }
        tell("PCIe", asic.pci ? asic.pci->text() : asic.has_pcie ? "yes" : "behind another chip");
        if (asic.device_number >= 0) {
            tell("device", fmt::format("/dev/tenstorrent/{}", asic.device_number));
        }
        picture_.cells.push_back(std::move(cell));
    }

    std::string ends_in_words(const Link& first, const std::vector<std::uint32_t>& a,
                              const std::vector<std::uint32_t>& b) const {
        std::vector<std::uint32_t> sorted_a = a;
        std::vector<std::uint32_t> sorted_b = b;
        std::sort(sorted_a.begin(), sorted_a.end());
        std::sort(sorted_b.begin(), sorted_b.end());
        const std::string port_a = port_of(cluster_, first.a);
        const std::string port_b = port_of(cluster_, first.b);
        return fmt::format("channels {} -- {}{}", ranges(sorted_a), ranges(sorted_b),
                           port_a.empty() ? "" : fmt::format(" ({} -- {})", port_a, port_b));
    }

    void add_facts(Line& line, const char* name, const std::vector<Link>& links) const {
        std::map<std::pair<std::string, std::string>, std::vector<Link>> ports;
        for (const Link& link : links) {
            ports[{port_of(cluster_, link.a), port_of(cluster_, link.b)}].push_back(link);
        }
        for (const auto& [port, of_port] : ports) {
            std::vector<std::uint32_t> a;
            std::vector<std::uint32_t> b;
            for (const Link& link : of_port) {
                a.push_back(link.a.channel);
                b.push_back(link.b.channel);
            }
            line.facts.push_back({name, ends_in_words(of_port.front(), a, b)});
        }
    }

    void add_line(const Pair& ends, const Between& pair) {
        Line line;
        line.a = ends.first;
        line.b = ends.second;
        std::vector<Link> present;
        std::uint32_t dead = 0;
        for (const std::uint32_t link : pair.present) {
            present.push_back(cluster_.links()[link]);
        }
        for (const LinkCondition* condition : pair.conditions) {
            dead += condition->look == LinkLook::slow ? 0 : 1;
            line.look = std::max(line.look,
                                 condition->look == LinkLook::missing ? LinkLook::short_of : condition->look);
        }
        line.present = static_cast<std::uint32_t>(present.size()) - dead;
        line.wanted = std::max<std::uint32_t>(
            pair.wanted,
            static_cast<std::uint32_t>(present.size() + pair.missing.size() + pair.one_sided.size()));
        if (!pair.one_sided.empty()) {
            line.look = std::max(line.look, LinkLook::one_sided);
        } else if (line.present < line.wanted) {
            line.look = std::max(line.look, LinkLook::short_of);
        }
        if (line.present == 0 && line.look != LinkLook::one_sided) {
            line.look = LinkLook::missing;
        }
        add_facts(line, "up", present);
        add_facts(line, "missing", pair.missing);
        add_facts(line, "seen from one end", pair.one_sided);
        for (const LinkCondition* condition : pair.conditions) {
            const Link& link = cluster_.links()[condition->link];
            line.facts.push_back(
                {condition->words, cluster_.name_of(link.a) + " -- " + cluster_.name_of(link.b)});
        }
        if (line.wanted != 0) {
            picture_.lines.push_back(std::move(line));
        }
    }

    const Cluster& cluster_;
    Picture picture_;
    std::map<Pair, Between> pairs_;
};

std::string node_name(FabricNode node) {
    return node.chip.value < 0 ? fmt::format("M{}", node.mesh.value)
                               : fmt::format("M{}:{}", node.mesh.value, node.chip.value);
}

/// Labels and colours the chips that a mesh plays on.
void paint_meshes(const MappedSystem& system, ClusterPainter& painter) {
    Picture& picture = painter.picture();
    for (std::size_t m = 0; m < system.graph.meshes.size(); ++m) {
        const Mesh& mesh = system.graph.meshes[m];
        picture.meshes.push_back(fmt::format("M{}", mesh.id.value));
        for (std::int32_t chip = 0; chip < mesh.chip_count(); ++chip) {
            Cell& cell = painter.cell(system.mapping.chips[m][static_cast<std::size_t>(chip)]);
            cell.label = system.graph.meshes.size() == 1 ? fmt::format("{}", chip)
                                                         : fmt::format("{}:{}", mesh.id.value, chip);
            cell.mesh = static_cast<std::int32_t>(m);
            cell.hue = static_cast<std::int32_t>(m) % kHues;
            const std::int32_t row = chip / mesh.columns();
            const MeshHostRank part = mesh.host_rank_of({chip});
            cell.facts.insert(
                cell.facts.begin(),
                {{"plays",
                  fmt::format("M{}:{}, row {}, column {}", mesh.id.value, chip, row, chip % mesh.columns())},
                 {"mesh", fmt::format("{} ({}), host rank {}", mesh.id.value, mesh.descriptor, part.value)}});
            for (const OwnedPart& owner : system.owners) {
                if (owner.mesh == mesh.id && owner.part == part) {
                    const auto known = std::find(picture.ranks.begin(), picture.ranks.end(), owner.rank);
                    cell.rank = static_cast<std::int32_t>(known - picture.ranks.begin());
                    if (known == picture.ranks.end()) {
                        picture.ranks.push_back(owner.rank);
                    }
                    cell.facts.insert(cell.facts.begin() + 1, {"rank", owner.rank});
                }
            }
        }
        const auto wanted = static_cast<std::uint32_t>(std::max(mesh.channels.count, 0));
        for (const auto& [a, b] : mesh.neighbours()) {
            painter.want(system.mapping.chips[m][static_cast<std::size_t>(a.value)],
                         system.mapping.chips[m][static_cast<std::size_t>(b.value)], wanted);
        }
    }
}

}  // namespace

void mark_needed(Picture& picture, const Cluster& cluster,
                 const std::vector<std::pair<AsicIndex, AsicIndex>>& pairs) {
    std::map<std::string_view, std::uint32_t> cells;
    for (std::uint32_t k = 0; k < picture.cells.size(); ++k) {
        cells.emplace(picture.cells[k].name, k);
    }
    for (const auto& [a, b] : pairs) {
        const std::string name_a = cluster.name_of(a);
        const std::string name_b = cluster.name_of(b);
        const std::uint32_t cell_a = std::min(cells.at(name_a), cells.at(name_b));
        const std::uint32_t cell_b = std::max(cells.at(name_a), cells.at(name_b));
        const auto known = std::find_if(picture.lines.begin(), picture.lines.end(), [&](const Line& line) {
            return line.a == cell_a && line.b == cell_b;
        });
        Line& line = known != picture.lines.end() ? *known : picture.lines.emplace_back();
        line.a = cell_a;
        line.b = cell_b;
        line.wanted = std::max(line.wanted, line.present + 1);
        line.look = line.present == 0 ? LinkLook::missing : LinkLook::short_of;
        line.facts.push_back({"needed", "more links here would make the descriptor fit"});
        picture.findings.push_back(
            {line.look, fmt::format("{} -- {}: more links here would make it fit", name_a, name_b)});
    }
    std::stable_sort(picture.lines.begin(), picture.lines.end(),
                     [](const Line& a, const Line& b) { return std::pair(a.a, a.b) < std::pair(b.a, b.b); });
}

Picture draw_cluster(const Cluster& cluster, const MissingLinks& missing) {
    ClusterPainter painter(cluster, missing);
    painter.add_hosts();
    return painter.finish_with(cluster.source(), render_counts(measure(cluster), cluster.links_known()));
}

Picture draw_mapping(const MappedSystem& system, const MissingLinks& missing) {
    ClusterPainter painter(system.cluster, missing);
    painter.add_hosts();
    paint_meshes(system, painter);
    for (const LinkCondition& condition : system.conditions) {
        painter.add_condition(condition);
        const Link& link = system.cluster.links()[condition.link];
        MissingLinks one;
        one.links.push_back(link);
        std::string words = describe_missing(system.cluster, one).front().text;
        words.replace(words.rfind(':'), std::string::npos, ": " + condition.words);
        painter.picture().findings.push_back({condition.look, std::move(words)});
    }
    for (const LostLinks& lost : system.mapping.lost) {
        painter.picture().findings.push_back(
            {lost.present == 0 ? LinkLook::missing : LinkLook::short_of,
             fmt::format("{} -- {}: {} asks for {}, {} {} there", node_name(lost.a), node_name(lost.b),
                         system.graph.source_name, support::counted(lost.needed, "link"), lost.present,
                         lost.present == 1 ? "is" : "are")});
    }
    std::size_t used = 0;
    for (const auto& chips : system.mapping.chips) {
        used += chips.size();
    }
    return painter.finish_with(
        fmt::format("{} on {}", system.graph.source_name, system.cluster.source()),
        fmt::format("{} on {} of {} chips, {} of {}", support::counted(system.graph.meshes.size(), "mesh"),
                    used, system.cluster.asics().size(), system.mapping.score.hosts,
                    support::counted(system.cluster.hosts().size(), "host")));
}

}  // namespace tt_run::topology::draw
