#include "launcher/hosts/batch_hosts.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "launcher/diagnostic_kinds.hpp"
#include "launcher/hosts/host_names.hpp"
#include "support/file.hpp"
#include "support/text.hpp"

namespace tt_run::launcher {

using support::Diagnostic;
using support::DiagnosticSink;
using support::HostEnvironment;
using support::Span;

namespace {

constexpr std::size_t kMostHosts = 100'000;

/// What one variable says, as a text that can be pointed at.
Span text_of(std::string_view variable, std::string_view value) {
    const auto source = support::make_source_text(fmt::format("<{}>", variable), std::string(value));
    return {source, 0, value.size()};
}

void report(const Span& place, std::string problem, DiagnosticSink& sink) {
    sink.report(Diagnostic(kBatchHosts, place, std::move(problem))
                    .help("name the hosts with --hosts, or all ranks on this one with `--hosts localhost`"));
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    constexpr std::string_view kBlanks = " \t\r\n";
    for (std::size_t at = text.find_first_not_of(kBlanks); at != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
        words.push_back(text.substr(at, end - at));
        at = text.find_first_not_of(kBlanks, end);
    }
    return words;
}

/// A host named so many times running has so many slots.
void add_slot(std::vector<HostSlots>& hosts, std::string_view name, const Span& place) {
    if (hosts.empty() || hosts.back().host.value != name) {
        hosts.push_back({{std::string(name), place}, 0});
    }
    ++hosts.back().slots;
}

/// Slurm's counts: `4(x3),2` is 4, 4, 4, 2. Nothing if it is none of that.
std::optional<std::vector<int>> expand_counts(std::string_view text) {
    std::vector<int> counts;
    for (std::string_view piece : support::split(text, ',')) {
        std::int64_t times = 1;
        if (const std::size_t bracket = piece.find("(x");
            bracket != std::string_view::npos && piece.ends_with(')')) {
            const auto number = support::parse_integer(piece.substr(bracket + 2, piece.size() - bracket - 3));
            times = number.value_or(0);
            piece = piece.substr(0, bracket);
        }
        const auto count = support::parse_integer(piece);
        if (!count || *count < 1 || *count > kMostSlots || times < 1 ||
            counts.size() + static_cast<std::size_t>(times) > kMostHosts) {
            return std::nullopt;
        }
        counts.insert(counts.end(), static_cast<std::size_t>(times), static_cast<int>(*count));
    }
    return counts;
}

class HostListExpander {
  public:
    explicit HostListExpander(std::string_view text) : rest_(text) {}

    std::optional<std::vector<std::string>> expand() {
        do {
            std::vector<std::string> names{""};
            while (!rest_.empty() && rest_.front() != ',') {
                if (!(rest_.front() == '[' ? take_brackets(names) : take_letters(names))) {
                    return std::nullopt;
                }
            }
            if (names.front().empty() || hosts_.size() + names.size() > kMostHosts) {
                return std::nullopt;
            }
            hosts_.insert(hosts_.end(), names.begin(), names.end());
        } while (take(','));
        return std::move(hosts_);
    }

  private:
    bool take(char c) {
        const bool is_there = !rest_.empty() && rest_.front() == c;
        rest_.remove_prefix(is_there ? 1 : 0);
        return is_there;
    }

    bool take_letters(std::vector<std::string>& names) {
        const std::string_view letters = rest_.substr(0, rest_.find_first_of(",[]"));
        if (letters.empty() || letters.find_first_of(" \t\r\n") != std::string_view::npos) {
            return false;
        }
        for (std::string& name : names) {
            name += letters;
        }
        rest_.remove_prefix(letters.size());
        return true;
    }

    /// `[1-3,07]`: every name so far, with every number behind it.
    bool take_brackets(std::vector<std::string>& names) {
        const std::size_t end = rest_.find(']');
        if (end == std::string_view::npos) {
            return false;
        }
        std::vector<std::string> numbers;
        for (const std::string_view range : support::split(rest_.substr(1, end - 1), ',')) {
            const std::size_t dash = std::min(range.find('-'), range.size());
            const std::string_view low = range.substr(0, dash);
            const std::string_view high = dash == range.size() ? low : range.substr(dash + 1);
            const auto first = support::parse_integer(low);
            const auto last = support::parse_integer(high);
            if (!first || !last || *first < 0 || *last < *first ||
                numbers.size() + static_cast<std::size_t>(*last - *first) >= kMostHosts) {
                return false;
            }
            for (std::int64_t number = *first; number <= *last; ++number) {
                numbers.push_back(fmt::format("{:0{}}", number, low.size()));
            }
        }
        if (names.size() * numbers.size() > kMostHosts) {
            return false;
        }
        std::vector<std::string> longer;
        for (const std::string& name : names) {
            for (const std::string& number : numbers) {
                longer.push_back(name + number);
            }
        }
        names = std::move(longer);
        rest_.remove_prefix(end + 1);
        return true;
    }

    std::string_view rest_;
    std::vector<std::string> hosts_;
};

std::optional<BatchHosts> find_slurm(const HostEnvironment& host, DiagnosticSink& sink) {
    const std::string variable = "SLURM_JOB_NODELIST";
    const auto list = host.non_empty_variable(variable);
    if (!list) {
        return std::nullopt;
    }
    const Span place = text_of(variable, *list);
    const auto names = expand_host_list(*list);
    if (!names) {
        report(place, "this is no list of hosts in Slurm's form, as in `wh-[01-03],login`", sink);
        return std::nullopt;
    }
    BatchHosts found{BatchSystem::slurm, "Slurm's allocation (SLURM_JOB_NODELIST)", {}};
    for (const std::string& name : *names) {
        found.hosts.push_back({{name, place}, 1});
    }
    for (const char* const counted : {"SLURM_TASKS_PER_NODE", "SLURM_JOB_CPUS_PER_NODE"}) {
        const auto written = host.non_empty_variable(counted);
        if (!written) {
            continue;
        }
        const auto counts = expand_counts(*written);
        if (!counts || counts->size() != found.hosts.size()) {
            report(text_of(counted, *written),
                   fmt::format("this gives no number of slots to each of the {} hosts of SLURM_JOB_NODELIST",
                               found.hosts.size()),
                   sink);
            return std::nullopt;
        }
        for (std::size_t k = 0; k < counts->size(); ++k) {
            found.hosts[k].slots = (*counts)[k];
        }
        break;
    }
    return found;
}

/// A file with a host for each slot.
std::optional<BatchHosts> find_in_file(BatchSystem system, const std::string& name,
                                       const std::string& variable, const HostEnvironment& host,
                                       DiagnosticSink& sink) {
    const auto path = host.non_empty_variable(variable);
    if (!path) {
        return std::nullopt;
    }
    const Span place = text_of(variable, *path);
    const auto text = support::read_file(host.working_directory / *path);
    if (!text) {
        report(place, text.error().message(), sink);
        return std::nullopt;
    }
    BatchHosts found{system, fmt::format("{}'s allocation ({})", name, variable), {}};
    for (const std::string_view word : words_of(*text)) {
        add_slot(found.hosts, word, place);
    }
    if (found.hosts.empty()) {
        report(place, "this file names no host", sink);
        return std::nullopt;
    }
    return found;
}

std::optional<BatchHosts> find_lsf_list(const HostEnvironment& host, DiagnosticSink& sink) {
    if (const auto counted = host.non_empty_variable("LSB_MCPU_HOSTS")) {
        const Span place = text_of("LSB_MCPU_HOSTS", *counted);
        BatchHosts found{BatchSystem::lsf, "LSF's allocation (LSB_MCPU_HOSTS)", {}};
        const std::vector<std::string_view> words = words_of(*counted);
        for (std::size_t k = 0; k + 1 < words.size(); k += 2) {
            const auto slots = support::parse_integer(words[k + 1]);
            found.hosts.push_back({{std::string(words[k]), place}, static_cast<int>(slots.value_or(0))});
        }
        if (found.hosts.empty() || words.size() % 2 != 0 ||
            std::ranges::any_of(found.hosts, [](const HostSlots& one) { return one.slots < 1; })) {
            report(place, "this is no list of hosts and slots, as in `a 4 b 4`", sink);
            return std::nullopt;
        }
        return found;
    }
    if (const auto repeated = host.non_empty_variable("LSB_HOSTS")) {
        BatchHosts found{BatchSystem::lsf, "LSF's allocation (LSB_HOSTS)", {}};
        for (const std::string_view word : words_of(*repeated)) {
            add_slot(found.hosts, word, text_of("LSB_HOSTS", *repeated));
        }
        return found.hosts.empty() ? std::nullopt : std::optional(found);
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string>> expand_host_list(std::string_view text) {
    return HostListExpander(text).expand();
}

std::optional<BatchHosts> find_batch_hosts(const HostEnvironment& host, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    auto found = find_slurm(host, sink);
    if (!found && !watch.saw_error()) {
        found = find_in_file(BatchSystem::pbs, "PBS", "PBS_NODEFILE", host, sink);
    }
    if (!found && !watch.saw_error()) {
        found = find_in_file(BatchSystem::lsf, "LSF", "LSB_DJOB_HOSTFILE", host, sink);
    }
    if (!found && !watch.saw_error()) {
        found = find_lsf_list(host, sink);
    }
    return found;
}

}  // namespace tt_run::launcher
