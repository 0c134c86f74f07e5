#include "topology/physical/description_reader.hpp"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "support/text.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::YamlNode;

namespace {

std::string seen(const YamlNode& node) {
    return node.is_scalar() ? fmt::format("`{}`", node.text) : std::string(support::name_of(node.kind));
}

void report_value(const YamlNode& node, std::string_view what, std::string_view expected,
                  DiagnosticSink& sink) {
    sink.report(Diagnostic(kClusterBadValue, node.span,
                           fmt::format("{} is no {}; expected {}", seen(node), what, expected)));
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    if (hex) {
        text.remove_prefix(2);
    }
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
    if (text.empty() || failure != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::optional<std::uint64_t> read_number(const YamlNode& node, std::string_view what, DiagnosticSink& sink,
                                         std::uint64_t most) {
    const std::optional<std::uint64_t> value = node.is_scalar() ? parse_number(node.text) : std::nullopt;
    if (!value || *value > most) {
        report_value(node, what, fmt::format("a number from 0 to {}", most), sink);
        return std::nullopt;
    }
    return value;
}

std::optional<std::uint32_t> read_small_number(const YamlNode& node, std::string_view what,
                                               DiagnosticSink& sink, std::uint32_t most) {
    const auto number = read_number(node, what, sink, most);
    return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

std::optional<std::int32_t> read_signed(const YamlNode& node, std::string_view what, DiagnosticSink& sink) {
    const std::optional<std::int64_t> value =
        node.is_scalar() ? support::parse_integer(node.text) : std::nullopt;
    if (!value || *value < std::numeric_limits<std::int32_t>::min() ||
        *value > std::numeric_limits<std::int32_t>::max()) {
        report_value(node, what, "an integer", sink);
        return std::nullopt;
    }
    return static_cast<std::int32_t>(*value);
}

std::optional<std::string> read_word(const YamlNode& node, std::string_view what, DiagnosticSink& sink) {
    if (!node.is_scalar()) {
        report_value(node, what, "text", sink);
        return std::nullopt;
    }
    return node.text;
}

std::optional<bool> read_truth(const YamlNode& node, std::string_view what, DiagnosticSink& sink) {
    if (node.is_scalar() && (node.text == "true" || node.text == "True" || node.text == "1")) {
        return true;
    }
    if (node.is_scalar() && (node.text == "false" || node.text == "False" || node.text == "0")) {
        return false;
    }
    report_value(node, what, "`true` or `false`", sink);
    return std::nullopt;
}

const YamlNode* require(const YamlNode& map, std::string_view key, DiagnosticSink& sink) {
    const YamlNode* value = map.find(key);
    if (value == nullptr) {
        sink.report(Diagnostic(kClusterMissingField, map.span, fmt::format("key `{}` is missing here", key)));
    }
    return value;
}

bool expect_kind(const YamlNode& node, YamlNode::Kind kind, std::string_view what, DiagnosticSink& sink) {
    if (node.kind != kind) {
        report_value(node, what, std::string(support::name_of(kind)), sink);
        return false;
    }
    return true;
}

}  // namespace tt_run::topology
