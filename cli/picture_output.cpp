#include "cli/picture_output.hpp"

#include <filesystem>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/deliver.hpp"
#include "topology/draw/diagnostic_kinds.hpp"
#include "topology/draw/pen_json.hpp"
#include "topology/draw/pen_svg.hpp"
#include "topology/draw/pen_text.hpp"

namespace tt_run::cli {

namespace draw = topology::draw;

void define_picture_output(CLI::App& app, PictureOutput& output, bool may_be_mapping) {
    std::set<std::string> formats{"text", "svg", "html", "dot", "json"};
    std::string help = "text (the default), svg, html, dot or json";
    if (may_be_mapping) {
        formats.insert("visualizer");
        help +=
            "; visualizer: of a mapping, the files that\nttnn-visualizer reads, into the directory that -o "
            "names";
    }
    app.add_option("--format", output.format, help)->type_name("KIND")->check(CLI::IsMember(formats));
    app.add_option("--look", output.look,
                   "of a text: plain, boxes, or colour; auto: colour on a terminal, plain elsewhere")
        ->type_name("HOW")
        ->check(CLI::IsMember({"auto", "plain", "boxes", "colour"}));
    app.add_option("-o,--output", output.file, "write to this file instead of standard output")
        ->type_name("FILE");
}

draw::TextLook text_look(const CommandContext& context, const PictureOutput& output) {
    draw::TextLook look;
    const bool is_terminal = output.file.empty() && context.console.output_is_terminal();
    look.boxes = output.look == "boxes" || output.look == "colour" || (output.look == "auto" && is_terminal);
    look.colour = output.look == "colour" ||
                  (output.look == "auto" && is_terminal && !context.host.non_empty_variable("NO_COLOR"));
    return look;
}

int deliver_picture(const CommandContext& context, const PictureOutput& output,
                    const std::vector<ShownPicture>& views, const std::string& before,
                    const std::string& more) {
    const ShownPicture& first = views.front();
    if (output.format == "html") {
        std::vector<draw::PageView> pages;
        for (const ShownPicture& view : views) {
            pages.push_back({view.tab, &view.picture, view.overlays, {}});
        }
        pages.push_back(
            {"links", nullptr, {}, draw::render_matrix_html(draw::make_link_matrix(first.picture, 72))});
        return deliver(context, output.file,
                       draw::render_page(first.picture.title, first.picture.subtitle, pages));
    }
    draw::Picture picture = first.picture;
    if (!first.overlays.empty()) {
        draw::lay_over(picture, first.overlays.front());
    }
    draw::TextLook look = text_look(context, output);
    look.heading = before.empty();
    return deliver(context, output.file,
                   output.format == "svg"    ? draw::render_svg(picture)
                   : output.format == "dot"  ? draw::render_dot(picture)
                   : output.format == "json" ? draw::render_json(picture, more)
                                             : before + draw::render_text(picture, look));
}

int deliver_files(const CommandContext& context, const PictureOutput& output,
                  const std::vector<topology::ExportedFile>& files) {
    for (const topology::ExportedFile& file : files) {
        const std::string path = (std::filesystem::path(output.file) / file.name).string();
        if (const int failed = deliver(context, path, file.content); failed != 0) {
            return failed;
        }
    }
    context.console.print(fmt::format("{}: {} files for ttnn-visualizer\n", output.file, files.size()));
    return 0;
}

int deliver_matrix(const CommandContext& context, const PictureOutput& output, const ShownPicture& view) {
    if (output.format == "dot" || output.format == "html") {
        return deliver_picture(context, output, {view});
    }
    const draw::LinkMatrix matrix = draw::make_link_matrix(view.picture);
    if (output.format != "text" && !matrix.has_grid()) {
        support::DiagnosticSink refusal;
        refusal.report(
            support::Diagnostic(
                draw::kPictureTooLarge, {},
                fmt::format("a matrix of {} {} is too large; at most {} are drawn", matrix.names.size(),
                            matrix.units(), draw::LinkMatrix::kMostInGrid))
                .help("`--format text` lists each with those that it is joined with; without `links`, "
                      "`--format json` has all links"));
        context.console.print(refusal, true);
        return kUsage;
    }
    return deliver(context, output.file,
                   output.format == "svg"    ? draw::render_matrix_svg(matrix)
                   : output.format == "json" ? draw::render_matrix_json(matrix)
                                             : draw::render_matrix_text(matrix, text_look(context, output)));
}

}  // namespace tt_run::cli
