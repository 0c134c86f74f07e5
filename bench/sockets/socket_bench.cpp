// Two ranks, a mesh each: how fast tensors go through sockets, beside a plain memcpy of the same bytes
// between two mappings of the same kind in the same process. `bench/sockets/run` adds both MPIs' ping-pong.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tt_run/device/fabric.hpp"
#include "tt_run/device/tensor.hpp"
#include "tt_run/distributed/distributed_context.hpp"
#include "tt_run/sockets/mesh_socket.hpp"

using namespace tt_run;
using namespace tt_run::device;
using namespace tt_run::sockets;
using distributed::DistributedContext;
using distributed::Rank;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::uint32_t kPage = 4096;
/// Not counted: until both ends have touched every page through their own mappings, a copy is mostly page
/// faults.
constexpr int kWarmUps = 8;

double seconds_of(const auto& work) {
    const Clock::time_point begin = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Spread {
    double median = 0;
    double least = 0;
    double most = 0;
};

Spread spread(std::vector<double> values) {
    std::ranges::sort(values);
    return {values[values.size() / 2], values.front(), values.back()};
}

std::byte* map_file(std::size_t bytes) {
    const int file = ::memfd_create("bench", MFD_CLOEXEC);
    if (file < 0 || ::ftruncate(file, static_cast<off_t>(bytes)) != 0) {
        throw std::runtime_error("no memory file");
    }
    void* const base = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (base == MAP_FAILED) {
        throw std::runtime_error("no mapping");
    }
    std::memset(base, 1, bytes);
    return static_cast<std::byte*>(base);
}

Spread memcpy_seconds(std::size_t bytes, int rounds) {
    std::byte* const from = map_file(bytes);
    std::byte* const to = map_file(bytes);
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
        times.push_back(seconds_of([&] { std::memcpy(to, from, bytes); }));
    }
    ::munmap(from, bytes);
    ::munmap(to, bytes);
    return spread(times);
}

SocketConfig between(int sender, std::uint32_t devices, BufferType type, std::uint32_t fifo) {
    SocketConfig config;
    for (std::uint32_t k = 0; k < devices; ++k) {
        const MeshCoordinate coordinate(k / 4, k % 4);
        config.socket_connection_config.push_back({{coordinate, {0, 0}}, {coordinate, {0, 1}}});
    }
    config.socket_mem_config = {type, fifo};
    config.sender_rank = Rank{sender};
    config.receiver_rank = Rank{1 - sender};
    return config;
}

struct Memory {
    const char* name;
    BufferType type;
    std::uint32_t bytes;
};
constexpr Memory kMemories[] = {{"L1 4 KiB", BufferType::l1, 4096},
                                {"L1 64 KiB", BufferType::l1, 65536},
                                {"DRAM 1 MiB", BufferType::dram, 1U << 20U}};

class Bench {
  public:
    explicit Bench(int rounds) : rounds_(rounds) {
        set_fabric_config(FabricConfig::mesh);
        device_ = MeshDevice::create();
        world_ = DistributedContext::get_current_world();
    }

    bool is_sender() const { return *world_->rank() == 0; }

    /// Seconds from the call of the end that comes last to the end of the transfer, as that end sees it.
    Spread transfer_seconds(const MeshSocket& socket, const Tensor& tensor, bool receive_first) {
        std::vector<double> times;
        for (int round = 0; round < rounds_ + kWarmUps; ++round) {
            const bool comes_first = is_sender() != receive_first;
            world_->barrier();
            if (comes_first) {
                is_sender() ? send_async(tensor, socket) : recv_async(tensor, socket);
            }
            world_->barrier();
            ::usleep(300);
            if (!comes_first) {
                times.push_back(
                    seconds_of([&] { is_sender() ? send(tensor, socket) : recv(tensor, socket); }));
            }
            device_->synchronize();
        }
        if (times.empty()) {
            return {};
        }
        times.erase(times.begin(), times.begin() + kWarmUps);
        return spread(times);
    }

    void bandwidth() {
        if (is_sender()) {
            std::printf(
                "FIFO | connections | bytes each | memcpy GB/s | received first GB/s (least-most) | x memcpy "
                "| "
                "sent first GB/s | x memcpy\n--- | ---: | ---: | ---: | ---: | ---: | ---: | ---:\n");
        }
        for (const Memory& memory : kMemories) {
            for (const std::uint32_t devices : {1U, 4U, 16U}) {
                const MeshSocket socket(device_, between(0, devices, memory.type, memory.bytes));
                for (const std::size_t bytes :
                     {std::size_t{4} << 10U, std::size_t{64} << 10U, std::size_t{1} << 20U,
                      std::size_t{16} << 20U, std::size_t{64} << 20U}) {
                    if (bytes * devices <= (std::size_t{256} << 20U)) {
                        line(socket, memory, devices, bytes);
                    }
                }
            }
        }
    }

    /// A tensor there and back, both ends on their callers' threads.
    void there_and_back() {
        const MeshSocket there(device_, between(0, 1, BufferType::l1, 4096));
        const MeshSocket back(device_, between(1, 1, BufferType::l1, 4096));
        one_way(there, back, 1, 20000, 0);
        one_way(there, back, 1, 200, 2000);
        for (const std::size_t bytes : {std::size_t{64} << 10U, std::size_t{1} << 20U}) {
            one_way(there, back, bytes / kPage, 500, 0);
        }
        for (const std::size_t bytes : {std::size_t{16} << 20U, std::size_t{64} << 20U}) {
            one_way(there, back, bytes / kPage, rounds_, 0);
        }
    }

    /// Processor time of a rank that waits for a second.
    void idle() {
        const MeshSocket socket(device_, between(0, 1, BufferType::l1, 4096));
        const Tensor tensor = page_tensor(1);
        world_->barrier();
        if (is_sender()) {
            ::sleep(2);
            send(tensor, socket);
            return;
        }
        rusage before{};
        ::getrusage(RUSAGE_SELF, &before);
        recv(tensor, socket);
        rusage after{};
        ::getrusage(RUSAGE_SELF, &after);
        const auto us = [](const timeval& time) {
            return 1e6 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec);
        };
        const double spent =
            us(after.ru_utime) - us(before.ru_utime) + us(after.ru_stime) - us(before.ru_stime);
        std::printf("a rank blocked for 2 s used %.2f %% of a processor\n", spent / 2e6 * 100);
    }

  private:
    void one_way(const MeshSocket& there, const MeshSocket& back, std::size_t pages, int rounds,
                 int pause_us) {
        const Tensor tensor = page_tensor(pages);
        std::vector<double> times;
        for (int round = 0; round < rounds + kWarmUps; ++round) {
            if (is_sender() && pause_us != 0) {
                ::usleep(static_cast<useconds_t>(pause_us));
            }
            times.push_back(1e6 / 2 * seconds_of([&] {
                                if (is_sender()) {
                                    send(tensor, there);
                                    recv(tensor, back);
                                } else {
                                    recv(tensor, there);
                                    send(tensor, back);
                                }
                            }));
        }
        times.erase(times.begin(), times.begin() + kWarmUps);
        if (is_sender()) {
            const Spread us = spread(times);
            const double bytes = static_cast<double>(pages) * kPage;
            std::printf("one way, %zu bytes, %s: %.2f us (%.2f to %.1f), %.2f GB/s\n", pages * kPage,
                        pause_us == 0 ? "both ends spinning" : "after 2 ms of sleep", us.median, us.least,
                        us.most, bytes / us.median * 1e-3);
            std::fflush(stdout);
        }
    }

    Tensor page_tensor(std::size_t pages) const {
        return allocate_tensor_on_device(
            {Shape({static_cast<std::uint32_t>(pages), kPage}), DataType::uint8, Layout::row_major}, device_);
    }

    void line(const MeshSocket& socket, const Memory& memory, std::uint32_t devices, std::size_t bytes) {
        const Tensor tensor = page_tensor(bytes / kPage);
        const Spread posted = transfer_seconds(socket, tensor, true);
        const Spread late = transfer_seconds(socket, tensor, false);
        double late_median = late.median;  // timed by the receiver
        if (is_sender()) {
            world_->recv(std::as_writable_bytes(std::span(&late_median, 1)), Rank{1}, distributed::Tag{1});
            const double total = static_cast<double>(bytes) * devices;
            const Spread plain = memcpy_seconds(bytes * devices, rounds_);
            std::printf("%s | %u | %zu KiB | %.2f | %.2f (%.2f-%.2f) | %.2f | %.2f | %.2f\n", memory.name,
                        devices, bytes >> 10U, total / plain.median * 1e-9, total / posted.median * 1e-9,
                        total / posted.most * 1e-9, total / posted.least * 1e-9, plain.median / posted.median,
                        total / late_median * 1e-9, plain.median / late_median);
            std::fflush(stdout);
        } else {
            world_->send(std::as_bytes(std::span(&late_median, 1)), Rank{0}, distributed::Tag{1});
        }
    }

    int rounds_;
    std::shared_ptr<MeshDevice> device_;
    distributed::ContextPtr world_;
};

}  // namespace

int main(int count, char** words) try {
    Bench bench(count > 1 ? std::atoi(words[1]) : 15);
    bench.there_and_back();
    bench.idle();
    bench.bandwidth();
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
