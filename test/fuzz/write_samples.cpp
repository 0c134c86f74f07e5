// fuzz_samples                     the names of all targets, each with its largest input in bytes
// fuzz_samples TARGET DIRECTORY    its samples as files there, and DIRECTORY.dict, a dictionary of their
// words

#include <cstdio>
#include <fstream>
#include <regex>
#include <set>

#include <fmt/format.h>

#include "support/file.hpp"
#include "test/fuzz/samples.hpp"

using namespace tt_run;

namespace {

constexpr std::size_t kMostWords = 400;

void write(const fuzz::Target& target, const std::string& directory) {
    std::set<std::string> words;
    const std::regex word("[A-Za-z_][A-Za-z_0-9.-]{2,30}");
    std::size_t number = 0;
    for (const fuzz::Sample& sample : fuzz::samples_of(target)) {
        if (sample.bytes.size() > target.largest) {
            continue;
        }
        if (!support::write_file(fmt::format("{}/{:04}", directory, number++), sample.bytes)) {
            std::fprintf(stderr, "fuzz_samples: cannot write below %s\n", directory.c_str());
            std::exit(1);
        }
        for (std::sregex_iterator found(sample.bytes.begin(), sample.bytes.end(), word), end;
             found != end && words.size() < kMostWords; ++found) {
            words.insert(found->str());
        }
    }
    std::ofstream dictionary(directory + ".dict");
    for (const std::string& one : words) {
        dictionary << '"' << one << "\"\n";
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 1) {
        for (const fuzz::Target& target : fuzz::targets()) {
            fmt::print("{} {}\n", target.name, target.largest);
        }
        return 0;
    }
    const fuzz::Target* target = argc == 3 ? fuzz::find_target(argv[1]) : nullptr;
    if (target == nullptr) {
        std::fprintf(stderr, "usage: fuzz_samples [TARGET DIRECTORY]\n");
        return 2;
    }
    write(*target, argv[2]);
    return 0;
}
