#include "cli/deliver.hpp"

#include <cerrno>

#include "cli/exit_code.hpp"
#include "support/file.hpp"

namespace tt_run::cli {

int deliver(const CommandContext& context, const std::string& file, std::string_view text) {
    if (file.empty() || file == "-") {
        context.console.print(text);
        return kYes;
    }
    const support::Result<void> written = support::write_file(context.host.working_directory / file, text);
    if (!written) {
        context.console.print_error("tt-run: error: " + written.error().message() + "\n");
        return kUsage;
    }
    return kYes;
}

int report_lost_output(const Console& console) {
    if (console.lost_output() == EPIPE) {
        return kNobodyReads;
    }
    console.print_error("tt-run: error: " +
                        support::Error::from_errno(console.lost_output())
                            .while_doing("writing to standard output")
                            .message() +
                        "\n");
    return kUsage;
}

}  // namespace tt_run::cli
