#include <cerrno>
#include <new>

#include <fcntl.h>
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/deliver.hpp"
#include "cli/exit_code.hpp"

namespace {

/// A standard stream that is closed would be given to the first file or socket that is opened, and what is
/// printed would go there.
void hold_standard_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF) {
            static_cast<void>(::open("/dev/null", O_RDWR));
        }
    }
}

}  // namespace

int main(int count, char** words) {
    using namespace tt_run;
    hold_standard_streams();
    const support::HostEnvironment host = support::HostEnvironment::current(environ);
    const cli::Arguments arguments({words, words + count});
    const cli::Console console(host);
    try {
        const int code = cli::run({arguments, host, console});
        return code == 0 && console.lost_output() != 0 ? cli::report_lost_output(console) : code;
    } catch (const std::bad_alloc&) {
        console.print_error("tt-run: error: out of memory\n");
        return cli::kNotStarted;
    }
}
