#include "test/walk/descriptor_damage.hpp"

#include <algorithm>
#include <regex>
#include <set>
#include <stdexcept>
#include <vector>

#include "support/yaml_document.hpp"

namespace tt_run::test {

using support::YamlEntry;
using support::YamlNode;

namespace {

/// A cluster descriptor in block style, one value a line, as the vendor's tools write it.
class Descriptor {
  public:
    explicit Descriptor(const std::string& text) : text_(text) {
        support::DiagnosticSink sink;
        const auto root = support::parse_yaml(support::make_source_text("descriptor", text), sink);
        if (!root) {
            throw std::runtime_error("the descriptor to be damaged is no YAML");
        }
        root_ = *root;
    }

    void unplug(const std::string& a, const std::string& b, std::size_t leaving) {
        for (const YamlNode& link : items("ethernet_connections")) {
            const std::string first = link.items.at(0).find("chip")->text;
            const std::string second = link.items.at(1).find("chip")->text;
            if ((first == a && second == b) || (first == b && second == a)) {
                leaving == 0 ? cut_item(link) : static_cast<void>(--leaving);
            }
        }
    }

    void unplug_from_others(const std::string& chip) {
        for (const YamlNode& link : items("ethernet_connections_to_remote_devices")) {
            if (link.items.at(0).find("chip")->text == chip) {
                cut_item(link);
            }
        }
    }

    void remove_chips(const std::set<std::string>& chips) {
        for (const YamlEntry& section : root_.entries) {
            for (const YamlEntry& entry : section.value.entries) {
                if (chips.contains(entry.key.value)) {
                    cut_from(entry.key.span.begin);
                }
            }
        }
        for (const YamlNode& link : items("ethernet_connections")) {
            if (chips.contains(link.items.at(0).find("chip")->text) ||
                chips.contains(link.items.at(1).find("chip")->text)) {
                cut_item(link);
            }
        }
        for (const YamlNode& link : items("ethernet_connections_to_remote_devices")) {
            if (chips.contains(link.items.at(0).find("chip")->text)) {
                cut_item(link);
            }
        }
        for (const YamlNode& item : items("chips_with_mmio")) {
            if (chips.contains(item.is_mapping() ? item.entries.at(0).key.value : item.text)) {
                cut_from(item.span.begin);
            }
        }
        for (const YamlNode& board : items("boards")) {
            const std::vector<YamlNode>& on_board = chips_of(board);
            const auto is_removed = [&](const YamlNode& chip) { return chips.contains(chip.text); };
            if (std::all_of(on_board.begin(), on_board.end(), is_removed)) {
                cut_item(board);
                continue;
            }
            for (const YamlNode& chip : on_board) {
                if (is_removed(chip)) {
                    cut_from(chip.span.begin);
                }
            }
        }
    }

    std::set<std::string> board_of(const std::string& wanted) const {
        std::set<std::string> chips;
        for (const YamlNode& board : items("boards")) {
            std::set<std::string> on_board;
            for (const YamlNode& chip : chips_of(board)) {
                on_board.insert(chip.text);
            }
            if (on_board.contains(wanted)) {
                chips = on_board;
            }
        }
        return chips;
    }

    std::string text() const {
        std::string kept;
        std::size_t at = 0;
        for (const auto& [begin, end] : cuts_) {
            kept += text_.substr(at, begin - at);
            at = end;
        }
        return kept + text_.substr(at);
    }

  private:
    const std::vector<YamlNode>& items(const char* section) const {
        static const std::vector<YamlNode> none;
        const YamlNode* found = root_.find(section);
        return found == nullptr ? none : found->items;
    }

    static const std::vector<YamlNode>& chips_of(const YamlNode& board) {
        return board.items.at(2).find("chips")->items;
    }

    /// An item that is a list or map itself begins on the line below its own dash.
    void cut_item(const YamlNode& item) {
        const std::size_t dash = text_.rfind('-', item.span.begin - 1);
        cut_from(dash == std::string::npos ? item.span.begin : dash);
    }

    /// The line of `at` and all deeper lines below it.
    void cut_from(std::size_t at) {
        const std::size_t begin = text_.rfind('\n', at) + 1;
        const std::size_t indent = text_.find_first_not_of(' ', begin) - begin;
        std::size_t end = begin;
        do {
            end = std::min(text_.find('\n', end), text_.size() - 1) + 1;
        } while (end < text_.size() && text_.find_first_not_of(' ', end) - end > indent);
        cuts_.emplace(begin, end);
    }

    std::string text_;
    YamlNode root_;
    std::set<std::pair<std::size_t, std::size_t>> cuts_;
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

std::string broken(const std::string& text, const std::string& damage) {
    std::smatch found;
    if (std::regex_match(damage, found, std::regex("replace `(.*)` by `(.*)`"))) {
        return replaced(text, found[1], found[2]);
    }
    Descriptor descriptor(text);
    if (std::regex_match(damage, found, std::regex("unplug (\\d+) (\\d+)(?: leaving (\\d+))?"))) {
        descriptor.unplug(found[1], found[2], found[3].matched ? std::stoul(found[3]) : 0);
    } else if (std::regex_match(damage, found, std::regex("unplug (\\d+) from others"))) {
        descriptor.unplug_from_others(found[1]);
    } else if (std::regex_match(damage, found, std::regex("remove chip (\\d+)"))) {
        descriptor.remove_chips({found[1]});
    } else if (std::regex_match(damage, found, std::regex("remove board of (\\d+)"))) {
        descriptor.remove_chips(descriptor.board_of(found[1]));
    } else {
        throw std::runtime_error("no such damage: " + damage);
    }
    return descriptor.text();
}

}  // namespace

std::string damaged(const std::string& text, const std::string& damage) {
    std::string changed = broken(text, damage);
    if (changed == text) {
        throw std::runtime_error("no damage done: " + damage);
    }
    return changed;
}

}  // namespace tt_run::test
