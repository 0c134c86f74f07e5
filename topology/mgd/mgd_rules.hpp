#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/mgd/mesh_graph_descriptor.hpp"
#include "topology/mgd/validate_mgd.hpp"

// What the parts of validate_mgd share. Internal to this folder.
namespace tt_run::topology {

/// Puts diagnostics in the file's order before they reach the sink: rules look at a file theme by theme,
/// people read it from the top. Beyond a few thousand it passes on what it has, so that memory stays bounded.
class Findings {
  public:
    explicit Findings(support::DiagnosticSink& sink) : sink_(sink) {}
    Findings(const Findings&) = delete;
    Findings& operator=(const Findings&) = delete;
    ~Findings() { flush(); }

    void report(support::Diagnostic diagnostic);
    void flush();
    std::size_t errors() const { return errors_; }

  private:
    support::DiagnosticSink& sink_;
    std::vector<support::Diagnostic> kept_;
    std::size_t errors_ = 0;
};

/// A mesh or switch descriptor as far as it makes sense.
struct GridFacts {
    bool usable = false;  ///< the dims give a grid; the fields below mean something
    std::int32_t rows = 1;
    std::int32_t columns = 1;
    std::int32_t channel_count = 0;  ///< 0 if it is wrong
    std::int64_t host_ranks = 1;
    std::int64_t express_links = 0;
    bool used = false;

    std::int64_t chips() const { return std::int64_t{rows} * columns; }
};

/// What a reference names. Grids are meshes, then switches.
struct Target {
    bool is_graph = false;
    std::size_t index = 0;
    bool operator==(const Target&) const = default;
};

struct Child {
    const NodeRef* ref = nullptr;
    std::optional<Target> target;  ///< nothing if the reference is broken
};

struct GraphFacts {
    std::vector<Child> children;  ///< one for each instance listed
    std::vector<std::pair<std::int32_t, std::size_t>>
        by_id;               ///< id and child, ascending; of equals the first
    std::int64_t times = 0;  ///< how often it is instantiated, saturating at kManyTimes
    bool used = false;       ///< something names it
};

inline constexpr std::int64_t kManyTimes = 1LL << 40;

std::int64_t saturating_product(std::int64_t a, std::int64_t b);

struct MgdRules {
    const MeshGraphDescriptor& mgd;
    MgdProfile profile;
    Findings& findings;

    std::vector<GridFacts> grids;
    std::vector<GraphFacts> graphs;
    std::optional<Target> top;
    std::map<std::string_view, std::size_t> mesh_names;
    std::map<std::string_view, std::size_t> switch_names;
    std::map<std::string_view, std::size_t> graph_names;
    bool broken_reference = false;  ///< some reference names nothing
    bool expandable = false;  ///< no cycle, nothing too large, no broken instance: the tree may be walked

    bool runtime() const { return profile == MgdProfile::runtime; }
    /// For a rule that is graver for a job about to start than for a tool.
    support::Severity error_at_runtime() const {
        return runtime() ? support::Severity::error : support::Severity::warning;
    }
    const MeshDescriptor& grid(std::size_t index) const {
        return index < mgd.meshes.size() ? mgd.meshes[index] : mgd.switches[index - mgd.meshes.size()];
    }
    std::size_t grid_count() const { return mgd.meshes.size() + mgd.switches.size(); }

    /// What a reference names, marked as used; reports a reference that names nothing.
    std::optional<Target> resolve(const NodeRef& ref);
};

/// `count` must be there and positive, `policy` must have a name. Gives the count, 0 if it is wrong.
std::int32_t check_channels(MgdRules& rules, const std::optional<ChannelsDescriptor>& channels,
                            const Span& owner, std::string_view owner_words);

void check_mesh_descriptors(MgdRules& rules);
void check_express_links(MgdRules& rules, std::size_t grid);
void check_graph_descriptors(MgdRules& rules);
void check_instances(MgdRules& rules);
/// Cycles, depth, and how much the file expands to. Sets `expandable`.
void check_graph_tree(MgdRules& rules);
void check_mesh_ids(MgdRules& rules);
void check_connections(MgdRules& rules);
void check_pinnings(MgdRules& rules);

}  // namespace tt_run::topology
