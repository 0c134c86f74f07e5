#pragma once

#include <string>
#include <vector>

#include "topology/draw/picture.hpp"

namespace tt_run::topology::draw {

/// One tab of a page: a picture with overlays to choose from, or HTML that somebody else wrote.
struct PageView {
    std::string tab;
    const Picture* picture = nullptr;  ///< borrowed for the call
    std::vector<Overlay> overlays;
    std::string html;  ///< without a picture
};

/// One HTML page that needs nothing but itself: no network, no other file, one small script of ours. Chips,
/// links and bundles answer to the pointer and to keys; filters by host, mesh, rank and words; colours by
/// any of them; overlays; zoom; light and dark. There is at least one view.
std::string render_page(const std::string& title, const std::string& subtitle,
                        const std::vector<PageView>& views);

}  // namespace tt_run::topology::draw
