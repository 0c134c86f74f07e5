#include "job/supervision_message.hpp"

#include <array>
#include <csignal>
#include <type_traits>
#include <utility>

namespace tt_run::job {

namespace {

/// Lists a row or a wait report may hold; far above what fits a payload of sensible texts.
constexpr std::uint32_t kMostItems = 1U << 20U;

class Writer {
  public:
    template <class Number>
    void number(Number value) {
        for (std::size_t k = 0; k < sizeof value; ++k) {
            bytes_ += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * k));
        }
    }
    void field(std::uint32_t value) { number(value); }
    void field(std::uint64_t value) { number(value); }
    void field(bool value) { number(static_cast<std::uint8_t>(value)); }
    void field(Role value) { number(static_cast<std::uint8_t>(value)); }
    void field(Stream value) { number(static_cast<std::uint8_t>(value)); }
    void field(PhaseKind value) { number(static_cast<std::uint8_t>(value)); }
    void field(Rank value) { number(static_cast<std::uint32_t>(value.value)); }
    void field(std::string_view value) {
        field(static_cast<std::uint32_t>(value.size()));
        bytes_ += value;
    }
    void field(const HandedFile& file) { fields(file.variable, file.path, file.bytes); }
    void field(const Wait& wait) {
        fields(wait.object, wait.peers, wait.have, wait.need, wait.key, wait.kind);
    }
    void field(const Brought& brought) { fields(brought.key, brought.count, brought.kind); }
    template <class Item>
    void field(const std::vector<Item>& items) {
        field(static_cast<std::uint32_t>(items.size()));
        for (const Item& item : items) {
            field(item);
        }
    }
    template <class... Fields>
    void fields(const Fields&... values) {
        (field(values), ...);
    }
    std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_;
};

/// Reads fields until one does not fit; from then on all are empty and `ok` is false.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    bool ok() const { return ok_; }
    bool at_end() const { return ok_ && bytes_.empty(); }

    template <class Number>
    Number number() {
        std::uint64_t value = 0;
        const std::string_view taken = take(sizeof(Number));
        for (std::size_t k = 0; k < taken.size(); ++k) {
            value |= static_cast<std::uint64_t>(static_cast<unsigned char>(taken[k])) << (8 * k);
        }
        return static_cast<Number>(value);
    }
    void field(std::uint32_t& value) { value = number<std::uint32_t>(); }
    void field(std::uint64_t& value) { value = number<std::uint64_t>(); }
    void field(bool& value) {
        const auto byte = number<std::uint8_t>();
        ok_ = ok_ && byte <= 1;
        value = byte == 1;
    }
    void field(Role& value) { value = choice<Role>(3); }
    void field(Stream& value) { value = choice<Stream>(2); }
    void field(PhaseKind& value) { value = choice<PhaseKind>(5); }
    void field(Rank& value) {
        const auto number_read = number<std::uint32_t>();
        ok_ = ok_ && number_read <= 0x7fffffffU;
        value.value = static_cast<std::int32_t>(number_read);
    }
    void field(std::string_view& value) { value = take(number<std::uint32_t>()); }
    void field(std::string& value) { value = take(number<std::uint32_t>()); }
    void field(HandedFile& file) { fields(file.variable, file.path, file.bytes); }
    void field(Wait& wait) { fields(wait.object, wait.peers, wait.have, wait.need, wait.key, wait.kind); }
    void field(Brought& brought) { fields(brought.key, brought.count, brought.kind); }
    template <class Item>
    void field(std::vector<Item>& items) {
        const auto count = number<std::uint32_t>();
        ok_ = ok_ && count <= kMostItems;
        for (std::uint32_t k = 0; ok_ && k < count; ++k) {
            field(items.emplace_back());
        }
    }
    template <class... Fields>
    void fields(Fields&... values) {
        (field(values), ...);
    }

  private:
    template <class Choice>
    Choice choice(std::uint8_t last) {
        const auto byte = number<std::uint8_t>();
        ok_ = ok_ && byte >= 1 && byte <= last;
        return ok_ ? static_cast<Choice>(byte) : Choice{1};
    }

    std::string_view take(std::size_t size) {
        if (!ok_ || size > bytes_.size()) {
            ok_ = false;
            return {};
        }
        const std::string_view taken = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return taken;
    }

    std::string_view bytes_;
    bool ok_ = true;
};

/// One list of each message's fields, for both directions: `Codec` is a Writer or a Reader.
template <class Codec, class M>
void visit_fields(Codec& codec, M& m) {
    using T = std::remove_const_t<M>;
    if constexpr (std::is_same_v<T, Hello>) {
        codec.fields(m.version, m.token, m.role, m.rank, m.pid, m.host, m.release);
    } else if constexpr (std::is_same_v<T, StartOrder>) {
        codec.fields(m.arguments, m.environment, m.directory, m.has_input, m.grace_ms, m.silence_ms,
                     m.wants_phases, m.files);
    } else if constexpr (std::is_same_v<T, Started>) {
        codec.fields(m.pid, m.at_ns);
    } else if constexpr (std::is_same_v<T, NotStarted>) {
        codec.fields(m.error_number, m.attempt);
    } else if constexpr (std::is_same_v<T, Output>) {
        codec.fields(m.stream, m.bytes);
    } else if constexpr (std::is_same_v<T, Credit> || std::is_same_v<T, Input>) {
        codec.fields(m.bytes);
    } else if constexpr (std::is_same_v<T, Exited>) {
        codec.fields(m.wait_status, m.told_signal, m.peak_memory_bytes, m.was_told_to_end);
    } else if constexpr (std::is_same_v<T, Aborted>) {
        codec.fields(m.exit_code);
    } else if constexpr (std::is_same_v<T, Signal> || std::is_same_v<T, Probe>) {
        codec.fields(m.number);
    } else if constexpr (std::is_same_v<T, Terminate>) {
        codec.fields(m.grace_ms);
    } else if constexpr (std::is_same_v<T, Stacks>) {
        codec.fields(m.text);
    } else if constexpr (std::is_same_v<T, Blocked>) {
        codec.fields(m.epoch, m.probe, m.any, m.waits, m.brought, m.ends_itself);
    } else if constexpr (std::is_same_v<T, Unblocked>) {
        codec.fields(m.epoch);
    } else if constexpr (std::is_same_v<T, Report>) {
        codec.fields(m.piece);
    } else if constexpr (std::is_same_v<T, Unreachable>) {
        codec.fields(m.host, m.reason);
    } else if constexpr (std::is_same_v<T, Phase>) {
        codec.fields(m.kind, m.at_ns);
    } else {
        static_assert(std::is_empty_v<T>, "list the fields of this message");
    }
}

/// Whether any peer of ours would say it.
template <class M>
bool is_possible(const M&) {
    return true;
}

bool is_possible(const Exited& exited) {
    constexpr std::uint32_t kCodeBits = 0xff00;
    constexpr std::uint32_t kCoreBit = 0x80;
    const std::uint32_t signal = exited.wait_status & ~kCoreBit;
    const bool has_code = (exited.wait_status & ~kCodeBits) == 0;
    const bool has_signal = signal >= 1 && signal < static_cast<std::uint32_t>(NSIG);
    return (has_code || has_signal) && exited.told_signal < static_cast<std::uint32_t>(NSIG);
}

template <std::size_t... Kind>
std::optional<Message> decode_kind(std::size_t kind, std::string_view body, std::index_sequence<Kind...>) {
    std::optional<Message> message;
    const auto try_kind = [&]<std::size_t K>() {
        if (kind == K) {
            Reader reader(body);
            std::variant_alternative_t<K, Message> read;
            visit_fields(reader, read);
            if (reader.at_end() && is_possible(read)) {
                message = std::move(read);
            }
        }
    };
    (try_kind.template operator()<Kind>(), ...);
    return message;
}

}  // namespace

std::string encode(const Message& message) {
    Writer body;
    body.number(static_cast<std::uint8_t>(message.index()));
    std::visit([&](const auto& m) { visit_fields(body, m); }, message);
    const std::string payload = body.take();
    Writer frame;
    frame.field(std::string_view(payload));
    return frame.take();
}

std::string encode_output_head(Stream stream, std::uint32_t size) {
    Writer head;
    head.number(size + 6);  // kind, stream and the bytes' own size
    head.number(static_cast<std::uint8_t>(Message(Output{}).index()));
    head.field(stream);
    head.field(size);
    return head.take();
}

std::optional<Message> decode(std::string_view payload) {
    if (payload.empty()) {
        return std::nullopt;
    }
    return decode_kind(static_cast<unsigned char>(payload[0]), payload.substr(1),
                       std::make_index_sequence<std::variant_size_v<Message>>());
}

}  // namespace tt_run::job
