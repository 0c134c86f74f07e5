/* The smallest agent there can be: starts the program and passes its status on. Static, like ours. */
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv) {
    (void)argc;
    int status = 0;
    const pid_t child = vfork();
    if (child == 0) {
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
