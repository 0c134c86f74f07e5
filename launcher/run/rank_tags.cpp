#include "launcher/run/rank_tags.hpp"

#include <fmt/format.h>

namespace tt_run::launcher {

namespace {

std::string mesh_name(const PlannedRank& rank) {
    return rank.mesh_host_rank ? fmt::format("{}.{}", rank.mesh_id.value, rank.mesh_host_rank->value)
                               : fmt::format("{}", rank.mesh_id.value);
}

std::string render_tag(Tag tag, job::Stream stream, const PlannedRank& rank) {
    switch (tag) {
        case Tag::none:
            return "";
        case Tag::rank:
            return fmt::format("[{}] ", rank.rank.value);
        case Tag::mesh:
            return fmt::format("[mesh {} rank {}] ", mesh_name(rank), rank.rank.value);
        case Tag::host:
            return fmt::format("[{} rank {}] ", rank.place.host, rank.rank.value);
        case Tag::open_mpi:
            return fmt::format("[1,{}]<{}>: ", rank.rank.value,
                               stream == job::Stream::output ? "stdout" : "stderr");
    }
    return "";
}

}  // namespace

std::vector<RankTags> build_rank_tags(const LaunchPlan& plan) {
    std::vector<RankTags> tags;
    const Tag tag = plan.supervision.output.tag;
    for (const PlannedRank& rank : plan.ranks) {
        tags.push_back(
            {render_tag(tag, job::Stream::output, rank), render_tag(tag, job::Stream::error, rank)});
    }
    return tags;
}

}  // namespace tt_run::launcher
