#include "cli/shown_subject.hpp"

#include <filesystem>

#include "cli/cluster_argument.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/file_kind.hpp"
#include "cli/fit_picture.hpp"
#include "cli/job_folder.hpp"
#include "launcher/bindings/job_bindings.hpp"
#include "launcher/bindings/rank_parts.hpp"
#include "support/file.hpp"
#include "topology/mgd/load_mesh_graph.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

class SubjectReader {
  public:
    SubjectReader(const CommandContext& context, DiagnosticSink& sink) : context_(context), sink_(sink) {}

    ShownSubject read(const std::vector<std::size_t>& words) {
        for (const std::size_t word : words) {
            const auto name = file_named_by(context_, word, sink_);
            if (!name) {
                subject_.exit_code = kUsage;
                continue;
            }
            const auto source = support::load_source_text(context_.host.working_directory / *name, *name);
            if (!source || !read_file(*source, *name, word)) {
                hardware_.push_back({word, source.has_value()});
            }
        }
        name_cluster();
        return std::move(subject_);
    }

  private:
    struct Hardware {
        std::size_t word;
        bool is_file;
    };

    /// Several files are one cluster, as a cabling descriptor and its deployment are: `A B` is `A,B`.
    void name_cluster() {
        if (hardware_.size() < 2) {
            for (const Hardware& only : hardware_) {
                subject_.cluster = cluster_span(context_.arguments, only.word);
            }
            return;
        }
        std::string files;
        for (const Hardware& one : hardware_) {
            if (!one.is_file) {
                sink_.report(Diagnostic(kOptionConflict, context_.arguments.span(hardware_.back().word),
                                        "this is a second piece of hardware; one is shown")
                                 .also(context_.arguments.span(hardware_.front().word), "the first")
                                 .help("several files can be one cluster: `tt-run show CABLING DEPLOYMENT`"));
                subject_.exit_code = kUsage;
                return;
            }
            files += (files.empty() ? "" : ",") + context_.arguments.words()[one.word];
        }
        subject_.cluster = support::Span{support::make_source_text("<hardware>", files), 0, files.size()};
    }

    /// False for a file that is none of a job's.
    bool read_file(const support::SourceTextPtr& source, const std::string& name, std::size_t word) {
        const auto kind = recognise(*source);
        if (!kind) {
            return false;
        }
        if (*kind == FileKind::mesh_graph_descriptor) {
            read_graph(source, word);
            return true;
        }
        if (*kind == FileKind::rank_bindings || *kind == FileKind::rank_bindings_mapping) {
            read_bindings(name, word, *kind);
            return true;
        }
        return false;
    }

    void read_graph(const support::SourceTextPtr& source, std::size_t word) {
        if (graph_word_) {
            sink_.report(Diagnostic(kOptionConflict, context_.arguments.span(word),
                                    "this is a second Mesh Graph Descriptor; one is shown")
                             .also(context_.arguments.span(*graph_word_), "the first"));
            subject_.exit_code = kUsage;
            return;
        }
        graph_word_ = word;
        subject_.graph = topology::load_mesh_graph(source, topology::MgdProfile::library, sink_);
        if (!subject_.graph) {
            subject_.exit_code = kNo;
        }
    }

    void read_bindings(const std::string& name, std::size_t word, FileKind kind) {
        launcher::BindingSources sources;
        auto& named = kind == FileKind::rank_bindings ? sources.rank_binding : sources.rank_bindings_mapping;
        named = support::Spanned<std::string>{name, context_.arguments.span(word)};
        const auto job = launcher::load_job_bindings(sources, context_.host, sink_);
        if (!job) {
            subject_.exit_code = kNo;
            return;
        }
        const auto descriptors = launcher::descriptors_of(*job);
        const std::filesystem::path near =
            descriptors.front().lexically_relative(context_.host.working_directory);
        const bool is_below = !near.empty() && *near.begin() != "..";
        const auto source =
            support::load_source_text(descriptors.front(), (is_below ? near : descriptors.front()).string());
        DiagnosticSink told;  // the bindings' own check has read it already
        if (source && !subject_.graph) {
            subject_.graph = topology::load_mesh_graph(*source, topology::MgdProfile::library, told);
        }
        subject_.owners = owners_of(*job, descriptors.front());
    }

    const CommandContext& context_;
    DiagnosticSink& sink_;
    ShownSubject subject_;
    std::vector<Hardware> hardware_;
    std::optional<std::size_t> graph_word_;
};

}  // namespace

ShownSubject read_subject(const CommandContext& context, const std::vector<std::size_t>& words,
                          DiagnosticSink& sink) {
    return SubjectReader(context, sink).read(words);
}

}  // namespace tt_run::cli
