#include "launcher/plan/placement.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "launcher/diagnostic_kinds.hpp"
#include "launcher/hosts/host_files.hpp"
#include "support/file.hpp"
#include "support/text.hpp"

namespace tt_run::launcher {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Spanned;

namespace {

support::SourceTextPtr load_named_file(const Spanned<std::string>& written, const std::string& what,
                                       const support::HostEnvironment& host, DiagnosticSink& sink) {
    const auto path = PathSearch(host, {}).find_or_report(written, what, sink);
    if (!path) {
        return nullptr;
    }
    auto source = support::load_source_text(*path, written.value);
    if (!source) {
        sink.report(Diagnostic(kFileUnreadable, written.span, source.error().message()));
        return nullptr;
    }
    return *std::move(source);
}

class Placer {
  public:
    Placer(const JobBindings& job, const MpiArguments& asked, const support::HostEnvironment& host,
           DiagnosticSink& sink)
        : job_(job), asked_(asked), host_(host), sink_(sink) {}

    std::optional<Placement> place() {
        const support::ErrorWatch watch(sink_);
        const std::vector<HostSlots> hosts = hosts_asked_for();
        Placement placement;
        if (asked_.rankfile) {
            placement.reason = fmt::format("rankfile `{}`", asked_.rankfile->value);
            place_by_rankfile(hosts, placement);
        } else if (!hosts.empty() && !watch.saw_error()) {
            placement.reason =
                asked_.hostfile ? fmt::format("hostfile `{}`", asked_.hostfile->value) : "host list";
            place_by_slots(hosts, placement);
        } else if (const auto batch = find_batch_hosts(host_, sink_)) {
            placement.reason = batch->reason;
            place_by_slots(hosts_with_slots(batch->hosts), placement);
        } else {
            placement.reason = "no hosts are named, so all ranks run here";
            placement.places.assign(job_.ranks.size(), {host_.hostname, 0, 1});
        }
        if (watch.saw_error()) {
            return std::nullopt;
        }
        number_locally(placement.places);
        placement.batch = batch_system_of(placement.places);
        return placement;
    }

  private:
    std::vector<HostSlots> hosts_asked_for() {
        std::vector<HostSlots> hosts;
        if (asked_.hostfile && !asked_.hosts.empty()) {
            sink_.report(Diagnostic(kPlacementConflict, asked_.hostfile->span,
                                    "hosts are named twice: by a hostfile and by a list")
                             .also(asked_.hosts.front().span, "the list")
                             .help("keep one of the two"));
            return hosts;
        }
        if (asked_.hostfile) {
            const auto source = load_named_file(*asked_.hostfile, "hostfile", host_, sink_);
            if (auto parsed = source ? parse_hostfile(source, sink_) : std::nullopt) {
                hosts = *std::move(parsed);
            }
        }
        for (const Spanned<std::string>& written : asked_.hosts) {
            if (auto parsed = parse_host(written, sink_)) {
                hosts.push_back(*std::move(parsed));
            }
        }
        return hosts_with_slots(std::move(hosts));
    }

    std::vector<HostSlots> hosts_with_slots(std::vector<HostSlots> hosts) const {
        if (asked_.ranks_per_host) {
            for (HostSlots& host : hosts) {
                host.slots = *asked_.ranks_per_host;
            }
        }
        return hosts;
    }

    std::optional<BatchSystem> batch_system_of(const std::vector<RankPlace>& places) const {
        DiagnosticSink unsaid;  // whoever names hosts need not care
        const auto batch = find_batch_hosts(host_, unsaid);
        const auto is_given = [&](const RankPlace& place) {
            return std::ranges::any_of(batch->hosts,
                                       [&](const HostSlots& one) { return one.host.value == place.host; });
        };
        return batch && std::ranges::all_of(places, is_given) ? std::optional(batch->system) : std::nullopt;
    }

    void place_by_rankfile(const std::vector<HostSlots>& hosts, Placement& placement) {
        const auto source = load_named_file(*asked_.rankfile, "rankfile", host_, sink_);
        const auto parsed = source ? parse_rankfile(source, sink_) : std::nullopt;
        if (!parsed) {
            return;
        }
        const auto size = static_cast<int>(job_.ranks.size());
        for (const BoundRank& rank : job_.ranks) {
            const auto place = parsed->find(rank.rank);
            if (place == parsed->end()) {
                sink_.report(Diagnostic(kRankfileMismatch, asked_.rankfile->span,
                                        fmt::format("`{}` places no rank {}, but the job has {} ranks",
                                                    asked_.rankfile->value, rank.rank.value, size))
                                 .also(rank.span, "this rank")
                                 .help(fmt::format("add a line `rank {}=HOST slot=0`", rank.rank.value)));
                continue;
            }
            placement.places.push_back({named_host(place->second, hosts), 0, 1});
        }
        for (const auto& [rank, where] : *parsed) {
            if (rank.value >= size) {
                sink_.report(Diagnostic(kRankfileMismatch, where.span,
                                        fmt::format("the rankfile places rank {}, but the job has {} ranks",
                                                    rank.value, size))
                                 .help("remove the line, or add the rank to the bindings"));
            }
        }
    }

    /// `+nK` is host K of the list.
    std::string named_host(const Spanned<std::string>& written, const std::vector<HostSlots>& hosts) {
        if (!written.value.starts_with("+n")) {
            return resolved(written.value);
        }
        const auto index = support::parse_integer(std::string_view(written.value).substr(2));
        if (!index || *index < 0 || *index >= std::ssize(hosts)) {
            sink_.report(Diagnostic(kRankfileMismatch, written.span,
                                    fmt::format("`{}` is a host by its number, and {} hosts are named",
                                                written.value, hosts.size()))
                             .help("name the host, or name the hosts with --host"));
            return {};
        }
        return resolved(hosts[static_cast<std::size_t>(*index)].host.value);
    }

    void place_by_slots(const std::vector<HostSlots>& hosts, Placement& placement) const {
        std::vector<std::string> turn;  // the host of each rank in one round over all slots
        if (asked_.fill_order == FillOrder::by_slot) {
            for (const HostSlots& host : hosts) {
                for (int slot = 0; slot < host.slots && turn.size() < job_.ranks.size(); ++slot) {
                    turn.push_back(resolved(host.host.value));
                }
            }
        } else {
            for (const HostSlots& host : hosts) {
                turn.push_back(resolved(host.host.value));
            }
        }
        for (std::size_t rank = 0; rank < job_.ranks.size(); ++rank) {
            placement.places.push_back({turn[rank % turn.size()], 0, 1});
        }
    }

    std::string resolved(const std::string& name) const {
        return name == "localhost" || name == "127.0.0.1" || name == "::1" ? host_.hostname : name;
    }

    static void number_locally(std::vector<RankPlace>& places) {
        std::map<std::string, int> count;
        for (RankPlace& place : places) {
            place.local_rank = count[place.host]++;
        }
        for (RankPlace& place : places) {
            place.local_size = count[place.host];
        }
    }

    const JobBindings& job_;
    const MpiArguments& asked_;
    const support::HostEnvironment& host_;
    DiagnosticSink& sink_;
};

}  // namespace

std::optional<Placement> place_ranks(const JobBindings& job, const MpiArguments& asked,
                                     const support::HostEnvironment& host, DiagnosticSink& sink) {
    return Placer(job, asked, host, sink).place();
}

}  // namespace tt_run::launcher
