#include "launcher/run/output_router.hpp"

#include <cstring>

namespace tt_run::launcher {

namespace {

using job::Rank;
using job::Stream;
using support::Result;

/// Files are written in pieces of this size.
constexpr std::size_t kFileBlock = 256U << 10U;
/// Folded lines wait so long for the same of other ranks.
constexpr std::chrono::milliseconds kFoldTime{300};

std::size_t index_of(Stream stream) {
    return stream == Stream::output ? 0 : 1;
}

/// Each line of `lines`, which all have their ends, behind the tag.
void append_tagged(std::string& to, std::string_view tag, std::string_view lines) {
    for (const char* at = lines.data(); at != lines.data() + lines.size();) {
        const std::size_t left = static_cast<std::size_t>(lines.data() + lines.size() - at);
        const auto* const end = static_cast<const char*>(std::memchr(at, '\n', left)) + 1;
        to.append(tag);
        to.append(at, end);
        at = end;
    }
}

}  // namespace

Result<OutputRouter> OutputRouter::open(const OutputOptions& options, std::vector<RankTags> tags,
                                        int standard_output, int standard_error) {
    OutputRouter router;
    router.fold_ = options.fold;
    router.terminal_.push_back(OutputSink::borrow(standard_output));
    router.terminal_.push_back(OutputSink::borrow(standard_error));
    const bool has_files = !options.output_files.empty();
    if (has_files) {
        for (std::size_t rank = 0; rank < tags.size(); ++rank) {
            for (const auto* const files : {&options.output_files, &options.error_files}) {
                Result<OutputSink> file = OutputSink::create((*files)[rank]);
                if (!file) {
                    return std::unexpected(file.error());
                }
                router.files_.push_back(*std::move(file));
            }
        }
    }
    for (std::size_t rank = 0; rank < tags.size(); ++rank) {
        const bool is_shown =
            options.only_rank ? options.only_rank->value == static_cast<int>(rank) : !has_files;
        for (const std::size_t stream : {0, 1}) {
            Lane lane;
            lane.sink = has_files ? &router.files_[2 * rank + stream] : nullptr;
            (lane.sink == nullptr ? lane.sink : lane.second) = is_shown ? &router.terminal_[stream] : nullptr;
            lane.tag = stream == 0 ? tags[rank].output : tags[rank].error;
            lane.is_raw = lane.tag.empty() && !options.fold && (options.only_rank || tags.size() == 1);
            router.lanes_.push_back(std::move(lane));
        }
    }
    return router;
}

OutputRouter::Lane& OutputRouter::lane(Rank rank, Stream stream) {
    return lanes_[2 * static_cast<std::size_t>(rank.value) + index_of(stream)];
}

void OutputRouter::take(Rank rank, Stream stream, std::string_view bytes) {
    Lane& lane = this->lane(rank, stream);
    if (lane.sink == nullptr) {
        return;
    }
    if (lane.is_raw) {
        return hand_on(rank, stream, lane, bytes);
    }
    const std::size_t last_end = bytes.rfind('\n');
    if (last_end == std::string_view::npos) {
        lane.unfinished += bytes;
        if (lane.unfinished.size() > kLongestLine) {
            lane.unfinished += '\n';
            hand_on(rank, stream, lane, lane.unfinished);
            lane.unfinished.clear();
        }
        return;
    }
    if (!lane.unfinished.empty()) {
        const std::size_t first_end = bytes.find('\n');
        lane.unfinished += bytes.substr(0, first_end + 1);
        hand_on(rank, stream, lane, lane.unfinished);
        lane.unfinished.clear();
        bytes.remove_prefix(first_end + 1);
        if (first_end == last_end) {
            lane.unfinished = bytes;
            return;
        }
        hand_on(rank, stream, lane, bytes.substr(0, last_end - first_end));
        lane.unfinished = bytes.substr(last_end - first_end);
        return;
    }
    hand_on(rank, stream, lane, bytes.substr(0, last_end + 1));
    lane.unfinished = bytes.substr(last_end + 1);
}

void OutputRouter::hand_on(Rank rank, Stream stream, Lane& lane, std::string_view lines) {
    for (OutputSink* const sink : {lane.sink, lane.second}) {
        const bool is_terminal = sink == &terminal_[0] || sink == &terminal_[1];
        if (sink == nullptr || sink->lost()) {
            continue;
        }
        if (sink == &terminal_[1] && !fold_) {
            last_on_errors_ = rank;
        }
        if (is_terminal && fold_) {
            fold(rank, stream, lines);
        } else if (lane.tag.empty()) {
            sink->buffer().append(lines);
        } else {
            append_tagged(sink->buffer(), lane.tag, lines);
        }
        if (!is_terminal && sink->backlog() >= kFileBlock) {
            sink->flush();
        }
    }
}

void OutputRouter::fold(Rank rank, Stream stream, std::string_view lines) {
    for (std::size_t at = 0; at < lines.size();) {
        const std::size_t end = lines.find('\n', at);
        folded_.add(rank, stream, lines.substr(at, end - at));
        at = end + 1;
    }
    fold_at_ = fold_at_.value_or(Clock::now() + kFoldTime);
    if (folded_.full()) {
        render_folded();
    }
}

void OutputRouter::finish(Rank rank) {
    for (const Stream stream : {Stream::output, Stream::error}) {
        Lane& lane = this->lane(rank, stream);
        if (lane.sink != nullptr && !lane.unfinished.empty()) {
            // Tags and folded lines are lines; elsewhere the program's own bytes are left as they are.
            if (!lane.tag.empty() || fold_) {
                lane.unfinished += '\n';
                hand_on(rank, stream, lane, lane.unfinished);
            } else {
                lane.sink->buffer() += lane.unfinished;
                last_on_errors_ = lane.sink == &terminal_[1] ? std::optional(rank) : last_on_errors_;
                if (lane.second != nullptr) {
                    lane.second->buffer() += lane.unfinished;
                }
            }
            lane.unfinished.clear();
        }
    }
}

void OutputRouter::render_folded() {
    terminal_[1].buffer() += folded_.render(Stream::error);
    terminal_[1].flush();
    terminal_[0].buffer() += folded_.render(Stream::output);
    fold_at_.reset();
}

void OutputRouter::flush() {
    if (fold_at_ && Clock::now() >= *fold_at_) {
        render_folded();
    }
    for (OutputSink& sink : terminal_) {
        sink.flush();
    }
    for (OutputSink& sink : files_) {
        if (sink.backlog() != 0) {
            sink.flush();
        }
    }
}

void OutputRouter::flush_fully() {
    render_folded();
    flush();
    for (OutputSink& sink : terminal_) {
        sink.flush_fully();
    }
}

int OutputRouter::write_error() const {
    for (const auto* sinks : {&terminal_, &files_}) {
        for (const OutputSink& sink : *sinks) {
            if (sink.write_error() != 0) {
                return sink.write_error();
            }
        }
    }
    return 0;
}

void OutputRouter::say(std::string_view text) {
    last_on_errors_.reset();
    terminal_[1].buffer() += text;
}

}  // namespace tt_run::launcher
