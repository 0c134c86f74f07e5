#include "fabric/link_state.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include "fabric/diagnostic_kinds.hpp"
#include "support/text.hpp"

namespace tt_run::fabric {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;

namespace {

constexpr std::array<std::string_view, 3> kConditions{"up", "down", "one-sided"};
constexpr std::string_view kFaultHelp =
    "a fault is `M0:3~M0:4`, `M0:3/CHANNEL` or `HOST/TRAY/LOCATION/CHANNEL`, then nothing, `=down`, "
    "`=one-sided`, `=slow:0.5` or `=drop:0.1`";

void report_syntax(const Span& place, const std::string& message, DiagnosticSink& sink) {
    sink.report(Diagnostic(kFaultSyntax, place, message).help(std::string(kFaultHelp)));
}

std::optional<LinkState> parse_what(const Span& text, DiagnosticSink& sink) {
    const std::string_view what = text.text();
    if (what == "down") {
        return LinkState{LinkCondition::down, 1.0};
    }
    if (what == "one-sided") {
        return LinkState{LinkCondition::one_sided, 1.0};
    }
    const bool drops = what.starts_with("drop:");
    if (drops || what.starts_with("slow:")) {
        const std::string number(what.substr(5));
        char* end = nullptr;
        const double share = std::strtod(number.c_str(), &end);
        if (!number.empty() && *end == '\0' && share > 0 && (drops ? share < 1 : share <= 1)) {
            return drops ? LinkState{LinkCondition::up, 1.0, share} : LinkState{LinkCondition::up, share};
        }
    }
    report_syntax(text, fmt::format("`{}` is nothing that happens to a link", what), sink);
    return std::nullopt;
}

std::optional<NodeAt> find_node(const Span& text, const FabricSystem& system, DiagnosticSink& sink) {
    const auto named = parse_node(text.text());
    if (!named) {
        report_syntax(text, fmt::format("`{}` names no node; nodes are written `M0:3`", text.text()), sink);
        return std::nullopt;
    }
    const auto found = system.find(*named);
    if (!found) {
        sink.report(Diagnostic(kFaultUnknown, text, fmt::format("there is no node `{}`", text.text())));
    }
    return found;
}

std::optional<AsicIndex> find_asic(const std::vector<Span>& parts, const FabricSystem& system) {
    const auto host = system.cluster().find_host(parts[0].text());
    const auto tray = support::parse_integer(parts[1].text());
    const auto location = support::parse_integer(parts[2].text());
    if (!host || !tray || !location || *tray < 0 || *location < 0) {
        return std::nullopt;
    }
    return system.cluster().find_asic(*host, static_cast<std::uint32_t>(*tray),
                                      static_cast<std::uint32_t>(*location));
}

std::vector<std::uint32_t> links_between(const topology::Cluster& cluster, AsicIndex a, AsicIndex b) {
    return live_links(cluster, LinkStates{}, a, b);
}

std::vector<std::uint32_t> link_at(const topology::Cluster& cluster, AsicIndex asic,
                                   std::string_view channel) {
    const auto number = support::parse_integer(channel);
    for (const std::uint32_t link : cluster.links_of(asic)) {
        const topology::Link& one = cluster.links()[link];
        const bool at_a = one.a.asic == asic && one.a.channel == number;
        const bool at_b = one.b.asic == asic && one.b.channel == number;
        if (at_a || at_b) {
            return {link};
        }
    }
    return {};
}

/// The links that WHERE names; nothing after reporting that it is no place.
std::optional<std::vector<std::uint32_t>> parse_where(const Span& text, const FabricSystem& system,
                                                      DiagnosticSink& sink) {
    const topology::Cluster& cluster = system.cluster();
    const std::vector<Span> pair = support::split_span(text, '~');
    const std::vector<Span> parts = support::split_span(text, '/');
    if (pair.size() == 2) {
        const auto a = find_node(pair[0], system, sink);
        const auto b = a ? find_node(pair[1], system, sink) : std::nullopt;
        return b ? std::optional(links_between(cluster, system.asic(*a), system.asic(*b))) : std::nullopt;
    }
    if (parts.size() == 2) {
        const auto node = find_node(parts[0], system, sink);
        return node ? std::optional(link_at(cluster, system.asic(*node), parts[1].text())) : std::nullopt;
    }
    if (parts.size() == 4) {
        const auto asic = find_asic(parts, system);
        return asic ? link_at(cluster, *asic, parts[3].text()) : std::vector<std::uint32_t>{};
    }
    report_syntax(text, fmt::format("`{}` names no link", text.text()), sink);
    return std::nullopt;
}

}  // namespace

std::string_view name_of(LinkCondition condition) {
    return kConditions[static_cast<std::size_t>(condition)];
}

std::vector<std::uint32_t> live_links(const topology::Cluster& cluster, const LinkStates& states, AsicIndex a,
                                      AsicIndex b) {
    // `links_of` goes by channel, so the lesser ASIC's own list is in the order that both ends agree on.
    const auto [low, high] = std::minmax(a, b);
    std::vector<std::uint32_t> found;
    for (const std::uint32_t link : cluster.links_of(low)) {
        if (topology::Cluster::far_end(cluster.links()[link], low).asic == high && states.carries(link)) {
            found.push_back(link);
        }
    }
    return found;
}

bool inject_fault(const Span& text, const FabricSystem& system, LinkStates& states, DiagnosticSink& sink) {
    const std::vector<Span> halves = support::split_span(text, '=');
    if (halves.size() > 2) {
        report_syntax(text, fmt::format("`{}` has more than one `=`", text.text()), sink);
        return false;
    }
    const auto what =
        halves.size() == 2 ? parse_what(halves[1], sink) : std::optional(LinkState{LinkCondition::down, 1.0});
    const auto where = what ? parse_where(halves[0], system, sink) : std::nullopt;
    if (!where) {
        return false;
    }
    if (where->empty()) {
        sink.report(
            Diagnostic(kFaultUnknown, halves[0], fmt::format("there is no link at `{}`", halves[0].text())));
        return false;
    }
    for (const std::uint32_t link : *where) {
        states.set(link, *what);
    }
    return true;
}

}  // namespace tt_run::fabric
