/* Two ranks of plain MPI: one-way latency and bandwidth of messages there and back. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void* a, const void* b) {
    const double x = *(const double*)a;
    const double y = *(const double*)b;
    return (x > y) - (x < y);
}

int main(int argc, char** argv) {
    MPI_Init(&argc, &argv);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    const size_t sizes[] = {8, 4096, 64 << 10, 1 << 20, 16 << 20, 64 << 20};
    char* buffer = malloc(64 << 20);
    memset(buffer, 1, 64 << 20);
    double* times = malloc(20000 * sizeof(double));
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; ++k) {
        const int bytes = (int)sizes[k];
        const int rounds = bytes <= 4096 ? 20000 : bytes <= 1 << 20 ? 500 : 15;
        for (int round = 0; round < rounds; ++round) {
            const double begin = MPI_Wtime();
            if (rank == 0) {
                MPI_Send(buffer, bytes, MPI_BYTE, 1, 0, MPI_COMM_WORLD);
                MPI_Recv(buffer, bytes, MPI_BYTE, 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            } else {
                MPI_Recv(buffer, bytes, MPI_BYTE, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
                MPI_Send(buffer, bytes, MPI_BYTE, 0, 0, MPI_COMM_WORLD);
            }
            times[round] = (MPI_Wtime() - begin) / 2;
        }
        qsort(times, (size_t)rounds, sizeof *times, compare);
        if (rank == 0) {
            printf("%9d bytes: %9.2f us one way (%.2f to %.1f), %.2f GB/s\n", bytes, times[rounds / 2] * 1e6,
                   times[0] * 1e6, times[rounds - 1] * 1e6, bytes / times[rounds / 2] * 1e-9);
        }
    }
    MPI_Finalize();
    return 0;
}
