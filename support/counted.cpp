#include "support/counted.hpp"

namespace tt_run::support {

std::string noun_for(std::uint64_t count, std::string_view noun) {
    std::string form(noun);
    if (count != 1) {
        const bool hisses =
            noun.ends_with("sh") || noun.ends_with("ch") || noun.ends_with("s") || noun.ends_with("x");
        form += hisses ? "es" : "s";
    }
    return form;
}

std::string counted(std::uint64_t count, std::string_view noun) {
    return std::to_string(count) + " " + noun_for(count, noun);
}

}  // namespace tt_run::support
