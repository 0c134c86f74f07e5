#include "fabric/detour_table.hpp"

#include <deque>

#include "support/check.hpp"

namespace tt_run::fabric {

DetourTable::DetourTable(const MeshLinks& links, const Reaches& reaches)
    : chips_(static_cast<std::size_t>(links.chips())), slots_(chips_ * chips_, kNoSlot) {
    TT_RUN_CHECK(links.chips() <= kMostChips);
    const Numbering number = number_breadth_first(links, reaches);
    for (std::int32_t target = 0; target < links.chips(); ++target) {
        lead_to(target, links, reaches, number);
    }
}

DetourTable::Numbering DetourTable::number_breadth_first(const MeshLinks& links, const Reaches& reaches) {
    Numbering number;
    number.of_chip.assign(static_cast<std::size_t>(links.chips()), -1);
    std::deque<std::int32_t> queue;
    const auto meet = [&](std::int32_t chip) {
        if (std::int32_t& own = number.of_chip[static_cast<std::size_t>(chip)]; own < 0) {
            own = static_cast<std::int32_t>(number.chip_of.size());
            number.chip_of.push_back(chip);
            queue.push_back(chip);
        }
    };
    for (std::int32_t root = 0; root < links.chips(); ++root) {
        for (meet(root); !queue.empty(); queue.pop_front()) {
            for (Slot slot = 0; slot < links.slots(queue.front()); ++slot) {
                if (const std::int32_t next = reaches(queue.front(), slot); next >= 0) {
                    meet(next);
                }
            }
        }
    }
    return number;
}

void DetourTable::lead_to(std::int32_t target, const MeshLinks& links, const Reaches& reaches,
                          const Numbering& number) {
    constexpr std::int32_t kFar = 1 << 29;
    Slot* const slots = slots_.data() + static_cast<std::size_t>(target) * chips_;
    std::vector<std::int32_t> steps(chips_, kFar);
    const auto improve = [&](std::int32_t chip, bool down) {
        const auto here = static_cast<std::size_t>(chip);
        for (Slot slot = 0; slot < links.slots(chip); ++slot) {
            const std::int32_t next = reaches(chip, slot);
            if (next < 0 || (number.of_chip[static_cast<std::size_t>(next)] > number.of_chip[here]) != down) {
                continue;
            }
            if (steps[static_cast<std::size_t>(next)] + 1 < steps[here]) {
                steps[here] = steps[static_cast<std::size_t>(next)] + 1;
                slots[here] = slot;
            }
        }
    };
    steps[static_cast<std::size_t>(target)] = 0;
    // Ways that only go down end at the target, so they are known from it backwards: highest numbers first.
    for (std::int32_t k = number.of_chip[static_cast<std::size_t>(target)] - 1; k >= 0; --k) {
        improve(number.chip_of[static_cast<std::size_t>(k)], true);
    }
    // The others go up first; what is above them is known when they are looked at.
    for (const std::int32_t chip : number.chip_of) {
        if (steps[static_cast<std::size_t>(chip)] >= kFar) {
            improve(chip, false);
        }
    }
}

}  // namespace tt_run::fabric
