#include "launcher/plan/mpi_arguments.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "launcher/bindings/yaml_map.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/plan/mpi_words.hpp"
#include "support/spelling.hpp"
#include "support/text.hpp"

namespace tt_run::launcher {

using support::Diagnostic;
using support::DiagnosticSink;
using support::ShellWord;
using support::Span;
using support::Spanned;

namespace {

class WordReader {
  public:
    WordReader(std::vector<ShellWord> words, MpiFamily family, DiagnosticSink& sink)
        : words_(std::move(words)), family_(family), sink_(sink) {}

    MpiArguments read() {
        while (at_ < words_.size()) {
            read_option(words_[at_++]);
        }
        return std::move(asked_);
    }

  private:
    using Values = std::vector<Spanned<std::string>>;

    void read_option(const ShellWord& word) {
        const std::string_view text = word.value;
        const std::size_t dashes = text.starts_with("--") ? 2 : text.starts_with("-") ? 1 : 0;
        if (dashes == 0 || text.size() == dashes) {
            sink_.report(Diagnostic(kMpiWordUnknown, word.span,
                                    fmt::format("`{}` is no option of an MPI launcher", text))
                             .help("the program and its arguments stand after tt-run's own options"));
            return;
        }
        const std::size_t equals = text.find('=');
        const std::string_view name =
            text.substr(dashes, equals == std::string_view::npos ? equals : equals - dashes);
        const std::optional<MpiWord> known = find_mpi_word(name);
        if (!known) {
            report_unknown(word, name);
            return;
        }
        Values values;
        if (equals != std::string_view::npos && known->values > 0) {
            values.push_back({std::string(text.substr(equals + 1)), word.span});
        } else if (equals != std::string_view::npos) {
            sink_.report(Diagnostic(kMpiWordUnknown, word.span, fmt::format("`--{}` takes no value", name)));
            return;
        }
        while (values.size() < static_cast<std::size_t>(known->values)) {
            // `-genv NAME=VALUE` is one word, as Hydra itself takes it.
            if (known->meaning == MpiMeaning::genv && values.size() == 1 &&
                values[0].value.find('=') != std::string::npos) {
                break;
            }
            if (at_ == words_.size()) {
                sink_.report(Diagnostic(kMpiWordIncomplete, word.span,
                                        fmt::format("`{}` needs a value behind it", text)));
                return;
            }
            values.push_back({words_[at_].value, words_[at_].span});
            ++at_;
        }
        apply(*known, word, values);
    }

    void pass_through(std::string_view dashes, std::string_view name, const Values& values) {
        asked_.passed_through.push_back(std::string(dashes) + std::string(name));
        for (const Spanned<std::string>& value : values) {
            asked_.passed_through.push_back(value.value);
        }
    }

    void apply(const MpiWord& known, const ShellWord& word, const Values& values) {
        if (family_ == MpiFamily::open_mpi) {
            if (known.is_open_mpis) {
                return pass_through("--", known.name, values);
            }
            if (known.meaning == MpiMeaning::passed_through || known.meaning == MpiMeaning::hydra_launcher) {
                return refuse(word.span, word.value,
                              "it is for MPICH's mpiexec, and the ranks are started by Open MPI");
            }
        }
        switch (known.meaning) {
            case MpiMeaning::hosts:
                add_hosts(values[0]);
                break;
            case MpiMeaning::hostfile:
                asked_.hostfile = values[0];
                break;
            case MpiMeaning::rankfile:
                asked_.rankfile = values[0];
                break;
            case MpiMeaning::map_by:
                map_by(values[0]);
                break;
            case MpiMeaning::ranks_per_host:
                ranks_per_host(values[0].value, values[0].span);
                break;
            case MpiMeaning::tag_output:
                asked_.tag_output = true;
                break;
            case MpiMeaning::output_directory:
                output_directory(values[0]);
                break;
            case MpiMeaning::binding:
                binding(values[0]);
                break;
            case MpiMeaning::interface:
                asked_.interface = values[0];
                break;
            case MpiMeaning::working_directory:
                asked_.working_directory = values[0];
                break;
            case MpiMeaning::hydra_launcher:
                asked_.launcher = values[0];
                break;
            case MpiMeaning::export_variable:
                export_variable(values[0]);
                break;
            case MpiMeaning::genv:
                if (values.size() == 2) {
                    asked_.exports.push_back({values[0], values[1].value});
                } else {
                    export_variable(values[0]);
                }
                break;
            case MpiMeaning::mca:
                mca(word, values);
                break;
            case MpiMeaning::keep_going:
                asked_.keep_going = true;
                break;
            case MpiMeaning::dropped:
                drop(word.span, word.value, known.reason);
                break;
            case MpiMeaning::refused:
                refuse(word.span, word.value, known.reason);
                break;
            case MpiMeaning::passed_through:
                pass_through("-", known.name, values);
                break;
        }
    }

    void add_hosts(const Spanned<std::string>& list) {
        // The word may have been quoted; if not, each host is found again in it, for its caret.
        const std::size_t from = list.span.text().find(list.value);
        std::size_t at = 0;
        for (const std::string_view piece : support::split(list.value, ',')) {
            const Span span = from == std::string_view::npos
                                  ? list.span
                                  : list.span.part(from + at, from + at + piece.size());
            at += piece.size() + 1;
            asked_.hosts.push_back({std::string(support::trim(piece)), span});
        }
    }

    void map_by(const Spanned<std::string>& policy) {
        std::vector<std::string_view> parts = support::split(policy.value, ':');
        if (const std::size_t rankfile = policy.value.find("rankfile:file="); rankfile != std::string::npos) {
            std::string path = policy.value.substr(rankfile + std::string_view("rankfile:file=").size());
            asked_.rankfile = Spanned<std::string>{path.substr(0, path.find(',')), policy.span};
            return;
        }
        if (parts[0] == "ppr") {
            if (parts.size() >= 3 && (parts[2] == "node" || parts[2] == "host")) {
                ranks_per_host(std::string(parts[1]), policy.span);
            } else {
                refuse(policy.span, policy.value, "only `ppr:N:node` places ranks on hosts");
            }
            parts.erase(parts.begin(), parts.begin() + std::min<std::ptrdiff_t>(3, std::ssize(parts)));
        } else if (parts[0] == "slot" || parts[0] == "node" || parts[0].empty()) {
            asked_.fill_order = parts[0] == "node" ? FillOrder::by_host : FillOrder::by_slot;
            parts.erase(parts.begin());
        } else {
            refuse(policy.span, policy.value,
                   "ranks are placed on hosts, by `slot`, `node`, `ppr:N:node` or a rankfile, and not on "
                   "what is inside them");
            return;
        }
        for (const std::string_view modifier : parts) {
            if (modifier != "OVERSUBSCRIBE" && modifier != "oversubscribe") {
                refuse(policy.span, modifier, kNoCounterpartOfModifier);
            }
        }
    }

    void ranks_per_host(const std::string& count, const Span& span) {
        const auto number = support::parse_integer(count);
        if (!number || *number < 1 || *number > 1'000'000) {
            sink_.report(Diagnostic(
                kBadNumber, span,
                fmt::format("ranks per host is `{}`; it must be a whole number of at least 1", count)));
            return;
        }
        asked_.ranks_per_host = static_cast<int>(*number);
    }

    void output_directory(const Spanned<std::string>& written) {
        Spanned<std::string> directory = written;
        if (const std::size_t colon = written.value.rfind(':'); colon != std::string::npos) {
            drop(written.span, written.value.substr(colon), "it steers Open MPI's own files");
            directory.value.resize(colon);
        }
        asked_.output_directory = directory;
    }

    void binding(const Spanned<std::string>& written) {
        Spanned<std::string> binding = written;
        if (const std::size_t colon = written.value.find(':');
            colon != std::string::npos && !written.value.starts_with("user:")) {
            binding.value.resize(colon);
        }
        binding.value = binding.value == "hwt" ? "hwthread" : binding.value;
        static constexpr std::array<std::string_view, 12> kTargets{
            "none",    "core",    "hwthread", "socket",  "numa", "board",
            "l1cache", "l2cache", "l3cache",  "machine", "rr",   "pci"};
        const bool known = std::find(kTargets.begin(), kTargets.end(), binding.value) != kTargets.end();
        if (!known && !binding.value.starts_with("user:") && !binding.value.starts_with("pci:")) {
            Diagnostic diagnostic(kMpiWordRefused, written.span,
                                  fmt::format("`{}` is nothing that ranks can be bound to", written.value));
            if (const auto near = support::nearest_spelling(binding.value, kTargets)) {
                diagnostic.help(fmt::format("did you mean `{}`?", *near));
            }
            sink_.report(std::move(diagnostic));
            return;
        }
        asked_.binding = binding;
    }

    void export_variable(const Spanned<std::string>& written) {
        const std::size_t equals = written.value.find('=');
        ExportedVariable variable{{written.value.substr(0, equals), written.span}, std::nullopt};
        if (equals != std::string::npos) {
            variable.value = written.value.substr(equals + 1);
        }
        if (!is_variable_name(variable.name.value)) {
            sink_.report(Diagnostic(
                kBadVariableName, written.span,
                fmt::format("`{}` cannot be the name of an environment variable", variable.name.value)));
            return;
        }
        asked_.exports.push_back(std::move(variable));
    }

    /// Open MPI's parameters: a few say where ranks go or which network to use; the rest is about Open MPI's
    /// inside.
    void mca(const ShellWord& word, const Values& values) {
        if (values.size() < 2) {
            sink_.report(Diagnostic(kMpiWordIncomplete, word.span,
                                    fmt::format("`{}` needs a name and a value", word.value)));
            return;
        }
        const std::string& name = values[0].value;
        if (name == "rmaps_rankfile_path" || name == "rmaps_rank_file_path") {
            asked_.rankfile = values[1];
        } else if (name == "btl_tcp_if_include" || name == "oob_tcp_if_include") {
            asked_.interface = values[1];
        } else if (name == "hwloc_base_binding_policy") {
            binding(values[1]);
        } else if (name == "orte_default_hostfile" || name == "prte_default_hostfile") {
            asked_.hostfile = values[1];
        } else if (family_ == MpiFamily::open_mpi && !name.starts_with("rmaps_")) {
            pass_through("--", "mca", values);
        } else if (name == "plm_rsh_agent") {
            refuse(values[0].span, name, "use `-launcher ssh -launcher-exec PATH`");
        } else if (name.starts_with("rmaps_")) {
            refuse(values[0].span, name,
                   "tt-run places every rank itself; use --host, --hostfile or a rankfile");
        } else if (name == "btl_tcp_if_exclude" || name == "oob_tcp_if_exclude") {
            drop(values[0].span, name,
                 "MPICH takes the one interface to use (--tcp-interface), not those to leave out");
        } else {
            drop(values[0].span, name, "it tunes the inside of Open MPI, and the ranks are started by MPICH");
        }
    }

    void drop(const Span& span, std::string_view word, std::string_view reason) {
        sink_.report(Diagnostic(kMpiWordDropped, span, fmt::format("`{}` is left out: {}", word, reason)));
    }

    void refuse(const Span& span, std::string_view word, std::string_view reason) {
        sink_.report(
            Diagnostic(kMpiWordRefused, span, fmt::format("`{}` cannot be followed: {}", word, reason)));
    }

    void report_unknown(const ShellWord& word, std::string_view name) {
        Diagnostic diagnostic(
            kMpiWordUnknown, word.span,
            fmt::format("`{}` is an option neither of MPICH's mpiexec nor of Open MPI's mpirun", word.value));
        const std::vector<std::string_view> names = mpi_word_names();
        if (const auto near = support::nearest_spelling(name, names)) {
            diagnostic.help(fmt::format("did you mean `--{}`?", *near));
        }
        sink_.report(std::move(diagnostic));
    }

    static constexpr std::string_view kNoCounterpartOfModifier = "MPICH has no counterpart to this modifier";

    std::vector<ShellWord> words_;
    MpiFamily family_;
    DiagnosticSink& sink_;
    std::size_t at_ = 0;
    MpiArguments asked_;
};

}  // namespace

std::optional<MpiArguments> parse_mpi_arguments(const support::SourceTextPtr& text, MpiFamily family,
                                                DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    auto words = support::split_shell_words(Span{text, 0, text->text().size()});
    if (!words) {
        sink.report(Diagnostic(kUnbalancedQuote, words.error().opened_at, "this quote is never closed")
                        .help("quote as a shell does: \"--host 'a,b'\""));
        return std::nullopt;
    }
    MpiArguments asked = WordReader(*std::move(words), family, sink).read();
    return watch.saw_error() ? std::nullopt : std::optional(std::move(asked));
}

}  // namespace tt_run::launcher
