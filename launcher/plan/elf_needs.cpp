#include "launcher/plan/elf_needs.hpp"

#include <cstring>
#include <fstream>

#include <elf.h>

namespace tt_run::launcher {

namespace {

constexpr std::size_t kMostHeaders = 1024;
constexpr std::size_t kMostDynamic = 1U << 20U;
constexpr std::size_t kLongestName = 4096;

/// Reads structures at offsets; every read may fail, for the file may be anything.
class ElfFile {
  public:
    explicit ElfFile(const std::filesystem::path& path) : file_(path, std::ios::binary) {}

    template <class Structure>
    bool read(std::uint64_t offset, Structure& into) {
        file_.clear();
        file_.seekg(static_cast<std::streamoff>(offset));
        file_.read(reinterpret_cast<char*>(&into), sizeof into);
        return file_.gcount() == sizeof into;
    }

    std::string name_at(std::uint64_t offset) {
        std::string name(kLongestName, '\0');
        file_.clear();
        file_.seekg(static_cast<std::streamoff>(offset));
        file_.read(name.data(), kLongestName);
        name.resize(::strnlen(name.c_str(), static_cast<std::size_t>(file_.gcount())));
        return name;
    }

  private:
    std::ifstream file_;
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
    ElfFile file(path);
    Elf64_Ehdr head{};
    if (!file.read(0, head) || std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_phnum > kMostHeaders) {
        return std::nullopt;
    }
    std::vector<Elf64_Phdr> loads;
    std::optional<Elf64_Phdr> dynamic;
    for (std::size_t k = 0; k < head.e_phnum; ++k) {
        Elf64_Phdr segment{};
        if (!file.read(head.e_phoff + k * head.e_phentsize, segment)) {
            return std::nullopt;
        }
        if (segment.p_type == PT_LOAD) {
            loads.push_back(segment);
        } else if (segment.p_type == PT_DYNAMIC) {
            dynamic = segment;
        }
    }
    if (!dynamic || dynamic->p_filesz > kMostDynamic) {
        return std::nullopt;
    }
    std::vector<std::pair<std::int64_t, std::uint64_t>> names;  // tag, offset in the string table
    std::uint64_t string_address = 0;
    for (std::uint64_t at = 0; at < dynamic->p_filesz; at += sizeof(Elf64_Dyn)) {
        Elf64_Dyn entry{};
        if (!file.read(dynamic->p_offset + at, entry) || entry.d_tag == DT_NULL) {
            break;
        }
        if (entry.d_tag == DT_STRTAB) {
            string_address = entry.d_un.d_ptr;
        } else if (entry.d_tag == DT_NEEDED || entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH) {
            names.emplace_back(entry.d_tag, entry.d_un.d_val);
        }
    }
    ElfNeeds needs;
    for (const Elf64_Phdr& load : loads) {
        if (string_address < load.p_vaddr || string_address >= load.p_vaddr + load.p_filesz) {
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
    }
    return needs;
}

}  // namespace tt_run::launcher
