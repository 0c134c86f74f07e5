/* Prints N lines of 62 bytes: by a buffer of 64 KiB, or each by a write of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char** argv) {
    static char line[63] = "a line of a program's log, as long as such lines often are --\n";
    if (argc < 3) {
        return 2;
    }
    const long lines = atol(argv[2]);
    static char buffer[65536];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    for (long k = 0; k < lines; ++k) {
        if (strcmp(argv[1], "each") == 0) {
            if (write(1, line, 62) != 62) return 1;
        } else {
            fwrite(line, 1, 62, stdout);
        }
    }
    return 0;
}
