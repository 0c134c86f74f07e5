#include "sockets/inbox.hpp"

#include <exception>
#include <mutex>
#include <utility>
#include <vector>

namespace tt_run::sockets {

struct Inbox::Receive {
    Sender sender;
    IsLast is_last;
    /// Not filled with zeros: most messages are small, and most of this is never touched.
    std::unique_ptr<std::byte[]> bytes;
    std::size_t largest_message;
    distributed::RequestPtr request;  ///< none once the last message has come
    bool had_last = false;

    void post() {
        request = had_last ? nullptr
                           : sender.context->irecv({bytes.get(), largest_message}, sender.peer,
                                                   distributed::Tag{sender.tag});
    }

    std::optional<std::span<const std::byte>> next() {
        const auto status = request ? request->test() : std::nullopt;
        if (!status) {
            return std::nullopt;
        }
        const auto message = std::span<const std::byte>(bytes.get(), status->bytes);
        had_last = is_last(message);
        return message;
    }

    /// Throws away what has come. True once nothing more will.
    bool is_over() {
        try {
            while (next()) {
                post();
            }
        } catch (const std::exception&) {
            return true;  // the peer, or MPI, has gone
        }
        return had_last;
    }

    /// Receives whose inbox has gone before the peer's last message came.
    struct LeftBehind {
        std::mutex mutex;
        std::vector<std::unique_ptr<Receive>> receives;
    };

    /// Never destroyed: MPI may still write to them while the process ends.
    static LeftBehind& left_behind() {
        static auto* const all = new LeftBehind;
        return *all;
    }
};

Inbox::Inbox(const Sender& sender, std::size_t largest_message, IsLast is_last)
    : receive_(new Receive{sender, is_last, std::make_unique_for_overwrite<std::byte[]>(largest_message),
                           largest_message, nullptr}) {
    post();
}

Inbox::~Inbox() {
    Receive::LeftBehind& left = Receive::left_behind();
    const std::lock_guard lock(left.mutex);
    left.receives.push_back(std::move(receive_));
    std::erase_if(left.receives, [](const auto& receive) { return receive->is_over(); });
}

std::optional<std::span<const std::byte>> Inbox::next() {
    return receive_->next();
}

void Inbox::post() {
    receive_->post();
}

}  // namespace tt_run::sockets
