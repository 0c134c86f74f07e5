#include "launcher/plan/plan_json.hpp"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tt_run::launcher {

namespace {

using Json = nlohmann::ordered_json;
using std::chrono::milliseconds;
using support::Error;
using support::Result;

constexpr const char* kSchema = "tt-run-plan";
constexpr int kVersion = 1;
constexpr std::size_t kMostRanks = 1'000'000;

template <class Enum>
struct Name {
    Enum value;
    const char* name;
};

constexpr std::array<Name<Flavour>, 4> kFlavours{{{Flavour::hydra, "hydra"},
                                                  {Flavour::open_mpi_4, "openmpi4"},
                                                  {Flavour::open_mpi_5, "openmpi5"},
                                                  {Flavour::slurm, "slurm"}}};
constexpr std::array<Name<LauncherFlag::Form>, 3> kForms{{{LauncherFlag::Form::both, "both"},
                                                          {LauncherFlag::Form::supervised, "supervised"},
                                                          {LauncherFlag::Form::direct, "direct"}}};
constexpr std::array<Name<OnFailure>, 3> kOnFailure{
    {{OnFailure::end, "end"}, {OnFailure::wait, "wait"}, {OnFailure::carry_on, "continue"}}};
constexpr std::array<Name<Tag>, 5> kTags{{{Tag::none, "none"},
                                          {Tag::rank, "rank"},
                                          {Tag::mesh, "mesh"},
                                          {Tag::host, "host"},
                                          {Tag::open_mpi, "openmpi"}}};

template <class Enum, std::size_t Size>
const char* name_of(const std::array<Name<Enum>, Size>& names, Enum value) {
    for (const auto& one : names) {
        if (one.value == value) {
            return one.name;
        }
    }
    return "";
}

/// Throws what is caught in parse_plan_json: it has the reason for people.
template <class Enum, std::size_t Size>
Enum value_of(const std::array<Name<Enum>, Size>& names, const std::string& name) {
    for (const auto& one : names) {
        if (name == one.name) {
            return one.value;
        }
    }
    throw std::invalid_argument(fmt::format("`{}` is not one of the words that may stand there", name));
}

Json strings_of(const std::vector<std::filesystem::path>& paths) {
    Json list = Json::array();
    for (const auto& path : paths) {
        list.push_back(path.string());
    }
    return list;
}

std::vector<std::filesystem::path> paths_of(const Json& list) {
    std::vector<std::filesystem::path> paths;
    for (const Json& path : list) {
        paths.emplace_back(path.get<std::string>());
    }
    return paths;
}

Json milliseconds_or_null(const std::optional<milliseconds>& time) {
    return time ? Json(time->count()) : Json(nullptr);
}

std::optional<milliseconds> optional_milliseconds(const Json& json) {
    return json.is_null() ? std::nullopt : std::optional(milliseconds(json.get<std::int64_t>()));
}

Json to_json(const SupervisionOptions& options) {
    const OutputOptions& output = options.output;
    return {{"on_failure", name_of(kOnFailure, options.on_failure)},
            {"grace_ms", options.grace.count()},
            {"start_timeout_ms", options.start_timeout.count()},
            {"timeout_ms", milliseconds_or_null(options.timeout)},
            {"idle_timeout_ms", milliseconds_or_null(options.idle_timeout)},
            {"host_timeout_ms", options.host_timeout.count()},
            {"tag", name_of(kTags, output.tag)},
            {"fold", output.fold},
            {"only_rank", output.only_rank ? Json(output.only_rank->value) : Json(nullptr)},
            {"output_files", strings_of(output.output_files)},
            {"error_files", strings_of(output.error_files)}};
}

SupervisionOptions supervision_of(const Json& json) {
    SupervisionOptions options;
    options.on_failure = value_of(kOnFailure, json.at("on_failure").get<std::string>());
    options.grace = milliseconds(json.at("grace_ms").get<std::int64_t>());
    options.start_timeout = milliseconds(json.at("start_timeout_ms").get<std::int64_t>());
    options.timeout = optional_milliseconds(json.at("timeout_ms"));
    options.idle_timeout = optional_milliseconds(json.at("idle_timeout_ms"));
    options.host_timeout =
        std::chrono::milliseconds(json.value("host_timeout_ms", options.host_timeout.count()));
    options.output.tag = value_of(kTags, json.at("tag").get<std::string>());
    options.output.fold = json.at("fold").get<bool>();
    if (!json.at("only_rank").is_null()) {
        options.output.only_rank = job::Rank{json.at("only_rank").get<std::int32_t>()};
    }
    options.output.output_files = paths_of(json.at("output_files"));
    options.output.error_files = paths_of(json.at("error_files"));
    return options;
}

Json to_json(const PlannedRank& rank) {
    Json environment = Json::object();
    for (const auto& [name, value] : rank.environment) {
        environment[name] = {{"value", value.value}, {"origin", value.origin}};
    }
    return {{"rank", rank.rank.value},
            {"host", rank.place.host},
            {"local_rank", rank.place.local_rank},
            {"local_size", rank.place.local_size},
            {"mesh_id", rank.mesh_id.value},
            {"mesh_host_rank", rank.mesh_host_rank ? Json(rank.mesh_host_rank->value) : Json(nullptr)},
            {"program", rank.program.empty() ? Json(nullptr) : Json(rank.program)},
            {"environment", std::move(environment)}};
}

PlannedRank rank_of(const Json& json) {
    PlannedRank rank;
    rank.rank = {json.at("rank").get<std::int32_t>()};
    rank.place = {json.at("host").get<std::string>(), json.at("local_rank").get<int>(),
                  json.at("local_size").get<int>()};
    rank.mesh_id.value = json.at("mesh_id").get<decltype(rank.mesh_id.value)>();
    if (!json.at("mesh_host_rank").is_null()) {
        topology::MeshHostRank host_rank;
        host_rank.value = json.at("mesh_host_rank").get<decltype(host_rank.value)>();
        rank.mesh_host_rank = host_rank;
    }
    if (json.contains("program") && !json.at("program").is_null()) {
        rank.program = json.at("program").get<std::vector<std::string>>();
    }
    for (const auto& [name, value] : json.at("environment").items()) {
        rank.environment[name] = {value.at("value").get<std::string>(),
                                  value.at("origin").get<std::string>()};
    }
    return rank;
}

LaunchPlan plan_of(const Json& json) {
    LaunchPlan plan;
    plan.program = json.at("program").get<std::vector<std::string>>();
    plan.working_directory = json.at("working_directory").get<std::string>();
    const Json& launcher = json.at("launcher");
    plan.mpiexec = launcher.at("path").get<std::string>();
    plan.mpi_version = launcher.at("version").get<std::string>();
    plan.flavour = value_of(kFlavours, launcher.at("flavour").get<std::string>());
    plan.launcher_reason = launcher.at("reason").get<std::string>();
    for (const Json& flag : launcher.at("flags")) {
        plan.flags.push_back({flag.at("words").get<std::vector<std::string>>(),
                              flag.at("reason").get<std::string>(),
                              value_of(kForms, flag.at("form").get<std::string>())});
    }
    plan.directories = paths_of(json.at("directories"));
    plan.placement_reason = json.at("placement_reason").get<std::string>();
    plan.interface = json.at("interface").get<std::string>();
    plan.is_direct = json.at("direct").get<bool>();
    plan.supervision = supervision_of(json.at("supervision"));
    for (const Json& rank : json.at("ranks")) {
        plan.ranks.push_back(rank_of(rank));
    }
    return plan;
}

/// What the rest of the launcher relies on, whoever wrote the file.
Result<LaunchPlan> check(LaunchPlan plan) {
    const OutputOptions& output = plan.supervision.output;
    const std::size_t ranks = plan.ranks.size();
    if (ranks == 0 || ranks > kMostRanks || plan.program.empty() || plan.program.front().empty()) {
        return std::unexpected(Error("it has no ranks or no program"));
    }
    for (std::size_t rank = 0; rank < ranks; ++rank) {
        if (plan.ranks[rank].rank.value != static_cast<int>(rank)) {
            return std::unexpected(Error("its ranks do not ascend from 0 without gaps"));
        }
        if (!plan.ranks[rank].program.empty() && plan.ranks[rank].program.front().empty()) {
            return std::unexpected(Error("a rank's own program has no name"));
        }
    }
    const bool is_name = !plan.mpiexec.empty() && !plan.mpiexec.has_parent_path();
    if (!(plan.mpiexec.is_absolute() || is_name) || !plan.working_directory.is_absolute()) {
        return std::unexpected(Error("the launcher's path and the working directory must be absolute"));
    }
    if (output.output_files.size() != output.error_files.size() ||
        (!output.output_files.empty() && output.output_files.size() != ranks)) {
        return std::unexpected(Error("it must name two log files for every rank, or none"));
    }
    return plan;
}

}  // namespace

Result<std::string> render_plan_json(const LaunchPlan& plan) {
    Json flags = Json::array();
    for (const LauncherFlag& flag : plan.flags) {
        flags.push_back(
            {{"words", flag.words}, {"reason", flag.reason}, {"form", name_of(kForms, flag.form)}});
    }
    Json ranks = Json::array();
    for (const PlannedRank& rank : plan.ranks) {
        ranks.push_back(to_json(rank));
    }
    const Json json{{"schema", kSchema},
                    {"version", kVersion},
                    {"program", plan.program},
                    {"working_directory", plan.working_directory.string()},
                    {"launcher",
                     {{"path", plan.mpiexec.string()},
                      {"version", plan.mpi_version},
                      {"flavour", name_of(kFlavours, plan.flavour)},
                      {"reason", plan.launcher_reason},
                      {"flags", std::move(flags)}}},
                    {"placement_reason", plan.placement_reason},
                    {"interface", plan.interface},
                    {"direct", plan.is_direct},
                    {"directories", strings_of(plan.directories)},
                    {"supervision", to_json(plan.supervision)},
                    {"ranks", std::move(ranks)}};
    try {
        return json.dump(1) + "\n";
    } catch (const Json::exception&) {
        return std::unexpected(Error("an argument or a variable is no UTF-8, which JSON cannot hold"));
    }
}

Result<LaunchPlan> parse_plan_json(const std::string& text, const support::HostEnvironment& host) {
    try {
        const Json json = Json::parse(text);
        if (!json.is_object() || json.value("schema", "") != kSchema) {
            return std::unexpected(Error(fmt::format("it is no plan: its `schema` is not `{}`", kSchema)));
        }
        if (json.at("version").get<int>() > kVersion) {
            return std::unexpected(Error(fmt::format("it has version {}; this tt-run reads versions up to {}",
                                                     json.at("version").get<int>(), kVersion)));
        }
        Result<LaunchPlan> plan = check(plan_of(json));
        if (plan && !plan->is_direct) {
            plan->agent = agent_words(*plan, host);
        }
        return plan;
    } catch (const std::exception& problem) {
        return std::unexpected(Error(problem.what()));
    }
}

}  // namespace tt_run::launcher
