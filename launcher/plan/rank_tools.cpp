#include "launcher/plan/rank_tools.hpp"

#include <charconv>

#include <fmt/format.h>

#include "job/variable_names.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/file.hpp"
#include "support/text.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::Diagnostic;

namespace {

constexpr int kLastPort = 65535;

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (const std::string_view word : support::split(text, ' ')) {
        if (!word.empty()) {
            words.emplace_back(word);
        }
    }
    return words;
}

/// Takes the options that have a value, as `-t 9000` or `--port=9000`, out of the words.
class TracyReader {
  public:
    TracyReader(const support::Spanned<std::string>& written, support::DiagnosticSink& sink)
        : written_(written), sink_(sink), words_(words_of(written.value)) {}

    TracyOptions read(const fs::path& launch_directory, const fs::path& default_root) {
        options_.root = default_root;
        for (; at_ < words_.size(); ++at_) {
            if (const auto port = value_of("-t", "--port")) {
                read_port(*port);
            } else if (const auto folder = value_of("-o", "--output-folder")) {
                options_.root = (launch_directory / *folder).lexically_normal();
            } else {
                options_.words.push_back(words_[at_]);
            }
        }
        return options_;
    }

  private:
    std::optional<std::string> value_of(const std::string& brief, const std::string& full) {
        const std::string& word = words_[at_];
        for (const std::string& name : {brief, full}) {
            if (word.starts_with(name + "=")) {
                return word.substr(name.size() + 1);
            }
            if (word == name && at_ + 1 < words_.size()) {
                return words_[++at_];
            }
            if (word == name) {
                report(fmt::format("`{}` of tracy has no value", name));
                return "";
            }
        }
        return std::nullopt;
    }

    void read_port(const std::string& text) {
        const auto [rest, problem] =
            std::from_chars(text.data(), text.data() + text.size(), options_.first_port);
        if (problem != std::errc() || rest != text.data() + text.size() || options_.first_port <= 0 ||
            options_.first_port > kLastPort) {
            report(fmt::format("`{}` is no TCP port for tracy", text));
        }
    }

    void report(const std::string& message) {
        sink_.report(Diagnostic(kBadTool, written_.span, message)
                         .help("as in `--tracy \"-t 9000 -o profiles -r\"`: rank k uses port 9000 + k"));
    }

    const support::Spanned<std::string>& written_;
    support::DiagnosticSink& sink_;
    std::vector<std::string> words_;
    TracyOptions options_;
    std::size_t at_ = 0;
};

bool is_python(const std::string& word) {
    return fs::path(word).filename().string().starts_with("python");
}

/// `pytest` and its like: a file on PATH whose first line names Python as its interpreter.
bool is_console_script(const std::string& word, const support::HostEnvironment& host) {
    const auto file = host.find_program(word);
    if (!file || word.ends_with(".py")) {
        return false;
    }
    const auto text = support::read_file(*file);
    if (!text || !text->starts_with("#!")) {
        return false;
    }
    return text->substr(0, text->find('\n')).find("python") != std::string::npos;
}

std::vector<std::string> under_tracy(const TracyOptions& tracy, job::Rank rank,
                                     const std::vector<std::string>& program,
                                     const support::HostEnvironment& host) {
    const bool has_interpreter = program.size() > 1 && is_python(program.front());
    std::vector<std::string> words{has_interpreter ? program.front() : "python3",
                                   "-m",
                                   "tracy",
                                   "--port",
                                   std::to_string(tracy.first_port + rank.value),
                                   "-o",
                                   tracy_directory(tracy, rank).string()};
    words.insert(words.end(), tracy.words.begin(), tracy.words.end());
    auto rest = program.begin();
    if (has_interpreter) {
        ++rest;
    } else if (is_console_script(program.front(), host)) {
        words.insert(words.end(), {"-m", fs::path(program.front()).filename().string()});
        ++rest;
    }
    words.insert(words.end(), rest, program.end());
    return words;
}

}  // namespace

std::optional<TracyOptions> parse_tracy(const support::Spanned<std::string>& words,
                                        const support::HostEnvironment& host, support::DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    const fs::path home = host.non_empty_variable(job::kMetalHomeVariable).value_or("");
    const fs::path default_root = host.working_directory / home / "generated/profiler/ttrun";
    TracyOptions options =
        TracyReader(words, sink).read(host.working_directory, default_root.lexically_normal());
    return watch.saw_error() ? std::nullopt : std::optional(std::move(options));
}

std::vector<std::string> program_under_tools(const RankTools& tools, job::Rank rank,
                                             const std::vector<std::string>& program,
                                             const support::HostEnvironment& host) {
    std::vector<std::string> words = tools.tracy ? under_tracy(*tools.tracy, rank, program, host) : program;
    if (tools.gdbserver) {
        words.insert(words.begin(), {"gdbserver", fmt::format(":{}", kFirstDebuggerPort + rank.value)});
    }
    return words;
}

fs::path tracy_directory(const TracyOptions& tracy, job::Rank rank) {
    return tracy.root / fmt::format("rank{}", rank.value);
}

}  // namespace tt_run::launcher
