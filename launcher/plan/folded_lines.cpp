#include "launcher/plan/folded_lines.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "support/counted.hpp"

namespace tt_run::launcher {

void FoldedLines::add(job::Rank rank, job::Stream stream, std::string_view line) {
    const auto [found, is_new] = lines_.try_emplace({stream, std::string(line)});
    if (is_new) {
        order_.push_back(found);
        bytes_ += line.size() + sizeof(Key);
    }
    if (++found->second[rank] == 1) {
        bytes_ += sizeof(Counts::value_type);
    }
}

std::string FoldedLines::render(job::Stream stream) {
    std::string text;
    const auto of_stream = std::stable_partition(
        order_.begin(), order_.end(), [&](const auto& line) { return line->first.first != stream; });
    for (auto at = of_stream; at != order_.end(); ++at) {
        const auto& line = *at;
        std::vector<job::Rank> ranks;
        std::size_t most = 0;
        for (const auto& [rank, count] : line->second) {
            ranks.push_back(rank);
            most = std::max(most, count);
        }
        text += fmt::format("[{}] {}", render_rank_set(ranks), line->first.second);
        text += most > 1 ? fmt::format(" (x{})\n", most) : "\n";
        bytes_ -= line->first.second.size() + sizeof(Key) + ranks.size() * sizeof(Counts::value_type);
        lines_.erase(line);
    }
    order_.erase(of_stream, order_.end());
    return text;
}

std::string render_rank_set(const std::vector<job::Rank>& ascending) {
    std::string text;
    for (std::size_t first = 0, next = 0; first < ascending.size(); first = next) {
        while (next < ascending.size() &&
               ascending[next].value - ascending[first].value == static_cast<int>(next - first)) {
            ++next;
        }
        text += fmt::format("{}{}", text.empty() ? "" : ",", ascending[first].value);
        if (next - first > 1) {
            text += fmt::format("{}{}", next - first > 2 ? "-" : ",", ascending[next - 1].value);
        }
    }
    return text;
}

std::string name_ranks(const std::vector<job::Rank>& ascending) {
    return support::noun_for(ascending.size(), "rank") + " " + render_rank_set(ascending);
}

}  // namespace tt_run::launcher
