#pragma once

#include <string>
#include <vector>

namespace tt_run::test {

struct GoldenFile {
    std::string name;
    std::string content;
};

/// One case of what a user sees: a file in the manner of Go's txtar.
///
///   # a sentence on what this shows
///   $ tt-run check mgd.textproto
///   exit: 1
///   -- mgd.textproto --
///   (input files, any number)
///   -- stdout --
///   -- stderr --
///
/// The command runs in bash, in a new directory that holds the input files, with the built tt-run first on
/// PATH and no TT_ variable set. In what it prints, the directory is written `$D` and this host's name
/// `$HOST`.
struct GoldenCase {
    std::string head;  ///< the comment lines, unchanged
    std::string command;
    int exit_code = 0;
    std::vector<GoldenFile> inputs;
    std::string standard_output;
    std::string standard_error;

    static GoldenCase parse(const std::string& text);
    std::string render() const;
    /// What it really prints and returns, in place of what it should.
    GoldenCase run() const;
};

}  // namespace tt_run::test
