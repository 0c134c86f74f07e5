#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/cluster_argument.hpp"
#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/verb_arguments.hpp"
#include "launcher/allocation/starter_job.hpp"
#include "launcher/bindings/physical_model.hpp"
#include "support/counted.hpp"
#include "support/text.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

constexpr CommandPage kInitPage{
    .name = "init",
    .words = "[options] X",
    .brief = "write a Mesh Graph Descriptor and bindings to begin with",
    .summary =
        "Writes a Mesh Graph Descriptor and a binding file for a machine, with comments: as many "
        "meshes as there is room for, joined as its cables join them.",
    .notes = "  X  hardware: a system's name (`tt-run show --list`), a file, or a directory\n",
    .examples =
        "  tt-run init wh-galaxy --mesh 4x4 -o two-halves\n"
        "  tt-run init t3k -o job\n"
        "  tt-run init 'wh-galaxy*5@all-to-all:4' -o five-galaxies\n",
};

struct InitOptions {
    std::string mesh;
    std::string meshes;
    std::string output = ".";
    bool force = false;
};

void define(CLI::App& app, InitOptions& options) {
    app.add_option("--mesh", options.mesh, "rows and columns of each mesh; without it a mesh is a whole host")
        ->type_name("RxC");
    app.add_option("--meshes", options.meshes, "how many of them; without it as many as there is room for")
        ->type_name("N");
    app.add_option("-o,--output-dir", options.output, "write here instead of the current directory")
        ->type_name("DIRECTORY");
    app.add_flag("--force", options.force, "write over files that are there");
}

launcher::StarterRequest read_request(const InitOptions& options, const ParsedArguments& parsed,
                                      DiagnosticSink& sink) {
    launcher::StarterRequest request;
    if (!options.mesh.empty()) {
        request.mesh = launcher::parse_mesh_shape(options.mesh);
        if (!request.mesh) {
            sink.report(Diagnostic(kBadOption, parsed.span_of("--mesh"),
                                   fmt::format("`{}` is no shape of a mesh", options.mesh))
                            .help("write rows and columns: `4x4`"));
        }
    }
    if (!options.meshes.empty()) {
        const auto number = support::parse_integer(options.meshes);
        constexpr std::int64_t kMost = 100'000;
        if (number && *number > 0 && *number <= kMost) {
            request.meshes = static_cast<std::size_t>(*number);
        } else {
            sink.report(Diagnostic(kBadOption, parsed.span_of("--meshes"),
                                   fmt::format("`{}` is no number of meshes", options.meshes)));
        }
    }
    return request;
}

/// True if one of the files is there and may not be written over.
bool is_in_the_way(const CommandContext& context, const launcher::StarterJob& job,
                   const std::filesystem::path& directory) {
    for (const launcher::OutputFile& file : job.files) {
        if (std::filesystem::exists(context.host.working_directory / directory / file.name)) {
            context.console.print_error(
                fmt::format("tt-run: error: `{}` is there already; --force writes over it, -o DIRECTORY "
                            "writes elsewhere\n",
                            (directory / file.name).lexically_normal().string()));
            return true;
        }
    }
    return false;
}

void tell(const CommandContext& context, const launcher::StarterJob& job,
          const std::filesystem::path& directory, const std::string& system) {
    const auto path = [&](std::string_view name) {
        return support::shell_quoted((directory / name).lexically_normal().string());
    };
    const std::string quoted = support::shell_quoted(system);
    context.console.print(
        fmt::format("{0}: {1} of {2}x{3} chips, {4}\n"
                    "{5}: {6}\n"
                    "\nNext:\n"
                    "  tt-run check {0} {5} --cluster {7}\n"
                    "  tt-run --emulate={7} --rank-binding {5} PROGRAM\n",
                    path("mgd.textproto"), support::counted(job.meshes, "mesh"), job.mesh.rows,
                    job.mesh.columns, support::counted(job.connections, "connection"),
                    path("rank_bindings.yaml"), support::counted(job.meshes, "rank"), quoted));
}

}  // namespace

void describe_init(const PageVisitor& visit) {
    CLI::App app;
    InitOptions options;
    define(app, options);
    visit(kInitPage, app);
}

int run_init(const CommandContext& context) {
    CLI::App app;
    InitOptions options;
    define(app, options);
    DiagnosticSink sink;
    launcher::StarterRequest request;
    const auto parsed = read_verb(context, kInitPage, app, sink, [&](const VerbArguments& found) {
        request = read_request(options, found.options, sink);
        if (found.words.size() != 1) {
            sink.report(
                Diagnostic(kNothingToRun, {},
                           found.words.empty() ? "no machine is named" : "a job is made for one machine")
                    .help("`tt-run init wh-galaxy`; `tt-run show --list` prints the names"));
        }
    });
    if (!parsed) {
        return parsed.error();
    }
    const std::size_t word = parsed->words.front();
    request.system = context.arguments.words()[word];
    request.place = cluster_span(context.arguments, word);
    const auto model = launcher::load_named_model({request.system, request.place}, context.host, sink);
    if (!model) {
        context.console.print(sink, true);
        return exit_code_of_unloaded(sink);
    }
    const auto job = launcher::build_starter_job(*model, request, context.host, sink);
    context.console.print(sink, false);
    if (!job) {
        return sink.errors() == 0 ? kCannotTell : kNo;
    }
    if (!options.force && is_in_the_way(context, *job, options.output)) {
        return kUsage;
    }
    const auto written = launcher::write_files(context.host.working_directory / options.output, job->files);
    if (!written) {
        context.console.print_error("tt-run: error: " + written.error().message() + "\n");
        return kUsage;
    }
    tell(context, *job, options.output, request.system);
    return kYes;
}

}  // namespace tt_run::cli
