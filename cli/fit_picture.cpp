#include "cli/fit_picture.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "launcher/bindings/rank_parts.hpp"
#include "topology/draw/draw_cluster.hpp"

namespace tt_run::cli {

namespace draw = topology::draw;

namespace {

PictureOutput output_of(const std::string& file) {
    PictureOutput output;
    output.file = file;
    const std::string extension = std::filesystem::path(file).extension().string();
    for (const char* const format : {"svg", "html", "dot", "json"}) {
        if (extension == std::string(".") + format) {
            output.format = format;
        }
    }
    return output;
}

}  // namespace

ShownPicture draw_misfit(const topology::Cluster& cluster, const draw::MissingLinks& missing,
                         const topology::MappingResult& found) {
    ShownPicture shown{draw::draw_cluster(cluster, missing), "hardware", {}};
    draw::mark_needed(shown.picture, cluster, found.missing_links);
    return shown;
}

std::vector<draw::OwnedPart> owners_of(const launcher::JobBindings& job,
                                       const std::filesystem::path& descriptor) {
    std::vector<draw::OwnedPart> owners;
    for (const launcher::RankPart& part : launcher::parts_of_ranks(job, descriptor)) {
        const launcher::BoundRank& rank = job.ranks[part.rank];
        owners.push_back({rank.mesh_id, part.part, fmt::format("{}", rank.rank.value)});
    }
    return owners;
}

int deliver_fit(const CommandContext& context, const std::string& file, const topology::MeshGraph& graph,
                const std::vector<draw::OwnedPart>& owners, const topology::Cluster& cluster) {
    support::DiagnosticSink told;  // whoever asks for the picture has said what is wrong
    const auto found = topology::find_mapping(graph, cluster, {}, told);
    const draw::MissingLinks missing = draw::judge_links(cluster);
    if (found.answer != topology::MappingAnswer::mapped) {
        return deliver_picture(context, output_of(file), {draw_misfit(cluster, missing, found)});
    }
    const draw::MappedSystem mapped{graph, cluster, found.mappings.front(), {}, owners};
    return deliver_picture(context, output_of(file), {{draw::draw_mapping(mapped, missing), "hardware", {}}});
}

}  // namespace tt_run::cli
