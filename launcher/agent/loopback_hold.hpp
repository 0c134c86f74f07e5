#pragma once

#include <sys/types.h>

namespace tt_run::launcher {

/// Keeps a program's TCP port to the host that it runs on. MPICH's mpiexec listens on every interface for its
/// proxies, asks them for nothing, and gives up the job at the first nonsense, so that any stranger could end
/// it. The program is traced until it first listens, and held there while its socket is bound to the loopback
/// interface; then it goes on untraced, before anybody could have connected. Where the kernel forbids to
/// trace a child or to share its descriptors (Linux before 5.7, some containers), the port stays open.
/// Passive: the parent calls `stopped` when waitpid says so. Not thread-safe.
///   traced from its exec on -> held at listen() -> free
class LoopbackHold {
  public:
    /// In the child, before it becomes the program.
    static void prepare_child();

    explicit LoopbackHold(pid_t program) : program_(program) {}

    /// The program has stopped with this wait status; lets it go on.
    void stopped(int status);

  private:
    /// Held at the call that was waited for, and the socket is bound; or it cannot be.
    bool is_done() const;

    pid_t program_;
    bool has_options_ = false;
};

}  // namespace tt_run::launcher
