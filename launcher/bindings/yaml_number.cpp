#include "launcher/bindings/yaml_number.hpp"

#include <charconv>
#include <string>
#include <string_view>

#include "support/text.hpp"

namespace tt_run::launcher {

namespace {

struct Digits {
    std::string_view text;
    int base;
};

Digits digits_of(std::string_view text) {
    if (text.starts_with("0x")) {
        return {text.substr(2), 16};
    }
    if (text.starts_with("0b")) {
        return {text.substr(2), 2};
    }
    if (text.starts_with('0') && text.find_first_not_of("01234567") == std::string_view::npos) {
        return {text, 8};
    }
    const std::size_t point = text.find('.');
    const bool is_whole =
        point != std::string_view::npos && text.find_first_not_of('0', point + 1) == std::string_view::npos;
    return {is_whole ? text.substr(0, point) : text, 10};
}

}  // namespace

std::optional<std::int64_t> yaml_integer(const support::YamlNode& scalar) {
    if (!scalar.is_scalar() || scalar.quoted) {
        return scalar.is_scalar() ? support::parse_integer(scalar.text) : std::nullopt;
    }
    std::string text = scalar.text;
    const bool is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+')) {
        text.erase(0, 1);
    }
    if (text.empty() || text.front() < '0' || text.front() > '9') {
        return std::nullopt;
    }
    std::erase(text, '_');
    const Digits digits = digits_of(text);
    std::int64_t value = 0;
    const char* const end = digits.text.data() + digits.text.size();
    const auto read = std::from_chars(digits.text.data(), end, value, digits.base);
    if (read.ec != std::errc() || read.ptr != end || value < 0) {
        return std::nullopt;
    }
    return is_negative ? -value : value;
}

}  // namespace tt_run::launcher
