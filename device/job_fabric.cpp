#include "device/job_fabric.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "device/visible_mesh.hpp"
#include "fabric/factory_comparison.hpp"
#include "job/variable_names.hpp"
#include "support/diagnostic_render.hpp"
#include "support/require.hpp"
#include "support/text.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/mapping/ideal_cluster.hpp"
#include "tt_run/device/warnings.hpp"

namespace tt_run::device {

namespace {

std::string rendered(const support::DiagnosticSink& sink) {
    return support::render_text(sink, support::Colour::off);
}

}  // namespace

JobFabric::JobFabric(const LocalSystem& system, std::vector<RankChips> ranks)
    : local_(system), ranks_(std::move(ranks)) {}

const fabric::FabricSystemPtr& JobFabric::system() {
    if (!system_) {
        const bool share_a_machine =
            local_.cluster &&
            std::ranges::none_of(ranks_, [](const RankChips& rank) { return rank.chips.empty(); });
        on_machine_ = !local_.graph || share_a_machine;
        system_ = !local_.graph ? build_visible_mesh(local_)
                  : on_machine_ ? map_onto_machine()
                                : make_to_measure();
    }
    return system_;
}

fabric::FabricSystemPtr JobFabric::map_onto_machine() const {
    topology::MappingOptions options;
    options.sharing = topology::HostSharing::sliced;
    options.fewest_hosts = false;
    for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
        const RankChips& chips = ranks_[rank];
        options.domains.push_back({chips.mesh, chips.part, chips.chips, fmt::format("rank {}", rank), {}});
    }
    support::DiagnosticSink sink;
    const auto result = topology::find_mapping(*local_.graph, *local_.cluster, options, sink);
    TT_RUN_REQUIRE(result.answer == topology::MappingAnswer::mapped, "the job does not fit on {}\n{}",
                   local_.machine, rendered(sink));
    return std::make_shared<fabric::FabricSystem>(*local_.graph, *local_.cluster, result.mappings.front());
}

fabric::FabricSystemPtr JobFabric::make_to_measure() const {
    support::DiagnosticSink sink;
    auto ideal = topology::build_ideal_cluster(*local_.graph, sink);
    TT_RUN_REQUIRE(ideal.has_value(), "no chips can be wired as the Mesh Graph Descriptor asks\n{}",
                   rendered(sink));
    return std::make_shared<fabric::FabricSystem>(*local_.graph, std::move(ideal->cluster),
                                                  std::move(ideal->mapping));
}

bool JobFabric::compare_with_factory(const fabric::LinkStates& states, fabric::FabricReliability reliability,
                                     support::DiagnosticSink& sink) {
    if (!local_.factory) {
        return true;
    }
    const fabric::FabricSystem& placed = *system();
    if (!on_machine_) {
        warn(fmt::format("{} is not looked at: the emulated machine is made to measure",
                         job::kFactorySystemVariable));
        return true;
    }
    const support::ErrorWatch watch(sink);
    report_factory_comparison(fabric::compare_with_factory(placed, states, *local_.factory),
                              reliability == fabric::FabricReliability::strict, sink);
    return !watch.saw_error();
}

const fabric::ControlPlane* JobFabric::open(const fabric::FabricSettings& settings) {
    if (settings.config == fabric::FabricConfig::disabled) {
        return nullptr;
    }
    if (opened_ != settings) {
        opened_.reset();
        support::DiagnosticSink sink;
        fabric::LinkStates states;
        bool faults_are_known = true;
        for (const support::Span& fault : local_.faults) {
            if (fault.text().starts_with("rank:")) {
                continue;  // a rank's own, not the fabric's (sockets/crash_fault.hpp)
            }
            faults_are_known = fabric::inject_fault(fault, *system(), states, sink) && faults_are_known;
        }
        const bool wired = compare_with_factory(states, settings.reliability, sink);
        plane_ = faults_are_known && wired
                     ? fabric::ControlPlane::open(system(), states, {.settings = settings}, sink)
                     : std::nullopt;
        TT_RUN_REQUIRE(plane_.has_value(), "the fabric cannot open with {}\n{}",
                       fabric::name_of(settings.config), rendered(sink));
        if (sink.reported() != 0) {
            warn(std::string(support::trim(rendered(sink))));
        }
        opened_ = settings;
    }
    return &*plane_;
}

}  // namespace tt_run::device
