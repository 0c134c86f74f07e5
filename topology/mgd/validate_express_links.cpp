#include <set>

#include <fmt/format.h>

#include "topology/diagnostic_kinds.hpp"
#include "topology/mgd/mgd_rules.hpp"

namespace tt_run::topology {

using support::Diagnostic;

namespace {

void check_connections_of(MgdRules& rules, const MeshDescriptor& mesh, const GridFacts& facts) {
    if (rules.runtime() && !mesh.express_connections.empty()) {
        rules.findings.report(Diagnostic(kExpressConnectionRefused, mesh.express_connections.front().span,
                                         "the runtime refuses `express_connections`")
                                  .help("remove them, or write `express_links`"));
    }
    if (!facts.usable) {
        return;
    }
    for (const ExpressConnectionDescriptor& connection : mesh.express_connections) {
        for (const auto* end : {&connection.source, &connection.destination}) {
            if (end->value < 0 || end->value >= facts.chips()) {
                rules.findings.report(
                    Diagnostic(kBadExpressConnection, end->span ? end->span : connection.span,
                               fmt::format("device `{}` is none of this mesh, which has 0 to {}", end->value,
                                           facts.chips() - 1)));
            }
        }
        if (connection.source.value == connection.destination.value) {
            rules.findings.report(
                Diagnostic(kBadExpressConnection, connection.span,
                           fmt::format("device `{}` is joined to itself", connection.source.value)));
        }
    }
}

bool wraps(const MeshDescriptor& mesh, const ExpressPatternDescriptor& pattern) {
    const auto dimension = static_cast<std::size_t>(pattern.dimension.value);
    const DimensionType declared =
        dimension < mesh.dim_types.size() ? mesh.dim_types[dimension].value : DimensionType::line;
    return (pattern.wrap ? pattern.wrap->value : declared) == DimensionType::ring;
}

/// Whether the pattern's numbers make sense on a dim of this length.
bool check_pattern(MgdRules& rules, const ExpressPatternDescriptor& pattern, std::int32_t length) {
    const auto place = [&](const Span& span) { return span ? span : pattern.span; };
    const std::int32_t step = pattern.step.value;
    if (pattern.wrap && spelling_of(pattern.wrap->value).empty()) {
        rules.findings.report(Diagnostic(kBadExpressPattern, pattern.wrap->span,
                                         fmt::format("wrap number {} has no meaning",
                                                     static_cast<std::int32_t>(pattern.wrap->value)))
                                  .help("write `LINE` or `RING`"));
    }
    if (step < 2 || length % step != 0) {
        rules.findings.report(Diagnostic(
            kBadExpressPattern, place(pattern.step.span),
            fmt::format("a step of `{}` does not cut {} chips in equal blocks of at least 2", step, length)));
        return false;
    }
    if (pattern.start.value < 0 || pattern.start.value >= step) {
        rules.findings.report(Diagnostic(kBadExpressPattern, place(pattern.start.span),
                                         fmt::format("a start of `{}` is outside the first block, 0 to {}",
                                                     pattern.start.value, step - 1)));
        return false;
    }
    return true;
}

/// How many links the pattern makes.
std::int64_t count_links(MgdRules& rules, const MeshDescriptor& mesh, const GridFacts& facts,
                         const ExpressPatternDescriptor& pattern) {
    if (pattern.dimension.value < 0 || pattern.dimension.value > 1) {
        rules.findings.report(
            Diagnostic(kBadExpressPattern, pattern.dimension.span ? pattern.dimension.span : pattern.span,
                       fmt::format("there is no dim `{}`; 0 runs down the rows, 1 along the "
                                   "columns",
                                   pattern.dimension.value)));
        return 0;
    }
    const bool is_rows = pattern.dimension.value == 0;
    const std::int32_t length = is_rows ? facts.rows : facts.columns;
    if (!check_pattern(rules, pattern, length)) {
        return 0;
    }
    const bool drops_last = pattern.start.value != 0 && !wraps(mesh, pattern);
    const std::int64_t blocks = length / pattern.step.value - (drops_last ? 1 : 0);
    if (blocks == 0) {
        rules.findings.report(
            Diagnostic(kExpressPatternIgnored, pattern.span,
                       "this pattern makes no link: its one block runs over the edge and does not wrap")
                .with_severity(rules.error_at_runtime())
                .help("write `start: 0`, a smaller step, or `wrap: RING`"));
    }
    return saturating_product(blocks, is_rows ? facts.columns : facts.rows);
}

}  // namespace

void check_express_links(MgdRules& rules, std::size_t grid) {
    const MeshDescriptor& mesh = rules.grid(grid);
    GridFacts& facts = rules.grids[grid];
    check_connections_of(rules, mesh, facts);
    if (!facts.usable) {
        return;
    }
    std::set<std::int32_t> dimensions;
    for (const ExpressPatternDescriptor& pattern : mesh.express_patterns) {
        facts.express_links += count_links(rules, mesh, facts, pattern);
        facts.express_links = std::min(facts.express_links, kManyTimes);
        dimensions.insert(pattern.dimension.value);
    }
    facts.express_links += static_cast<std::int64_t>(mesh.express_connections.size());
    if (mesh.express_patterns.size() > 2 || dimensions.size() > 1) {
        rules.findings.report(
            Diagnostic(kBadExpressPattern, mesh.express_patterns.back().span,
                       "a mesh has at most two patterns of `express_links`, both along one dim; "
                       "the runtime cannot route over more")
                .with_severity(rules.error_at_runtime()));
    }
}

}  // namespace tt_run::topology
