#include "fabric/mesh_line.hpp"

#include <algorithm>
#include <array>

#include "support/check.hpp"

namespace tt_run::fabric {

namespace {

/// Express jumps from each place of the dimension's first line; all others have the same.
std::vector<std::vector<std::int32_t>> express_jumps(const MeshLinks& links, std::size_t dimension,
                                                     std::int32_t length, std::int32_t stride) {
    std::vector<std::vector<std::int32_t>> jumps(static_cast<std::size_t>(length));
    for (std::int32_t place = 0; place < length; ++place) {
        for (const ExpressEnd& end : links.express(place * stride)) {
            if (end.dimension == dimension) {
                jumps[static_cast<std::size_t>(place)].push_back(end.jump);
            }
        }
    }
    return jumps;
}

}  // namespace

MeshLine::MeshLine(const MeshLinks& links, std::size_t dimension, bool wraps)
    : dimension_(dimension), wraps_(wraps) {
    const bool column = dimension == kAlongColumn;
    length_ = column ? links.rows() : links.columns();
    stride_ = column ? links.columns() : 1;
    tie_ = column ? -1 : 1;  // north, east
    ahead_ = column ? kSouth : kEast;
    behind_ = column ? kNorth : kWest;
}

/// Fewest moves from every place to every distance in one sense, by the jumps that express links allow: the
/// first jump of each.
std::vector<std::int16_t> MeshLine::first_jumps(const MeshLinks& links, std::int32_t sense) const {
    const auto jumps = express_jumps(links, dimension_, length_, stride_);
    const auto at = [&](std::int32_t place, std::int32_t distance) { return index_of(place, distance); };
    std::vector<std::int32_t> moves(at(length_, 0), 0);
    std::vector<std::int16_t> first(moves.size(), 0);
    for (std::int32_t distance = 1; distance < length_; ++distance) {
        for (std::int32_t place = 0; place < length_; ++place) {
            std::int32_t jump = 1;
            std::int32_t fewest = moves[at(wrapped(place + sense, length_), distance - 1)];
            for (const std::int32_t express : jumps[static_cast<std::size_t>(place)]) {
                const std::int32_t ahead = express * sense;
                if (ahead <= 0 || ahead > distance) {
                    continue;
                }
                const std::int32_t then = moves[at(wrapped(place + express, length_), distance - ahead)];
                if (then < fewest || (then == fewest && ahead > jump)) {
                    fewest = then;
                    jump = ahead;
                }
            }
            moves[at(place, distance)] = fewest + 1;
            first[at(place, distance)] = static_cast<std::int16_t>(jump * sense);
        }
    }
    return first;
}

void MeshLine::take_express(const MeshLinks& links) {
    const auto jumps = express_jumps(links, dimension_, length_, stride_);
    if (std::ranges::all_of(jumps, [](const auto& ends) { return ends.empty(); })) {
        return;
    }
    TT_RUN_CHECK(length_ <= 32767);
    const std::array by_sense{first_jumps(links, 1), first_jumps(links, -1)};
    std::vector<std::int16_t> chosen(index_of(length_, 0), 0);
    for (std::int32_t from = 0; from < length_; ++from) {
        for (std::int32_t to = 0; to < length_; ++to) {
            if (from != to) {
                const std::int32_t sense = way(from, to);
                const std::int32_t distance = wrapped((to - from) * sense, length_);
                chosen[index_of(from, to)] = by_sense[sense == 1 ? 0 : 1][index_of(from, distance)];
            }
        }
    }
    jumps_ = std::move(chosen);
}

MeshStep MeshLine::step(const MeshLinks& links, std::int32_t at, std::int32_t from, std::int32_t to) const {
    const std::int32_t passed = jump(from, to);
    MeshStep one;
    one.next = at + (wrapped(from + passed, length_) - from) * stride_;
    one.lane = lane(from, to, passed);
    if (passed == 1 || passed == -1) {
        one.slot = side(passed);
        return one;
    }
    const auto ends = links.express(at);
    const auto end = std::find_if(ends.begin(), ends.end(), [&](const ExpressEnd& express) {
        return express.dimension == dimension_ && express.jump == passed;
    });
    TT_RUN_CHECK(end != ends.end());
    one.slot = static_cast<Slot>(kFirstExpressSlot + (end - ends.begin()));
    return one;
}

}  // namespace tt_run::fabric
