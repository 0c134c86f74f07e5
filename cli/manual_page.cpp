#include "cli/manual_page.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "job/release.hpp"
#include "support/text.hpp"

namespace tt_run::cli {

namespace {

/// Text of which roff takes nothing for an instruction.
std::string escaped(std::string_view text) {
    std::string out;
    bool at_line_begin = true;
    for (const char letter : text) {
        if (at_line_begin && (letter == '.' || letter == '\'')) {
            out += "\\&";
        }
        switch (letter) {
            case '\\':
                out += "\\e";
                break;
            case '-':
                out += "\\-";
                break;
            case '`':
                out += "\\(ga";
                break;
            case '~':
                out += "\\(ti";
                break;
            case '^':
                out += "\\(ha";
                break;
            default:
                out += letter;
        }
        at_line_begin = letter == '\n';
    }
    return out;
}

/// Lines as they stand.
std::string verbatim(std::string_view lines) {
    std::string text = escaped(lines);
    text += text.ends_with('\n') ? "" : "\n";
    return ".nf\n" + text + ".fi\n";
}

std::string section(std::string_view title, const std::string& text) {
    return fmt::format(".SH {}\n{}", title, text);
}

std::string option_entry(const OptionText& option) {
    std::string out = fmt::format(".TP\n.B {}\n{}", escaped(usage_of(option)), escaped(option.text));
    if (!option.choices.empty()) {
        out += escaped("; one of " + support::join(option.choices, ", "));
    }
    if (option.repeatable && option.text.find("repeated") == std::string::npos) {
        out += "; may be repeated";
    }
    return out + ".\n";
}

std::string options_section(const std::vector<OptionText>& options) {
    const std::vector<std::string> groups = groups_of(options);
    std::string out;
    for (const std::string& group : groups) {
        out += groups.size() > 1 ? fmt::format(".SS {}\n", escaped(group)) : "";
        for (const OptionText& option : options) {
            out += option.group == group ? option_entry(option) : "";
        }
    }
    return out;
}

std::string see_also(const CommandPage& page) {
    std::string names;
    visit_commands([&](const CommandPage& other, const CLI::App&) {
        if (other.name != page.name) {
            names += fmt::format("{}.BR {} (1)", names.empty() ? "" : ",\n", escaped(manual_name(other)));
        }
    });
    return names + "\n";
}

}  // namespace

std::string manual_name(const CommandPage& page) {
    std::string name = page.name.empty() ? "tt-run" : fmt::format("tt-run-{}", page.name);
    std::replace(name.begin(), name.end(), ' ', '-');
    return name;
}

std::string render_manual(const CommandPage& page, const CLI::App& app) {
    std::string title = manual_name(page);
    std::transform(title.begin(), title.end(), title.begin(),
                   [](unsigned char letter) { return std::toupper(letter); });
    std::string out = fmt::format(".TH {} 1 \"\" \"tt-run {}\" \"tt-run\"\n", escaped(title), job::release());
    out += section("NAME", fmt::format("{} \\- {}\n", escaped(manual_name(page)), escaped(page.brief)));
    out += section("SYNOPSIS", fmt::format(".B tt\\-run {}\n{}\n", escaped(page.name), escaped(page.words)));
    std::string description = escaped(page.summary) + "\n";
    if (!page.notes.empty()) {
        description += ".PP\n" + verbatim(page.notes);
    }
    out += section("DESCRIPTION", description);
    if (const std::vector<OptionText> options = option_texts(app); !options.empty()) {
        out += section("OPTIONS", options_section(options));
    }
    const std::string_view codes = kExitCodeHelp;
    out += section("EXIT STATUS", verbatim(codes.substr(codes.find('\n') + 1)));
    out += section("EXAMPLES", verbatim(page.examples));
    out += section("SEE ALSO", see_also(page));
    return out;
}

}  // namespace tt_run::cli
