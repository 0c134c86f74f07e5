#include "test/docs/document.hpp"

#include <algorithm>
#include <regex>
#include <sstream>

namespace tt_run::test {

namespace {

/// `<!-- KEY: VALUE -->`, or nothing.
std::optional<std::string> marker(const std::string& line, const std::string& key) {
    const std::string begin = "<!-- " + key + ": ";
    const std::size_t end = line.rfind(" -->");
    return line.starts_with(begin) && end != std::string::npos
               ? std::optional(line.substr(begin.size(), end - begin.size()))
               : std::nullopt;
}

bool looks_like_a_command(const std::string& line) {
    static const std::regex command("^(\\s{4,})?\\$?\\s*(tt-run|scripts/[a-z]+|mpiexec[.a-z]*|cmake) .*");
    return std::regex_match(line, command);
}

DocumentStep command_step(const std::string& text, std::size_t line) {
    DocumentStep step;
    step.text = text;
    step.line = line;
    static const std::regex exit_code("# exit code (\\d+)\\s*$");
    std::smatch found;
    if (std::regex_search(text, found, exit_code)) {
        step.exit_code = std::stoi(found[1]);
    }
    return step;
}

/// A block of ```console: commands behind `$ `, each with the lines that it prints.
void read_console(const std::vector<std::string>& lines, std::size_t first, std::size_t end, Document& into) {
    for (std::size_t at = first; at < end;) {
        if (!lines[at].starts_with("$ ")) {
            into.unmarked.push_back(at + 1);
            ++at;
            continue;
        }
        const std::size_t line = at + 1;
        std::string text = lines[at++].substr(2);
        while (text.ends_with("\\") && at < end) {
            text += "\n" + lines[at++];
        }
        DocumentStep step = command_step(text, line);
        step.output.emplace();
        step.output_line = at + 1;
        while (at < end && !lines[at].starts_with("$ ")) {
            step.output->push_back(lines[at++]);
        }
        into.steps.push_back(std::move(step));
    }
}

std::string joined(const std::vector<std::string>& lines, std::size_t first, std::size_t end) {
    std::string text;
    for (std::size_t at = first; at < end; ++at) {
        text += lines[at] + "\n";
    }
    return text;
}

}  // namespace

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

Document Document::parse(const std::string& text) {
    Document page;
    const std::vector<std::string> lines = lines_of(text);
    std::optional<std::string> file;
    std::optional<std::string> not_run;
    for (std::size_t at = 0; at < lines.size(); ++at) {
        const std::string& line = lines[at];
        if (const auto command = marker(line, "run")) {
            page.steps.push_back(command_step(*command, at + 1));
        } else if (const auto name = marker(line, "file")) {
            file = name;
        } else if (const auto reason = marker(line, "not run")) {
            not_run = reason;
        } else if (marker(line, "draw")) {
            not_run = "drawn by scripts/draw-docs, which its own test compares";
        } else if (line.starts_with("```")) {
            const std::string language = line.substr(3);
            const std::size_t first = at + 1;
            std::size_t end = first;
            while (end < lines.size() && !lines[end].starts_with("```")) {
                ++end;
            }
            if (not_run) {
                page.not_run.push_back(*not_run);
            } else if (file) {
                DocumentStep step;
                step.kind = DocumentStep::Kind::file;
                step.line = first;
                step.file = *file;
                step.text = joined(lines, first, end);
                page.steps.push_back(std::move(step));
            } else if (language == "sh") {
                page.steps.push_back(command_step(joined(lines, first, end), first + 1));
            } else if (language == "console") {
                read_console(lines, first, end, page);
            } else {
                for (std::size_t inside = first; inside < end; ++inside) {
                    if (looks_like_a_command(lines[inside])) {
                        page.unmarked.push_back(inside + 1);
                    }
                }
            }
            file.reset();
            not_run.reset();
            at = end;
        } else if (line.starts_with("    ") && looks_like_a_command(line)) {
            page.unmarked.push_back(at + 1);
        }
    }
    return page;
}

bool output_matches(const std::vector<std::string>& shown, const std::vector<std::string>& printed) {
    if (std::is_permutation(shown.begin(), shown.end(), printed.begin(), printed.end())) {
        return true;
    }
    // The usual two-pointer match, with `...` as a star over lines.
    std::size_t at = 0;
    std::size_t star = std::string::npos;
    std::size_t behind_star = 0;
    std::size_t line = 0;
    while (line < printed.size()) {
        if (at < shown.size() && shown[at] == "...") {
            star = at++;
            behind_star = line;
        } else if (at < shown.size() && shown[at] == printed[line]) {
            ++at;
            ++line;
        } else if (star != std::string::npos) {
            at = star + 1;
            line = ++behind_star;
        } else {
            return false;
        }
    }
    while (at < shown.size() && shown[at] == "...") {
        ++at;
    }
    return at == shown.size();
}

}  // namespace tt_run::test
