#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tt_run::topology::draw {

/// How the links between two chips are doing, the worst last.
enum class LinkLook : std::uint8_t {
    sound,
    slow,       ///< all there, some below their rate
    short_of,   ///< fewer than there should be
    one_sided,  ///< one end sees it, the other does not
    missing,    ///< none of those that there should be
};
std::string_view name_of(LinkLook look);

/// What is said of a thing when somebody asks: `channels: 0-3`.
struct Fact {
    std::string name;
    std::string value;
    bool operator==(const Fact&) const = default;
};

inline constexpr std::int32_t kNone = -1;

/// One chip, in a square of its panel's grid.
struct Cell {
    std::uint32_t panel = 0;
    std::int32_t row = 0;
    std::int32_t column = 0;
    std::string label;  ///< short, what stands in the square
    std::string name;   ///< whole, unique in the picture: `host-0/1/5`, `M0:13`
    std::vector<Fact> facts;
    std::int32_t hue = kNone;   ///< of the palette; kNone for a chip that nobody uses
    std::int32_t host = kNone;  ///< in Picture::hosts; likewise the others
    std::int32_t mesh = kNone;
    std::int32_t rank = kNone;
    double heat = -1;  ///< an overlay's value from 0 to 1; below 0 for none
};

/// A rectangle of squares with a name: a tray of a host, a host's part of a mesh.
struct Frame {
    std::string label;
    std::int32_t row = 0;
    std::int32_t column = 0;
    std::int32_t rows = 1;
    std::int32_t columns = 1;
};

/// A grid of chips: a host of a cluster, a mesh of a descriptor.
struct Panel {
    std::string title;
    std::string detail;
    std::int32_t rows = 0;
    std::int32_t columns = 0;
    std::vector<Frame> frames;
};

/// All links between two chips. `a` is the lesser cell.
struct Line {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    std::uint32_t present = 0;
    std::uint32_t wanted = 0;  ///< never less than `present`
    LinkLook look = LinkLook::sound;
    std::vector<Fact> facts;
    double heat = -1;
    std::string value;  ///< an overlay's, in words
};

/// Two panels as wholes are joined, with no chips named.
struct Bundle {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    std::uint32_t present = 0;
    std::uint32_t wanted = 0;
    LinkLook look = LinkLook::sound;
    std::vector<Fact> facts;
    double heat = -1;
};

/// Something amiss, in words: `host-0 tray 1 chip 5 channels 0-3 -- ...: 4 links missing (LINKING_BOARD_1)`.
struct Finding {
    LinkLook look = LinkLook::missing;
    std::string text;
    bool operator==(const Finding&) const = default;
};

/// What every pen draws from: chips on integer grids, grids in an order, and what joins them. Pure data, in
/// one order whatever it was made from; the pens add nothing to it.
struct Picture {
    std::string title;
    std::string subtitle;
    std::string unit;  ///< what a panel is: "host", "mesh"
    std::vector<Panel> panels;
    std::int32_t panels_per_row = 1;  ///< as wide pens place them; a terminal has its own width
    std::vector<Cell> cells;          ///< by panel, then row, then column
    std::vector<Line> lines;          ///< by ends
    std::vector<Bundle> bundles;      ///< by ends
    std::vector<std::string> hosts;
    std::vector<std::string> meshes;
    std::vector<std::string> ranks;
    std::vector<Finding> findings;
    std::string overlay;  ///< what `heat` shows, with its unit and range; empty without

    bool is_within_panel(const Line& line) const { return cells[line.a].panel == cells[line.b].panel; }
};

/// Hues are told apart by this number modulo the palette's size; `draw::kHues` in every pen.
inline constexpr std::int32_t kHues = 8;

/// One value of an overlay, by the names of cells. `from` and `to` are the same for a chip's own value.
struct OverlayValue {
    std::string from;
    std::string to;
    double value = 0;
    std::string label;  ///< the value in words: `12.4 MB in 3 flows`
    std::vector<Fact> facts;
};

/// Numbers to be shown over a picture: bytes per link, waits per chip. Values of one pair add up.
struct Overlay {
    std::string title;  ///< "traffic"
    std::string unit;   ///< "bytes"
    std::vector<OverlayValue> values;
};

/// Colours lines and chips by the overlay's values, the largest being 1. Names that the picture does not have
/// are left out; two cells that no line joins get one.
void lay_over(Picture& picture, const Overlay& overlay);

/// Gives pairs of chips that an overlay has values for, and that no line joins, one of no links: a descriptor
/// may join meshes without naming chips.
void add_lines_for(Picture& picture, const Overlay& overlay);

/// Sorts cells, lines and bundles into their order and adds up lines between panels into bundles where there
/// are none of these two yet. Called once, by whoever builds a picture.
void finish(Picture& picture);

/// How many panels to put side by side: the number that keeps what joins panels short, and the whole not too
/// far from the shape of a screen.
std::int32_t choose_panels_per_row(const Picture& picture);

}  // namespace tt_run::topology::draw
