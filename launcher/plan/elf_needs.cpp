#include "launcher/plan/elf_needs.hpp"

#include <algorithm>
#include <cstring>

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include "job/descriptor.hpp"

namespace tt_run::launcher {

namespace {

constexpr std::size_t kMostHeaders = 1024;
constexpr std::size_t kMostDynamic = 1U << 20U;
constexpr std::size_t kMostNames = 4096;
constexpr std::size_t kLongestName = 4096;

/// Reads parts of a file; every read may fail, for the file may be anything.
class ElfFile {
  public:
    explicit ElfFile(const std::filesystem::path& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

    /// So many structures that lie behind each other; fewer if the file ends before.
    template <class Structure>
    std::vector<Structure> read(std::uint64_t offset, std::size_t count) const {
        std::vector<Structure> found(count);
        found.resize(read_bytes(offset, found.data(), count * sizeof(Structure)) / sizeof(Structure));
        return found;
    }

    std::string name_at(std::uint64_t offset) const {
        std::string name(kLongestName, '\0');
        name.resize(::strnlen(name.c_str(), read_bytes(offset, name.data(), kLongestName)));
        return name;
    }

  private:
    std::size_t read_bytes(std::uint64_t offset, void* into, std::size_t size) const {
        const ssize_t got = ::pread(file_.get(), into, size, static_cast<off_t>(offset));
        return got > 0 ? static_cast<std::size_t>(got) : 0;
    }

    job::Descriptor file_;
};

std::string with_origin(std::string directory, const std::filesystem::path& file) {
    for (const std::string_view word : {"$ORIGIN", "${ORIGIN}"}) {
        if (const std::size_t at = directory.find(word); at != std::string::npos) {
            directory.replace(at, word.size(), file.parent_path().string());
        }
    }
    return directory;
}

void add_directories(std::vector<std::string>& to, const std::string& list,
                     const std::filesystem::path& file) {
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(':', at), list.size());
        to.push_back(with_origin(list.substr(at, end - at), file));
        at = end + 1;
    }
}

}  // namespace

std::optional<ElfNeeds> read_elf_needs(const std::filesystem::path& path) {
    const ElfFile file(path);
    const std::vector<Elf64_Ehdr> head = file.read<Elf64_Ehdr>(0, 1);
    if (head.empty() || std::memcmp(head[0].e_ident, ELFMAG, SELFMAG) != 0 ||
        head[0].e_ident[EI_CLASS] != ELFCLASS64 || head[0].e_phnum > kMostHeaders) {
        return std::nullopt;
    }
    const std::vector<Elf64_Phdr> segments = file.read<Elf64_Phdr>(head[0].e_phoff, head[0].e_phnum);
    const auto dynamic = std::find_if(segments.begin(), segments.end(),
                                      [](const Elf64_Phdr& segment) { return segment.p_type == PT_DYNAMIC; });
    if (segments.size() < head[0].e_phnum || dynamic == segments.end() || dynamic->p_filesz > kMostDynamic) {
        return std::nullopt;
    }
    std::vector<std::pair<std::int64_t, std::uint64_t>> names;  // tag, offset in the string table
    std::uint64_t string_address = 0;
    for (const Elf64_Dyn& entry :
         file.read<Elf64_Dyn>(dynamic->p_offset, dynamic->p_filesz / sizeof(Elf64_Dyn))) {
        if (entry.d_tag == DT_NULL) {
            break;
        }
        if (entry.d_tag == DT_STRTAB) {
            string_address = entry.d_un.d_ptr;
        } else if ((entry.d_tag == DT_NEEDED || entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH) &&
                   names.size() < kMostNames) {
            names.emplace_back(entry.d_tag, entry.d_un.d_val);
        }
    }
    ElfNeeds needs;
    for (const Elf64_Phdr& load : segments) {
        if (load.p_type != PT_LOAD || string_address < load.p_vaddr ||
            string_address - load.p_vaddr >= load.p_filesz) {
            continue;
        }
        const std::uint64_t strings = string_address - load.p_vaddr + load.p_offset;
        for (const auto& [tag, offset] : names) {
            const std::string name = file.name_at(strings + offset);
            if (tag == DT_NEEDED) {
                needs.libraries.push_back(name);
            } else {
                add_directories(needs.directories, name, path);
            }
        }
        break;
    }
    return needs;
}

}  // namespace tt_run::launcher
