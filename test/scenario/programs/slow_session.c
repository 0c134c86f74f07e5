/* Preloaded into Hydra: every process but the first that its proxy starts is slow to leave the proxy's process group, as
   on a busy machine. SLOW_SESSION_FIRST names a file that tells who is first. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

pid_t setsid(void)
{
    const char* first = getenv("SLOW_SESSION_FIRST");
    if (strstr(program_invocation_name, "pmi_proxy") != NULL && first != NULL &&
        open(first, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600) < 0) {
        sleep(60);
    }
    return (pid_t)syscall(SYS_setsid);
}
