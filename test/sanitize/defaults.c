/* What the sanitizers are told, linked into every program that is built with one: ranks have no variable of ours for it. MPI, which is
   built without them, is left out: what it keeps to the end of the process, the locks that cannot be seen in there. */

/* What the linker is asked for, so that the rest of this file comes along: the runtimes have defaults of their own by the same names. */
const int tt_run_sanitizer_defaults = 1;

const char* __asan_default_options(void) { return "detect_stack_use_after_return=1"; }

const char* __lsan_default_options(void) { return "print_suppressions=0"; }

const char* __lsan_default_suppressions(void)
{
    return "leak:libmpich.so\n"
           "leak:libfabric.so\n"
           "leak:libucp.so\n"
           "leak:libucs.so\n"
           "leak:libhwloc.so\n";
}

/* What a module keeps that was closed again could not be told from what we keep: MPI's stay open. */
int dlclose(void* module)
{
    (void)module;
    return 0;
}

const char* __ubsan_default_options(void) { return "print_stacktrace=1"; }

const char* __tsan_default_options(void) { return "ignore_noninstrumented_modules=1:second_deadlock_stack=1"; }

const char* __tsan_default_suppressions(void)
{
    return "called_from_lib:libmpich.so\n"
           "race:libmpich.so\n"
           "mutex:libmpich.so\n"
           "deadlock:libmpich.so\n"
           "thread:libmpich.so\n";
}
