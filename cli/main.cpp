#include <new>

#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"

int main(int count, char** words) {
    using namespace tt_run;
    const support::HostEnvironment host = support::HostEnvironment::current(environ);
    const cli::Arguments arguments({words, words + count});
    const cli::Console console(host);
    try {
        return cli::run({arguments, host, console});
    } catch (const std::bad_alloc&) {
        console.print_error("tt-run: error: out of memory\n");
        return cli::kNotStarted;
    }
}
