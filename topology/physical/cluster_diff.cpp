#include "topology/physical/cluster_diff.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "support/counted.hpp"

namespace tt_run::topology {

namespace {

constexpr std::string_view kNames[] = {
    "host missing", "host extra", "board missing", "board extra", "board changed",
    "chip missing", "chip extra", "link missing",  "link extra",
};
constexpr std::uint32_t kNowhere = UINT32_MAX;

using Kind = ClusterDifference::Kind;

/// Positions of one cluster's things in the other.
class Comparer {
  public:
    Comparer(const Cluster& expected, const Cluster& actual) : expected_(expected), actual_(actual) {}

    ClusterDiff run() {
        diff_.expected = measure(expected_);
        diff_.actual = measure(actual_);
        diff_.links_compared = expected_.links_known() && actual_.links_known();
        to_actual_.assign(expected_.asics().size(), kNowhere);
        std::vector<bool> met(actual_.hosts().size(), false);
        const bool alone = expected_.hosts().size() == 1 && actual_.hosts().size() == 1;
        for (const Host& host : expected_.hosts()) {
            const auto other = alone ? std::optional(HostIndex{0}) : actual_.find_host(host.name);
            if (!other) {
                add(Kind::host_missing, host.name, counts_of(host));
                continue;
            }
            met[other->value] = true;
            compare_host(host, actual_.host(*other));
        }
        for (std::size_t k = 0; k < met.size(); ++k) {
            if (!met[k]) {
                add(Kind::host_extra, actual_.hosts()[k].name, counts_of(actual_.hosts()[k]));
            }
        }
        if (diff_.links_compared) {
            compare_links();
        }
        std::stable_sort(diff_.differences.begin(), diff_.differences.end(),
                         [](const auto& a, const auto& b) { return a.kind < b.kind; });
        return std::move(diff_);
    }

  private:
    void add(Kind kind, std::string place, std::string detail = {}) {
        diff_.differences.push_back({kind, std::move(place), std::move(detail)});
    }

    static std::string counts_of(const Host& host) {
        return support::counted(host.board_count, "board") + ", " + support::counted(host.asic_count, "chip");
    }

    static std::string name_of_board(const Host& host, const Board& board) {
        return fmt::format("{}/{}", host.name, board.tray);
    }

    void compare_host(const Host& host, const Host& other) {
        const std::span<const Board> boards = expected_.boards_of(host);
        const std::span<const Board> others = actual_.boards_of(other);
        std::size_t i = 0;
        std::size_t j = 0;
        while (i < boards.size() || j < others.size()) {
            if (j == others.size() || (i < boards.size() && boards[i].tray < others[j].tray)) {
                add(Kind::board_missing, name_of_board(host, boards[i]),
                    std::string(name_of(boards[i].type)));
                ++i;
            } else if (i == boards.size() || others[j].tray < boards[i].tray) {
                add(Kind::board_extra, name_of_board(other, others[j]), std::string(name_of(others[j].type)));
                ++j;
            } else {
                compare_board(host, boards[i++], others[j++]);
            }
        }
    }

    void compare_board(const Host& host, const Board& board, const Board& other) {
        if (board.type != other.type) {
            add(Kind::board_changed, name_of_board(host, board),
                fmt::format("{} instead of {}", name_of(other.type), name_of(board.type)));
        }
        std::uint32_t i = board.first_asic;
        std::uint32_t j = other.first_asic;
        const std::uint32_t i_end = i + board.asic_count;
        const std::uint32_t j_end = j + other.asic_count;
        while (i < i_end || j < j_end) {
            const bool only_expected =
                j == j_end || (i < i_end && expected_.asics()[i].location < actual_.asics()[j].location);
            const bool only_actual =
                !only_expected && (i == i_end || actual_.asics()[j].location < expected_.asics()[i].location);
            if (only_expected) {
                add(Kind::chip_missing, expected_.name_of(AsicIndex{i++}));
            } else if (only_actual) {
                add(Kind::chip_extra, actual_.name_of(AsicIndex{j++}));
            } else {
                to_actual_[i++] = j++;
            }
        }
    }

    void compare_links() {
        std::vector<bool> met(actual_.links().size(), false);
        for (const Link& link : expected_.links()) {
            Link moved = link;
            moved.a.asic.value = to_actual_[link.a.asic.value];
            moved.b.asic.value = to_actual_[link.b.asic.value];
            if (moved.b < moved.a) {
                std::swap(moved.a, moved.b);
            }
            const auto at = std::lower_bound(actual_.links().begin(), actual_.links().end(), moved);
            if (at != actual_.links().end() && *at == moved) {
                met[static_cast<std::size_t>(at - actual_.links().begin())] = true;
            } else {
                add(Kind::link_missing, expected_.name_of(link.a), expected_.name_of(link.b));
            }
        }
        for (std::size_t k = 0; k < met.size(); ++k) {
            if (!met[k]) {
                const Link& link = actual_.links()[k];
                add(Kind::link_extra, actual_.name_of(link.a), actual_.name_of(link.b));
            }
        }
    }

    const Cluster& expected_;
    const Cluster& actual_;
    ClusterDiff diff_;
    std::vector<std::uint32_t> to_actual_;
};

}  // namespace

std::string_view name_of(ClusterDifference::Kind kind) {
    return kNames[static_cast<std::size_t>(kind)];
}

std::size_t ClusterDiff::count(Kind kind) const {
    return static_cast<std::size_t>(
        std::count_if(differences.begin(), differences.end(),
                      [&](const ClusterDifference& one) { return one.kind == kind; }));
}

ClusterDiff compare(const Cluster& expected, const Cluster& actual) {
    return Comparer(expected, actual).run();
}

}  // namespace tt_run::topology
