#include "launcher/report/render_run_report.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "launcher/report/phase_marks.hpp"
#include "support/counted.hpp"
#include "support/text.hpp"
#include "topology/draw/text_canvas.hpp"

namespace tt_run::launcher {

namespace draw = topology::draw;

namespace {

constexpr std::size_t kBarWidth = 44;
constexpr std::size_t kMostRows = 40;
constexpr std::size_t kMostLinks = 12;

std::string words_of(const std::vector<std::string>& program) {
    std::vector<std::string> quoted;
    for (const std::string& word : program) {
        quoted.push_back(support::shell_quoted(word));
    }
    return support::join(quoted, " ");
}

class ReportText {
  public:
    ReportText(const RunReport& report, const draw::TextLook& look) : report_(report), look_(look) {}

    std::string render() {
        add_outcome();
        add_timeline();
        add_connections();
        add_links();
        add_last_words();
        return out_.render(look_.colour);
    }

  private:
    void line(const std::string& text, draw::Ink ink = draw::Ink::plain) {
        out_.write(out_.rows(), 0, text, ink);
    }

    void lines(std::string_view text, draw::Ink ink = draw::Ink::plain) {
        for (const std::string_view one : support::split(support::trim(text), '\n')) {
            line("  " + std::string(one), ink);
        }
    }

    void add_outcome() {
        line(words_of(report_.program), draw::Ink::strong);
        line(fmt::format("exit code {} after {:.3f} s, {}, {}; ended by: {}", report_.exit_code,
                         report_.seconds, support::counted(report_.ranks.size(), "rank"), report_.launcher,
                         report_.cause),
             report_.exit_code == 0 ? draw::Ink::plain : draw::Ink::alarm);
        if (report_.first_failure) {
            const ReportedRank& first = report_.ranks[static_cast<std::size_t>(*report_.first_failure)];
            line(fmt::format("rank {} failed first: {}, on {}, mesh {}", first.rank, first.description,
                             first.host, first.mesh_id),
                 draw::Ink::alarm);
        }
        if (!report_.explanation.empty()) {
            lines(report_.explanation);
        }
        line("");
    }

    void add_timeline() {
        line(
            fmt::format("rank  mesh   {:<{}}  end", fmt::format("0 to {:.3f} s", report_.seconds), kBarWidth),
            draw::Ink::strong);
        std::size_t shown = 0;
        for (const ReportedRank& rank : report_.ranks) {
            // Of very many ranks the first are shown, and all that failed.
            if (++shown > kMostRows && rank.exit_code == 0) {
                continue;
            }
            add_bar(rank);
        }
        if (report_.ranks.size() > kMostRows) {
            line(fmt::format("... of {} ranks", report_.ranks.size()), draw::Ink::faint);
        }
        add_phases();
    }

    /// What the letters mean, and how long each phase took the rank that it took longest.
    void add_phases() {
        constexpr std::size_t kInLine = 3;
        std::size_t shown = 0;
        const auto longest = longest_by_phase(report_);
        for (const PhaseMark& mark : kPhaseMarks) {
            const auto found = longest.find(mark.name);
            if (found == longest.end()) {
                continue;
            }
            const std::size_t row = out_.rows() - (shown % kInLine == 0 ? 0 : 1);
            const std::size_t column = 13 + shown++ % kInLine * 22;
            out_.write(row, column, look_.colour ? " " : std::string(1, mark.letter),
                       draw::ink_of_hue(mark.hue));
            out_.write(row, column + 2, fmt::format("{:<7} {:>7.3f} s", mark.name, found->second),
                       draw::Ink::faint);
            if (shown == 1) {
                out_.write(row, 0, "longest", draw::Ink::faint);
            }
        }
        const bool unknown = std::ranges::any_of(
            report_.ranks, [](const ReportedRank& rank) { return rank.phases_from == "nobody"; });
        if (unknown && !report_.ranks.empty()) {
            line("  ranks without this runtime and without Hydra tell no phases between launch and end",
                 draw::Ink::faint);
        }
    }

    void add_bar(const ReportedRank& rank) {
        const std::size_t row = out_.rows();
        const std::string mesh = rank.mesh_host_rank
                                     ? fmt::format("{}.{}", rank.mesh_id, *rank.mesh_host_rank)
                                     : fmt::format("{}", rank.mesh_id);
        out_.write(row, 0, fmt::format("{:>4}  {:<6}", rank.rank, mesh));
        const double scale = report_.seconds > 0 ? kBarWidth / report_.seconds : 0;
        std::vector<ReportedPhase> longest_first = rank.phases;  // so that the short ones stay to be seen
        std::ranges::stable_sort(longest_first, std::ranges::greater(),
                                 [](const ReportedPhase& phase) { return phase.end - phase.begin; });
        for (const ReportedPhase& phase : longest_first) {
            const auto begin = std::min(kBarWidth - 1, static_cast<std::size_t>(phase.begin * scale));
            const auto end =
                std::min(kBarWidth, std::max(begin + 1, static_cast<std::size_t>(phase.end * scale)));
            const PhaseMark& mark = mark_of(phase.name);
            for (std::size_t k = begin; k < end; ++k) {
                out_.write(row, 13 + k, look_.colour ? " " : std::string(1, mark.letter),
                           draw::ink_of_hue(mark.hue));
            }
        }
        out_.write(row, 13 + kBarWidth + 2, rank.description,
                   rank.exit_code == 0 ? draw::Ink::plain : draw::Ink::alarm);
    }

    void add_connections() {
        if (report_.connections.empty()) {
            return;
        }
        line("");
        line("socket         way            transfers          bytes     waited", draw::Ink::strong);
        std::size_t shown = 0;
        for (const ReportedConnection& one : report_.connections) {
            if (++shown > kMostRows) {
                line(fmt::format("  ... and {} more", report_.connections.size() - kMostRows),
                     draw::Ink::faint);
                return;
            }
            line(fmt::format("rank {:<3} {:<5} {:<14} {:>9} {:>14} {:>8.3f} s", one.rank,
                             one.end == "sender" ? "sends" : "gets", one.from + " > " + one.to, one.transfers,
                             one.bytes, one.waited_seconds));
        }
    }

    void add_links() {
        if (report_.links.empty()) {
            return;
        }
        std::vector<const ReportedLink*> busiest;
        for (const ReportedLink& link : report_.links) {
            busiest.push_back(&link);
        }
        std::stable_sort(busiest.begin(), busiest.end(), [](const ReportedLink* a, const ReportedLink* b) {
            return a->payload_bytes > b->payload_bytes;
        });
        line("");
        line("busiest links                  bytes    packets   modelled", draw::Ink::strong);
        for (std::size_t k = 0; k < std::min(busiest.size(), kMostLinks); ++k) {
            const ReportedLink& link = *busiest[k];
            line(fmt::format("{:<20} {:>15} {:>10} {:>8.1f} us  {}", link.from + " > " + link.to,
                             link.payload_bytes, link.packets, link.modelled_us, link.link));
        }
        if (busiest.size() > kMostLinks) {
            line(fmt::format("  ... and {} more", busiest.size() - kMostLinks), draw::Ink::faint);
        }
        if (!report_.model.empty()) {
            line("modelled: " + report_.model, draw::Ink::faint);
        }
    }

    void add_last_words() {
        for (const ReportedRank& rank : report_.ranks) {
            if (rank.exit_code != 0 && !rank.last_stderr.empty()) {
                line("");
                line(fmt::format("last lines of rank {}", rank.rank), draw::Ink::strong);
                lines(rank.last_stderr);
            }
        }
    }

    const RunReport& report_;
    const draw::TextLook& look_;
    draw::TextCanvas out_;
};

}  // namespace

std::string render_report_text(const RunReport& report, const draw::TextLook& look) {
    return ReportText(report, look).render();
}

}  // namespace tt_run::launcher
