// Damaged files: whatever the bytes, the loader gives a model or at least one error, and never crashes.
#include <filesystem>
#include <iostream>
#include <random>

#include <catch2/catch.hpp>

#include "support/diagnostic_render.hpp"
#include "support/file.hpp"
#include "test/support/places.hpp"
#include "topology/mgd/load_mesh_graph.hpp"

using namespace tt_run;

namespace {

constexpr int kRoundsPerFile = 60;

std::vector<std::string> own_descriptors() {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(test::source_directory() + "/configs")) {
        paths.push_back(entry.path() / "mgd.textproto");
    }
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> texts;
    for (const auto& path : paths) {
        if (auto text = support::read_file(path)) {
            texts.push_back(*std::move(text));
        }
    }
    return texts;
}

/// A few random edits: a byte changed, a stretch removed, doubled, or moved, a number made large.
std::string damaged(std::string text, std::mt19937_64& random) {
    const auto below = [&](std::size_t limit) {
        return static_cast<std::size_t>(random() % std::max<std::size_t>(limit, 1));
    };
    for (std::size_t edit = 1 + below(4); edit > 0 && !text.empty(); --edit) {
        const std::size_t at = below(text.size());
        const std::size_t length = below(std::min<std::size_t>(text.size() - at, 80)) + 1;
        switch (below(6)) {
            case 0:
                text[at] = static_cast<char>(random());
                break;
            case 1:
                text.erase(at, length);
                break;
            case 2:
                text.insert(at, text.substr(at, length));
                break;
            case 3:
                text.insert(below(text.size()), text.substr(at, length));
                break;
            case 4:
                text.insert(std::min(text.find_first_of("0123456789", at), text.size()), "99999");
                break;
            case 5:
                text.resize(at);
                break;
        }
    }
    return text;
}

}  // namespace

TEST_CASE("a damaged descriptor gives a model or an error") {
    const std::uint64_t seed = std::random_device{}();
    std::cout << "mutation seed " << seed << "\n";
    std::mt19937_64 random(seed);
    for (const std::string& text : own_descriptors()) {
        for (int round = 0; round < kRoundsPerFile; ++round) {
            const std::string bytes = damaged(text, random);
            support::DiagnosticSink sink;
            const auto graph = topology::load_mesh_graph(support::make_source_text("damaged", bytes),
                                                         topology::MgdProfile::library, sink);
            const bool consistent = graph.has_value() == (sink.errors() == 0);
            if (!consistent) {
                FAIL("seed " << seed << "\n" << bytes << render_text(sink, support::Colour::off));
            }
            render_text(sink, support::Colour::off);
        }
    }
}
