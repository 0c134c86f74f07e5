#pragma once

#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "topology/draw/link_matrix.hpp"
#include "topology/draw/pen_html.hpp"
#include "topology/draw/picture.hpp"
#include "topology/physical/umd_export.hpp"

namespace CLI {
class App;
}

namespace tt_run::cli {

/// How a picture is wanted.
struct PictureOutput {
    std::string format = "text";
    std::string look = "auto";
    std::string file;
};

/// `--format`, `--look` and `-o`. What is shown may be a mapping, which has one format more.
void define_picture_output(CLI::App& app, PictureOutput& output, bool may_be_mapping = false);

/// A picture with overlays to choose from, and its name among several on one page.
struct ShownPicture {
    topology::draw::Picture picture;
    std::string tab = "picture";
    std::vector<topology::draw::Overlay> overlays;
};

/// Writes a page of all views and a matrix of the first one's links; in other formats the first one alone,
/// with its first overlay. `before` stands above a text instead of its heading, `more` goes into JSON as it
/// is. The exit code of `deliver`.
int deliver_picture(const CommandContext& context, const PictureOutput& output,
                    const std::vector<ShownPicture>& views, const std::string& before = {},
                    const std::string& more = {});

/// Writes files into the directory that is named by `-o`.
int deliver_files(const CommandContext& context, const PictureOutput& output,
                  const std::vector<topology::ExportedFile>& files);

/// The links of a picture as a matrix; as a page or a graph, the picture.
int deliver_matrix(const CommandContext& context, const PictureOutput& output, const ShownPicture& view);

topology::draw::TextLook text_look(const CommandContext& context, const PictureOutput& output);

}  // namespace tt_run::cli
