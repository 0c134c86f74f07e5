#include "test/golden/golden_case.hpp"

#include <sstream>

#include <fmt/format.h>

#include "support/host_environment.hpp"
#include "test/support/child.hpp"
#include "test/support/places.hpp"
#include "test/support/temporary_directory.hpp"

namespace tt_run::test {

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); !from.empty() && at != std::string::npos;
         at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

/// Whole words only: a short host name may stand inside others.
std::string host_hidden(std::string text, const std::string& host) {
    const auto is_name = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '/';
    };
    for (std::size_t at = text.find(host); at != std::string::npos; at = text.find(host, at + 1)) {
        const bool begins = at == 0 || !is_name(text[at - 1]) || text[at - 1] == '/';
        const char next = at + host.size() < text.size() ? text[at + host.size()] : ' ';
        if (begins && (!is_name(next) || text.compare(at + host.size(), 5, "_rank") == 0)) {
            text.replace(at, host.size(), "$HOST");
        }
    }
    return text;
}

}  // namespace

GoldenCase GoldenCase::parse(const std::string& text) {
    GoldenCase parsed;
    std::istringstream lines(text);
    std::string line;
    std::string* section = nullptr;
    while (std::getline(lines, line)) {
        if (line.starts_with("-- ") && line.ends_with(" --") && line.size() > 6) {
            const std::string name = line.substr(3, line.size() - 6);
            section = name == "stdout"   ? &parsed.standard_output
                      : name == "stderr" ? &parsed.standard_error
                                         : &parsed.inputs.emplace_back(GoldenFile{name, ""}).content;
        } else if (section != nullptr) {
            *section += line + "\n";
        } else if (line.starts_with("$ ")) {
            parsed.command = line.substr(2);
        } else if (line.starts_with("exit: ")) {
            parsed.exit_code = std::stoi(line.substr(6));
        } else {
            parsed.head += line + "\n";
        }
    }
    return parsed;
}

std::string GoldenCase::render() const {
    std::string text = fmt::format("{}$ {}\nexit: {}\n", head, command, exit_code);
    for (const GoldenFile& file : inputs) {
        text += fmt::format("-- {} --\n{}", file.name, file.content);
    }
    return text + fmt::format("-- stdout --\n{}-- stderr --\n{}", standard_output, standard_error);
}

GoldenCase GoldenCase::run() const {
    const TemporaryDirectory directory;
    for (const GoldenFile& file : inputs) {
        directory.write(file.name, file.content);
    }
    ChildCommand child;
    child.arguments = {"/bin/bash", "-c", command};
    child.directory = directory.path();
    child.environment = test_environment();
    child.environment["HOME"] = directory.path() / "home";
    child.environment["SOURCE"] = test::source_directory();
    const ChildOutcome outcome = run_child(child);

    const std::string host = support::HostEnvironment::current(nullptr).hostname;
    const auto shown = [&](const std::string& text) {
        std::string hidden = replaced(text, directory.path().string(), "$D");
        hidden = replaced(hidden, test::binary_directory(), "$BIN");
        hidden = host_hidden(replaced(hidden, test::source_directory(), "$SOURCE"), host);
        return hidden.empty() || hidden.ends_with('\n') ? hidden : hidden + "\n";
    };
    GoldenCase real = *this;
    real.exit_code = outcome.timed_out ? -1 : outcome.exit_code;
    real.standard_output = shown(outcome.standard_output);
    real.standard_error = shown(outcome.standard_error);
    return real;
}

}  // namespace tt_run::test
