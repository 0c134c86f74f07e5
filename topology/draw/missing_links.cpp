#include "topology/draw/missing_links.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "support/counted.hpp"
#include "topology/physical/board_ports.hpp"
#include "topology/physical/synthetic_system.hpp"

namespace tt_run::topology::draw {

namespace {

/// A channel's place, the same in every capture of one machine.
struct EndPlace {
    std::uint32_t tray = 0;
    std::uint32_t location = 0;
    std::uint32_t channel = 0;
    auto operator<=>(const EndPlace&) const = default;
};

EndPlace place_of(const Cluster& cluster, LinkEnd end) {
    return {cluster.board_of(end.asic).tray, cluster.asic(end.asic).location, end.channel};
}

Link ordered(LinkEnd a, LinkEnd b) {
    return a < b ? Link{a, b} : Link{b, a};
}

bool has_link(const Cluster& cluster, const Link& link) {
    return std::binary_search(cluster.links().begin(), cluster.links().end(), link);
}

/// The same place in another cluster, if the chip is there.
std::optional<LinkEnd> find_end(const Cluster& cluster, HostIndex host, EndPlace place) {
    const auto asic = cluster.find_asic(host, place.tray, place.location);
    return asic ? std::optional(LinkEnd{*asic, place.channel}) : std::nullopt;
}

std::string tray_name(const Cluster& cluster, HostIndex host, std::uint32_t tray) {
    return fmt::format("{} tray {}", cluster.host(host).name, tray);
}

/// Boards and chips of `expected_host` that `host` lacks.
void add_absent(const Cluster& cluster, HostIndex host, const Cluster& expected, const Host& expected_host,
                std::vector<std::string>& absent) {
    for (const Board& board : expected.boards_of(expected_host)) {
        std::vector<std::uint32_t> gone;
        for (std::uint32_t k = board.first_asic; k < board.first_asic + board.asic_count; ++k) {
            const std::uint32_t location = expected.asics()[k].location;
            if (!cluster.find_asic(host, board.tray, location)) {
                gone.push_back(location);
            }
        }
        const std::string where = tray_name(cluster, host, board.tray);
        if (gone.size() == board.asic_count) {
            absent.push_back(fmt::format("{} is not there", where));
        } else if (!gone.empty()) {
            absent.push_back(fmt::format("{} {} {} {} not there", where,
                                         support::noun_for(gone.size(), "chip"), ranges(gone),
                                         gone.size() == 1 ? "is" : "are"));
        }
    }
}

/// Words of machines that a host with such boards may be.
std::vector<std::string_view> machines_like(const Cluster& cluster, const Host& host) {
    const auto boards = cluster.boards_of(host);
    if (boards.empty() || std::any_of(boards.begin(), boards.end(), [&](const Board& board) {
            return board.type != boards.front().type;
        })) {
        return {};
    }
    switch (boards.front().type) {
        case BoardType::ubb_wormhole:
            return {"wh-galaxy", "wh-galaxy-x-torus", "wh-galaxy-y-torus", "wh-galaxy-xy-torus"};
        case BoardType::ubb_blackhole:
            return {"bh-galaxy",
                    "bh-galaxy-x-torus",
                    "bh-galaxy-y-torus",
                    "bh-galaxy-xy-torus",
                    "bh-galaxy-rev-c",
                    "bh-galaxy-rev-c-x-torus",
                    "bh-galaxy-rev-c-y-torus",
                    "bh-galaxy-rev-c-xy-torus"};
        case BoardType::n300:
            return boards.size() > 2 ? std::vector<std::string_view>{"t3k"}
                                     : std::vector<std::string_view>{"n300", "n300-x2"};
        case BoardType::p150:
            return boards.back().tray <= 2   ? std::vector<std::string_view>{"p150-x2"}
                   : boards.back().tray <= 4 ? std::vector<std::string_view>{"p150-qb", "p150-qb-open"}
                                             : std::vector<std::string_view>{"p150-lb"};
        case BoardType::p300:
            return {"p300", "p300-qb"};
        default:
            return {};
    }
}

/// Machines by their word, each made once.
class Machines {
  public:
    const Cluster& operator[](std::string_view word) {
        auto known = made_.find(word);
        if (known == made_.end()) {
            support::DiagnosticSink sink;
            known = made_.emplace(word, *build_synthetic(word, sink)).first;
        }
        return known->second;
    }

  private:
    std::map<std::string_view, Cluster> made_;
};

/// A host compared with a machine: links that only one of them has.
struct Difference {
    std::vector<Link> missing;
    std::size_t amiss = 0;
    std::size_t expected = 0;
};

Difference differ(const Cluster& cluster, const Host& host, HostIndex index, const Cluster& like) {
    std::set<std::pair<EndPlace, EndPlace>> present;
    for (std::uint32_t k = host.first_asic; k < host.first_asic + host.asic_count; ++k) {
        for (const std::uint32_t number : cluster.links_of({k})) {
            const Link& link = cluster.links()[number];
            if (link.a.asic.value == k && cluster.board_of(link.b.asic).host == index) {
                const EndPlace a = place_of(cluster, link.a);
                const EndPlace b = place_of(cluster, link.b);
                present.insert({std::min(a, b), std::max(a, b)});
            }
        }
    }
    Difference found;
    std::size_t common = 0;
    for (const Link& link : like.links()) {
        const EndPlace a = place_of(like, link.a);
        const EndPlace b = place_of(like, link.b);
        if (present.contains({std::min(a, b), std::max(a, b)})) {
            ++common;
            continue;
        }
        // A link whose chip is gone says nothing about the machine.
        const auto near = find_end(cluster, index, a);
        const auto far = find_end(cluster, index, b);
        if (near && far) {
            found.missing.push_back(ordered(*near, *far));
        }
    }
    found.expected = common + found.missing.size();
    found.amiss = found.missing.size() + present.size() - common;
    return found;
}

bool is_free(const Cluster& cluster, LinkEnd end) {
    for (const std::uint32_t number : cluster.links_of(end.asic)) {
        const Link& link = cluster.links()[number];
        if (link.a == end || link.b == end) {
            return false;
        }
    }
    return true;
}

const BoardPort* port_at(const Cluster& cluster, LinkEnd end) {
    for (const BoardPort& port : ports_of(cluster.board_of(end.asic).type)) {
        for (const PortLane lane : port.used_lanes()) {
            if (lane.location == cluster.asic(end.asic).location && lane.channel == end.channel) {
                return &port;
            }
        }
    }
    return nullptr;
}

/// The lanes of the cable that carries `link` on which nothing is up at either end.
void add_dead_lanes(const Cluster& cluster, const Link& link, std::set<Link>& missing) {
    const BoardPort* const a = port_at(cluster, link.a);
    const BoardPort* const b = port_at(cluster, link.b);
    if (a == nullptr || b == nullptr || a->lane_count != b->lane_count) {
        return;
    }
    const EndPlace near = place_of(cluster, link.a);
    const EndPlace far = place_of(cluster, link.b);
    for (const bool crossed : {false, true}) {
        const auto pairs = join_ports(*a, *b, crossed);
        const bool is_so = std::any_of(pairs.begin(), pairs.end(), [&](const LanePair& pair) {
            return pair.a.location == near.location && pair.a.channel == near.channel &&
                   pair.b.location == far.location && pair.b.channel == far.channel;
        });
        if (!is_so) {
            continue;
        }
        for (const LanePair& pair : pairs) {
            const auto left = find_end(cluster, cluster.board_of(link.a.asic).host,
                                       {near.tray, pair.a.location, pair.a.channel});
            const auto right = find_end(cluster, cluster.board_of(link.b.asic).host,
                                        {far.tray, pair.b.location, pair.b.channel});
            if (left && right && is_free(cluster, *left) && is_free(cluster, *right)) {
                missing.insert(ordered(*left, *right));
            }
        }
        return;
    }
}

/// Ends that see a chip of this cluster which does not see them.
void add_one_sided(const Cluster& cluster, MissingLinks& found) {
    std::set<Link> seen;
    for (const OpenEnd& end : cluster.open_ends()) {
        if (const auto far = cluster.find_unique_id(end.remote_unique_id)) {
            found.one_sided.push_back({end.near, {*far, end.remote_channel}});
            seen.insert(ordered(end.near, {*far, end.remote_channel}));
        }
    }
    // What one end sees is no plain missing link.
    std::erase_if(found.links, [&](const Link& link) { return seen.contains(link); });
}

std::string end_in_words(const Cluster& cluster, AsicIndex asic, const std::string& port,
                         std::vector<std::uint32_t> channels) {
    std::sort(channels.begin(), channels.end());
    const Board& board = cluster.board_of(asic);
    return fmt::format("{} chip {}{}{} {} {}", tray_name(cluster, board.host, board.tray),
                       cluster.asic(asic).location, port.empty() ? "" : " port ", port,
                       support::noun_for(channels.size(), "channel"), ranges(channels));
}

}  // namespace

MissingLinks compare_links(const Cluster& cluster, const Cluster& expected) {
    MissingLinks found;
    const bool match_any = cluster.hosts().size() == 1 && expected.hosts().size() == 1;
    const auto match = [&](HostIndex host) {
        return match_any ? std::optional(HostIndex{0}) : cluster.find_host(expected.host(host).name);
    };
    for (std::uint32_t k = 0; k < expected.hosts().size(); ++k) {
        const Host& host = expected.hosts()[k];
        if (const auto here = match({k})) {
            add_absent(cluster, *here, expected, host, found.absent);
        } else {
            found.absent.push_back(fmt::format("{} is not there", host.name));
        }
    }
    for (const Link& link : cluster.links_known() ? expected.links() : std::span<const Link>{}) {
        const auto host_a = match(expected.board_of(link.a.asic).host);
        const auto host_b = match(expected.board_of(link.b.asic).host);
        const auto a = host_a ? find_end(cluster, *host_a, place_of(expected, link.a)) : std::nullopt;
        const auto b = host_b ? find_end(cluster, *host_b, place_of(expected, link.b)) : std::nullopt;
        if (a && b && !has_link(cluster, ordered(*a, *b))) {
            found.links.push_back(ordered(*a, *b));
        }
    }
    std::sort(found.links.begin(), found.links.end());
    add_one_sided(cluster, found);
    return found;
}

MissingLinks judge_links(const Cluster& cluster) {
    MissingLinks found;
    if (!cluster.links_known()) {
        return found;
    }
    std::set<Link> missing;
    Machines machines;
    for (std::uint32_t k = 0; k < cluster.hosts().size(); ++k) {
        const Host& host = cluster.hosts()[k];
        std::optional<Difference> least;
        const Cluster* like = nullptr;
        for (const std::string_view word : machines_like(cluster, host)) {
            Difference difference = differ(cluster, host, {k}, machines[word]);
            if (!least || difference.amiss < least->amiss) {
                least = std::move(difference);
                like = &machines[word];
            }
        }
        if (least && least->amiss * 4 < least->expected) {
            missing.insert(least->missing.begin(), least->missing.end());
            add_absent(cluster, {k}, *like, like->hosts().front(), found.absent);
        }
    }
    for (const Link& link : cluster.links()) {
        if (cluster.board_of(link.a.asic).host != cluster.board_of(link.b.asic).host) {
            add_dead_lanes(cluster, link, missing);
        }
    }
    found.links.assign(missing.begin(), missing.end());
    add_one_sided(cluster, found);
    return found;
}

std::string port_of(const Cluster& cluster, LinkEnd end) {
    const BoardPort* const port = port_at(cluster, end);
    return port == nullptr ? std::string() : fmt::format("{} {}", name_of(port->type), port->number);
}

std::string ranges(const std::vector<std::uint32_t>& numbers) {
    std::string out;
    for (std::size_t first = 0; first < numbers.size();) {
        std::size_t last = first;
        while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) {
            ++last;
        }
        out += fmt::format("{}{}", out.empty() ? "" : ", ", numbers[first]);
        if (last != first) {
            out += fmt::format("{}{}", last == first + 1 ? ", " : "-", numbers[last]);
        }
        first = last + 1;
    }
    return out;
}

std::vector<Finding> describe_missing(const Cluster& cluster, const MissingLinks& missing) {
    struct Channels {
        std::vector<std::uint32_t> a;
        std::vector<std::uint32_t> b;
    };
    using Key = std::tuple<AsicIndex, AsicIndex, std::string, std::string>;
    std::vector<Finding> findings;
    for (const std::string& text : missing.absent) {
        findings.push_back({LinkLook::missing, text});
    }
    const auto tell = [&](const std::vector<Link>& links, LinkLook look, std::string_view join,
                          std::string_view what) {
        std::map<Key, Channels> cables;
        for (const Link& link : links) {
            Channels& channels =
                cables[{link.a.asic, link.b.asic, port_of(cluster, link.a), port_of(cluster, link.b)}];
            channels.a.push_back(link.a.channel);
            channels.b.push_back(link.b.channel);
        }
        for (const auto& [key, channels] : cables) {
            const auto& [a, b, port_a, port_b] = key;
            findings.push_back(
                {look, fmt::format("{} {} {}: {} {}", end_in_words(cluster, a, port_a, channels.a), join,
                                   end_in_words(cluster, b, port_b, channels.b),
                                   support::counted(channels.a.size(), "link"), what)});
        }
    };
    tell(missing.links, LinkLook::missing, "--", "missing");
    tell(missing.one_sided, LinkLook::one_sided, "->", "seen from the first end only");
    return findings;
}

}  // namespace tt_run::topology::draw
