#include "sockets/link_region.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sockets/transfer_plan.hpp"
#include "support/check.hpp"

namespace tt_run::sockets {

namespace {

using support::Error;
using support::Result;

/// Each on a cache line of its own, for different processors write them.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct alignas(64) Bells {
    Doorbell sender;
    alignas(64) Doorbell receiver;
    alignas(64) std::atomic<std::uint32_t> receiver_is_in_the_way;
};

std::size_t size_of(std::size_t lanes, std::size_t heads) {
    return sizeof(Bells) + lanes * (sizeof(LaneControl) + heads * sizeof(TransferHead));
}

}  // namespace

std::size_t LinkRegion::heads_for(std::uint32_t fifo_bytes, std::uint32_t payload) {
    // A block is longer than half a packet, or the FIFO is no longer than one.
    const std::size_t least_block = std::max<std::size_t>(1, std::min<std::size_t>(payload, fifo_bytes) / 2);
    return fifo_bytes / least_block + 2;
}

LinkRegion::LinkRegion(job::Descriptor file, std::size_t lanes, std::size_t heads)
    : file_(std::move(file)), lanes_(lanes), heads_(heads), bytes_(size_of(lanes, heads)) {}

Result<std::shared_ptr<LinkRegion>> LinkRegion::map(job::Descriptor file, std::size_t lanes,
                                                    std::size_t heads) {
    std::shared_ptr<LinkRegion> region(new LinkRegion(std::move(file), lanes, heads));
    struct stat facts {};
    if (::fstat(region->descriptor(), &facts) != 0 || facts.st_size != static_cast<off_t>(region->bytes_)) {
        return std::unexpected(Error("the memory of a socket has another size than agreed"));
    }
    void* const base =
        ::mmap(nullptr, region->bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, region->descriptor(), 0);
    if (base == MAP_FAILED) {
        return std::unexpected(Error::from_errno(errno).while_doing("mapping the memory of a socket"));
    }
    region->base_ = static_cast<std::byte*>(base);
    return region;
}

Result<std::shared_ptr<LinkRegion>> LinkRegion::create(std::size_t lanes, std::size_t heads) {
    job::Descriptor file(::memfd_create("tt-run-socket", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file || ::ftruncate(file.get(), static_cast<off_t>(size_of(lanes, heads))) != 0) {
        return std::unexpected(Error::from_errno(errno).while_doing("making the memory of a socket"));
    }
    ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
    return map(std::move(file), lanes, heads);
}

Result<std::shared_ptr<LinkRegion>> LinkRegion::open(job::Descriptor file, std::size_t lanes,
                                                     std::size_t heads) {
    return map(std::move(file), lanes, heads);
}

LinkRegion::~LinkRegion() {
    if (base_ != nullptr) {
        ::munmap(base_, bytes_);
    }
}

// Atomics in zeroed shared memory are what their constructors would make them; nothing is constructed, so
// that neither end can undo what the other has done.

Doorbell& LinkRegion::sender_bell() const {
    return reinterpret_cast<Bells*>(base_)->sender;
}

Doorbell& LinkRegion::receiver_bell() const {
    return reinterpret_cast<Bells*>(base_)->receiver;
}

std::atomic<std::uint32_t>& LinkRegion::receiver_is_in_the_way() const {
    return reinterpret_cast<Bells*>(base_)->receiver_is_in_the_way;
}

void LinkRegion::ring_receiver() {
    if (std::exchange(owes_receiver_, false)) {
        receiver_bell().ring();
    }
}

void LinkRegion::ring_sender() {
    if (std::exchange(owes_sender_, false)) {
        sender_bell().ring();
    }
}

LaneControl& LinkRegion::lane(std::size_t index) const {
    TT_RUN_CHECK(index < lanes_);
    return reinterpret_cast<LaneControl*>(base_ + sizeof(Bells))[index];
}

TransferHead& LinkRegion::head(std::size_t lane, std::uint64_t transfer) const {
    TT_RUN_CHECK(lane < lanes_);
    std::byte* const heads = base_ + sizeof(Bells) + lanes_ * sizeof(LaneControl);
    return reinterpret_cast<TransferHead*>(heads)[lane * heads_ + transfer % heads_];
}

}  // namespace tt_run::sockets
