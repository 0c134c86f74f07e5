#include "topology/physical/unknown_host.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "support/spelling.hpp"
#include "support/text.hpp"

namespace tt_run::topology {

namespace {

constexpr std::size_t kMostNamedHosts = 8;

std::string without_digits(std::string_view name) {
    std::string left(name);
    std::erase_if(left, [](char letter) { return letter >= '0' && letter <= '9'; });
    return left;
}

}  // namespace

support::Diagnostic unknown_host(support::DiagnosticKind kind, support::Span place, std::string_view name,
                                 const Cluster& cluster) {
    std::vector<std::string_view> names;
    std::vector<std::string> listed;
    for (const Host& host : cluster.hosts()) {
        names.emplace_back(host.name);
        if (listed.size() < kMostNamedHosts) {
            listed.push_back(fmt::format("`{}`", host.name));
        }
    }
    const std::string more =
        names.size() > listed.size() ? fmt::format(" and {} more", names.size() - listed.size()) : "";
    support::Diagnostic unknown(kind, std::move(place),
                                fmt::format("`{}` has no host `{}`", cluster.source(), name));
    unknown.note(fmt::format("its {} {}{}", names.size() == 1 ? "only host is" : "hosts are",
                             support::join(listed, ", "), more));
    // Of numbers one is as near as another.
    const auto near = support::nearest_spelling(name, names);
    if (near && without_digits(*near) != without_digits(name)) {
        unknown.help(fmt::format("did you mean `{}`?", *near));
    }
    return unknown;
}

}  // namespace tt_run::topology
