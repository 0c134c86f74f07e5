#include <algorithm>

#include "cli/commands.hpp"
#include "cli/show_fabric.hpp"
#include "cli/show_report.hpp"
#include "cli/show_topology.hpp"

namespace tt_run::cli {

void describe_show(const PageVisitor& visit) {
    describe_show_topology(visit);
    describe_show_fabric(visit);
}

int run_show(const CommandContext& context) {
    const std::vector<std::string>& words = context.arguments.words();
    switch (wanted_picture(context.arguments)) {
        case FabricPicture::fabric:
            return run_show_fabric(context);
        case FabricPicture::routes:
            return run_show_routes(context);
        case FabricPicture::none:
            break;
    }
    const bool names_report = std::any_of(words.begin() + 2, words.end(),
                                          [&](const std::string& word) { return is_report(context, word); });
    return names_report ? run_show_report(context) : run_show_topology(context);
}

}  // namespace tt_run::cli
