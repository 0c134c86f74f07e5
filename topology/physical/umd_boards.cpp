#include "topology/physical/umd_boards.hpp"

#include <fmt/format.h>

#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;
using support::YamlNode;

namespace {

class BoardReader {
  public:
    BoardReader(const YamlNode& root, const UmdChips& chips, UmdDescriptor& found, DiagnosticSink& sink)
        : root_(root), chips_(chips), found_(found), sink_(sink) {}

    void read() {
        const YamlNode* list = root_.find("boards");
        if (list != nullptr && !list->is_null() &&
            expect_kind(*list, YamlNode::Kind::sequence, "list of boards", sink_)) {
            for (const YamlNode& item : list->items) {
                read_board(item);
            }
        }
        for (UmdDescriptor::Chip& chip : found_.chips) {
            if (chip.board) {
                continue;
            }
            sink_.report(
                Diagnostic(kChipWithoutBoard, chip.place,
                           fmt::format("chip {} is on none of the `boards`; it is taken as a board of "
                                       "its own",
                                       chip.chip)));
            chip.board = found_.boards.size();
            found_.boards.push_back({std::nullopt, chip.type.value_or(BoardType::unknown), chip.place});
        }
    }

  private:
    void read_board(const YamlNode& item) {
        // Three maps of one key each in a list; we take one map of three keys as well.
        const YamlNode* fields[3] = {nullptr, nullptr, nullptr};
        constexpr std::string_view kFields[3] = {"board_id", "board_type", "chips"};
        const auto take = [&](const YamlNode& map) {
            for (std::size_t k = 0; k < 3; ++k) {
                const YamlNode* value = map.find(kFields[k]);
                fields[k] = value != nullptr ? value : fields[k];
            }
        };
        take(item);
        for (const YamlNode& part : item.items) {
            take(part);
        }
        for (std::size_t k = 0; k < 3; ++k) {
            if (fields[k] == nullptr) {
                sink_.report(Diagnostic(kClusterMissingField, item.span,
                                        fmt::format("this board lacks `{}`", kFields[k]))
                                 .help("a board is `[{board_id: N}, {board_type: T}, {chips: [...]}]`"));
                return;
            }
        }
        const auto board_id = read_number(*fields[0], "board id", sink_);
        const auto type_name = read_word(*fields[1], "board type", sink_);
        if (!board_id || !type_name ||
            !expect_kind(*fields[2], YamlNode::Kind::sequence, "list of chips", sink_)) {
            return;
        }
        const BoardType type = board_type(*type_name, *board_id, fields[1]->span);
        const std::size_t board = found_.boards.size();
        found_.boards.push_back({board_id, type, fields[0]->span});
        for (const YamlNode& member : fields[2]->items) {
            put_on_board(member, board);
        }
    }

    void put_on_board(const YamlNode& member, std::size_t board) {
        const auto chip = chips_.known(member, "boards");
        if (!chip) {
            return;
        }
        UmdDescriptor::Chip& one = found_.chips[*chip];
        if (one.board && *one.board != board) {
            sink_.report(
                Diagnostic(kChipOnTwoBoards, member.span, fmt::format("chip {} is on two boards", one.chip))
                    .also(found_.boards[*one.board].place, "the other board"));
        }
        one.board = board;
        // `ubb` alone was once written for both Galaxies.
        BoardType& type = found_.boards[board].type;
        if (type == BoardType::ubb_wormhole && one.architecture == ChipArchitecture::blackhole) {
            type = BoardType::ubb_blackhole;
        }
    }

    BoardType board_type(const std::string& name, std::uint64_t board_id, const Span& place) {
        const auto named = parse_board_type(name);
        const auto coded = board_type_of_board_id(board_id);
        if (!named) {
            sink_.report(Diagnostic(kUnknownBoardType, place,
                                    fmt::format("`{}` is no board type that we know; it is taken as {}", name,
                                                coded ? name_of(*coded) : "a board of unknown type")));
            return coded.value_or(BoardType::unknown);
        }
        const bool both_galaxies = coded && is_galaxy_tray(*coded) && is_galaxy_tray(*named);
        if (coded && *coded != *named && !both_galaxies) {
            sink_.report(Diagnostic(kBoardTypeMismatch, place,
                                    fmt::format("the board is called {}, but its id {} is that of a {}",
                                                name_of(*named), board_id, name_of(*coded)))
                             .note("the name is taken"));
        }
        return *named;
    }

    const YamlNode& root_;
    const UmdChips& chips_;
    UmdDescriptor& found_;
    DiagnosticSink& sink_;
};

}  // namespace

void read_umd_boards(const YamlNode& root, const UmdChips& chips, UmdDescriptor& found,
                     DiagnosticSink& sink) {
    BoardReader(root, chips, found, sink).read();
}

}  // namespace tt_run::topology
