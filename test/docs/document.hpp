#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tt_run::test {

/// Something that a page has its reader do, or shows him.
struct DocumentStep {
    enum class Kind { command, file };
    Kind kind = Kind::command;
    std::size_t line = 0;  ///< where it stands, from 1
    std::string text;      ///< the command; a file's content
    std::string file;      ///< its name
    int exit_code = 0;     ///< of a command
    /// What it prints, as the page shows it; `...` as a line of its own stands for any lines. Nothing if the
    /// page shows nothing of it.
    std::optional<std::vector<std::string>> output;
    std::size_t output_line = 0;  ///< where that begins, from 1
};

/// A page of Markdown as a list of steps:
///
///   ```sh                       commands; the whole block is one step, and must succeed
///   ```console                  `$ command`, then what it prints; `# exit code N` behind one that fails
///   <!-- file: NAME -->         the block below is a file of that name
///   <!-- run: COMMAND -->       a command that readers need not see
///   <!-- not run: REASON -->    the block below is not run
///   <!-- draw: COMMAND -->      the block below is drawn by scripts/draw-docs
///
/// `unmarked` lists lines that look like commands and are in none of these.
struct Document {
    std::vector<DocumentStep> steps;
    std::vector<std::string> not_run;
    std::vector<std::size_t> unmarked;

    static Document parse(const std::string& text);
};

/// Whether a command printed what the page shows; ranks print in any order, so the same lines in another one
/// will do.
bool output_matches(const std::vector<std::string>& shown, const std::vector<std::string>& printed);

std::vector<std::string> lines_of(const std::string& text);

}  // namespace tt_run::test
