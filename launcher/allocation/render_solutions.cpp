#include <cstdint>
#include <set>

#include <fmt/format.h>

#include "launcher/allocation/fingerprint.hpp"
#include "launcher/allocation/generate_bindings.hpp"
#include "support/hash.hpp"
#include "topology/physical/device_numbering.hpp"

namespace tt_run::launcher {

namespace {

std::string comment_of(const PhysicalModel& model) {
    return fmt::format(
        "# Written by `tt-run generate-rank-bindings`. TT_VISIBLE_DEVICES names devices by {}{}.\n",
        name_of(numbering_of(model.cluster)),
        devices_are_named(model.cluster) ? "" : "; a rank without it has its whole host");
}

std::string render_mock_mapping(const GeneratedSolution& solution) {
    std::string text = "rank_to_cluster_mock_cluster_desc:\n";
    for (std::size_t rank = 0; rank < solution.mock_descriptors.size(); ++rank) {
        text += fmt::format("  \"{}\": {}\n", rank, yaml_quoted(solution.mock_descriptors[rank].string()));
    }
    return text;
}

/// What a solution is: its hosts, then where each part of each mesh runs and with which devices.
std::string signature_of(const GeneratedSolution& solution) {
    std::string text;
    for (const std::string& host : solution.hosts) {
        text += host + "\n";
    }
    for (std::size_t k = 0; k < solution.ranks.size(); ++k) {
        const GeneratedRank& rank = solution.ranks[k];
        text +=
            fmt::format("{} {} {}", rank.mesh_id.value, rank.mesh_host_rank.value, solution.cluster_hosts[k]);
        for (const auto& [name, value] : rank.env_overrides) {
            text += fmt::format(" {}={}", name, value);
        }
        text += "\n";
    }
    return text;
}

std::string quoted_list(const std::vector<std::string>& names) {
    std::vector<std::string> quoted;
    for (const std::string& name : names) {
        quoted.push_back(yaml_quoted(name));
    }
    return fmt::format("[{}]", fmt::join(quoted, ", "));
}

std::string render_meta(const GeneratedSolution& solution) {
    std::string text = fmt::format("host_set: {}\nnum_hosts: {}\nnum_ranks: {}\n",
                                   quoted_list(solution.hosts), solution.hosts.size(), solution.ranks.size());
    text += fmt::format("score: {{hosts: {}, displaced: {}, short_links: {}}}\n", solution.score.hosts,
                        solution.score.displaced, solution.score.short_links);
    text += "ranks:\n";
    for (std::size_t k = 0; k < solution.ranks.size(); ++k) {
        const GeneratedRank& rank = solution.ranks[k];
        text += fmt::format("  - {{rank: {}, mesh_id: {}, mesh_host_rank: {}, host: {}}}\n", rank.rank.value,
                            rank.mesh_id.value, rank.mesh_host_rank.value,
                            yaml_quoted(solution.cluster_hosts[k]));
    }
    return text;
}

}  // namespace

std::vector<OutputFile> render_solution(const GeneratedSolution& solution, const JobMeshGraphs& job,
                                        const PhysicalModel& model) {
    std::vector<OutputFile> files;
    const std::string comment = comment_of(model);
    if (job.by_subcontext()) {
        std::string mapping = "subcontext_id_to_rank_bindings:\n";
        for (std::size_t k = 0; k < job.parts.size(); ++k) {
            const std::string name = fmt::format("rank_bindings_subctx_{}.yaml", job.parts[k].id);
            files.push_back({name, render_rank_bindings(solution.subcontexts[k], comment)});
            mapping += fmt::format("  {}: {}\n", job.parts[k].id, name);
        }
        files.push_back({"rank_bindings_mapping.yaml", mapping});
    } else {
        files.push_back({"rank_bindings.yaml", render_rank_bindings(solution.subcontexts.front(), comment)});
    }
    files.push_back({"rankfile", render_rankfile(solution.ranks)});
    if (model.source == ModelSource::mock) {
        files.push_back({"phase2_mock_mapping.yaml", render_mock_mapping(solution)});
    }
    return files;
}

std::vector<OutputFile> render_all_solutions(const Generation& generation, const JobMeshGraphs& job,
                                             const PhysicalModel& model, const GenerationOptions& options) {
    std::vector<OutputFile> files;
    const std::filesystem::path& asked = job.by_subcontext() ? job.mapping_path : job.parts.front().path;
    std::string index = fmt::format(
        "{}: {}\nenumeration:\n  mode: {}\n  max_solutions: {}\n  found: {}\n  truncated: {}\nsolutions:{}\n",
        job.by_subcontext() ? "mesh_graph_desc_mapping_path" : "mesh_graph_desc_path",
        yaml_quoted(asked.string()), options.distinct_host_sets ? "distinct-host-sets" : "all",
        options.solutions, generation.solutions.size(), !generation.complete,
        generation.solutions.empty() ? " []" : "");
    std::set<std::string> names;
    for (const GeneratedSolution& solution : generation.solutions) {
        const std::string signature = signature_of(solution);
        const std::string key = sha256(signature);
        std::string name = fmt::format("{:016x}", support::fnv1a(signature));
        if (!names.insert(name).second) {
            name = key;
            names.insert(name);
        }
        const std::string bindings =
            job.by_subcontext() ? "rank_bindings_mapping.yaml" : "rank_bindings.yaml";
        index += fmt::format(
            "  - id: \"{0}\"\n    dir: \"{0}\"\n    num_hosts: {1}\n    num_ranks: {2}\n    host_set: {3}\n"
            "    {4}: {0}/{5}\n    rankfile: {0}/rankfile\n",
            name, solution.hosts.size(), solution.ranks.size(), quoted_list(solution.hosts),
            job.by_subcontext() ? "rank_bindings_mapping" : "rank_bindings", bindings);
        for (OutputFile& file : render_solution(solution, job, model)) {
            files.push_back({name + "/" + file.name, std::move(file.content)});
        }
        files.push_back({name + "/solution_meta.yaml", render_meta(solution)});
        files.push_back({name + "/.solution_key", key});
    }
    // Last: whoever finds the index finds everything in it.
    files.push_back({"solutions_index.yaml", std::move(index)});
    return files;
}

}  // namespace tt_run::launcher
