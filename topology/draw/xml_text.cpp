#include "topology/draw/xml_text.hpp"

namespace tt_run::topology::draw {

namespace {

std::string escaped(std::string_view text, bool keeps_lines) {
    std::string out;
    for (const char byte : text) {
        switch (byte) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                // Control characters have no place in XML.
                out +=
                    static_cast<unsigned char>(byte) < 0x20U && !(keeps_lines && byte == '\n') ? ' ' : byte;
        }
    }
    return out;
}

}  // namespace

std::string xml_text(std::string_view text) {
    return escaped(text, false);
}

std::string xml_lines(std::string_view text) {
    return escaped(text, true);
}

}  // namespace tt_run::topology::draw
