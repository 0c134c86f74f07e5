#include "cli/commands.hpp"

extern char** environ;

int main(int count, char** words) {
    using namespace tt_run;
    const support::HostEnvironment host = support::HostEnvironment::current(environ);
    const cli::Arguments arguments({words, words + count});
    const cli::Console console(host);
    return cli::run({arguments, host, console});
}
