/* A plain MPI program, for both MPIs: random bytes go once round all ranks, and come back as they were.
   ring SECONDS: the ranks sleep so long before they end. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { kBytes = 1 << 20 };

int main(int argc, char** argv) {
    MPI_Init(&argc, &argv);
    int rank = 0, size = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    unsigned char* sent = malloc(kBytes);
    unsigned char* got = malloc(kBytes);
    srand(1);
    for (int k = 0; k < kBytes; ++k) {
        sent[k] = (unsigned char)rand();
    }
    if (rank == 0) {
        MPI_Send(sent, kBytes, MPI_BYTE, (rank + 1) % size, 0, MPI_COMM_WORLD);
    }
    MPI_Recv(got, kBytes, MPI_BYTE, (rank + size - 1) % size, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (rank != 0) {
        MPI_Send(got, kBytes, MPI_BYTE, (rank + 1) % size, 0, MPI_COMM_WORLD);
    }
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    const int right = memcmp(sent, got, kBytes) == 0;
    printf("rank %d of %d on %s: %s\n", rank, size, host, right ? "right" : "wrong");
    fflush(stdout);
    sleep(argc > 1 ? (unsigned)atoi(argv[1]) : 0);
#ifdef MPICH_VERSION
    /* MPICH 4.0 over TCP may wait for ever in MPI_Finalize (docs/many-hosts.md). */
    MPI_Barrier(MPI_COMM_WORLD);
    _exit(right ? 0 : 1);
#endif
    MPI_Finalize();
    return right ? 0 : 1;
}
