#include "support/text.hpp"
#include "support/yaml_document.hpp"
#include "test/fuzz/target.hpp"

namespace tt_run::fuzz {

namespace {

void read_yaml(std::string_view bytes) {
    load_checked([&](auto& sink) { return support::parse_yaml(as_source(bytes), sink); });
}

void read_shell_words(std::string_view bytes) {
    const auto source = as_source(bytes);
    const auto words = support::split_shell_words({source, 0, bytes.size()});
    if (!words) {
        return;
    }
    for (const support::ShellWord& word : *words) {
        const auto quoted = as_source(support::shell_quoted(word.value));
        const auto again = support::split_shell_words({quoted, 0, quoted->text().size()});
        demand(again && again->size() == 1 && again->front().value == word.value,
               "a quoted word is that word again");
    }
}

std::vector<std::string> shell_texts() {
    return {"a 'b c' \"d \\\" e\" f\\ g", "'unclosed", "\"$x\\$\" \\", "''"};
}

}  // namespace

std::vector<Target> support_targets() {
    return {
        {.name = "shell-words", .run = read_shell_words, .made = shell_texts},
        {.name = "yaml", .endings = {".yaml"}, .run = read_yaml},
    };
}

}  // namespace tt_run::fuzz
