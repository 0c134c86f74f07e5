/* An MPI program whose rank 3 ends in the way its first argument says, while the others wait. */
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is(const char* way, const char* name) { return strcmp(way, name) == 0; }

int main(int argc, char** argv) {
    const char* way = argc > 1 ? argv[1] : "none";
    const int chosen = atoi(getenv("TT_RUN_RANK")) == 3;
    if (chosen && is(way, "before-init")) {
        return 7;
    }
    MPI_Init(&argc, &argv);
    int rank = 0, size = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (is(way, "none")) {
        printf("rank %d of %d\n", rank, size);
        fflush(stdout);
        MPI_Finalize();
        return 0;
    }
    MPI_Barrier(MPI_COMM_WORLD);
    if (is(way, "after-finalize")) {
        MPI_Finalize();
    }
    if (chosen) {
        fprintf(stderr, "rank 3 is about to end\n");
        if (is(way, "exit")) _exit(7);
        if (is(way, "abort")) MPI_Abort(MPI_COMM_WORLD, 7);
        if (is(way, "segv")) { signal(SIGSEGV, SIG_DFL); raise(SIGSEGV); }
        if (is(way, "kill")) raise(SIGKILL);
        return 7;
    }
    sleep(600);
    return 0;
}
