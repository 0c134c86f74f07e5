#include "device/chip_memory.hpp"

#include <cerrno>
#include <cstdint>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/check.hpp"

namespace tt_run::device {

namespace {

constexpr std::size_t kPageBytes = 4096;

std::size_t whole_pages(std::size_t bytes) {
    return (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
}

}  // namespace

support::Result<std::shared_ptr<ChipMemory>> ChipMemory::create(std::size_t chips,
                                                                const ChipMemoryLayout& layout) {
    const auto failed = [](const char* attempt) {
        return std::unexpected(support::Error::from_errno(errno).while_doing(attempt));
    };
    std::shared_ptr<ChipMemory> memory(new ChipMemory);
    memory->layout_ = layout;
    memory->chips_ = chips;
    memory->dram_bytes_ = whole_pages(layout.dram_banks * layout.dram_bank_bytes);
    memory->chip_bytes_ = memory->dram_bytes_ + whole_pages(layout.l1_banks * layout.l1_bank_bytes);
    memory->file_ = ::memfd_create("tt_run chips", MFD_CLOEXEC);
    if (memory->file_ < 0) {
        return failed("making the chips' memory");
    }
    if (::ftruncate(memory->file_, static_cast<off_t>(memory->size())) != 0) {
        return failed("sizing the chips' memory");
    }
    void* base =
        ::mmap(nullptr, memory->size(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, memory->file_, 0);
    if (base == MAP_FAILED) {
        return failed("mapping the chips' memory");
    }
    memory->base_ = static_cast<std::byte*>(base);
    return memory;
}

ChipMemory::~ChipMemory() {
    if (base_ != nullptr) {
        ::munmap(base_, size());
    }
    if (file_ >= 0) {
        ::close(file_);
    }
}

std::span<std::byte> ChipMemory::dram(std::size_t chip) const {
    TT_RUN_CHECK(chip < chips_);
    return {base_ + chip * chip_bytes_, layout_.dram_banks * layout_.dram_bank_bytes};
}

std::span<std::byte> ChipMemory::l1(std::size_t chip) const {
    TT_RUN_CHECK(chip < chips_);
    return {base_ + chip * chip_bytes_ + dram_bytes_, layout_.l1_banks * layout_.l1_bank_bytes};
}

void ChipMemory::discard(std::span<std::byte> bytes) const {
    const std::size_t begin = whole_pages(offset_of(bytes.data()));
    const std::size_t end = (offset_of(bytes.data()) + bytes.size()) / kPageBytes * kPageBytes;
    if (begin < end) {
        // Failing costs memory and nothing else.
        static_cast<void>(::fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                      static_cast<off_t>(begin), static_cast<off_t>(end - begin)));
    }
}

}  // namespace tt_run::device
