#include "job/supervision_client.hpp"

#include <algorithm>
#include <cstdlib>

#include <unistd.h>

#include "job/socket_address.hpp"
#include "job/variable_names.hpp"

namespace tt_run::job {

std::optional<SupervisionClient> SupervisionClient::connect_from_environment() {
    const char* const address = std::getenv(kSupervisorVariable);
    const char* const token = std::getenv(kTokenVariable);
    const char* const rank = std::getenv(kRankVariable);
    if (address == nullptr || token == nullptr || rank == nullptr) {
        return std::nullopt;
    }
    return connect(address, token, {std::atoi(rank)});
}

std::optional<SupervisionClient> SupervisionClient::connect(const std::string& address,
                                                            const std::string& token, Rank rank) {
    auto connection = connect_to(address);
    if (!connection) {
        return std::nullopt;
    }
    Channel channel(std::move(*connection), kLargestFromRank);
    channel.send(
        Hello{kProtocolVersion, token, Role::runtime, rank, static_cast<std::uint32_t>(::getpid()), {}, {}});
    return SupervisionClient(std::move(channel));
}

bool SupervisionClient::hand_over(std::string_view report) {
    constexpr std::size_t kPiece = kLargestFromRank / 4;
    constexpr int kPatienceMs = 2000;
    while (!channel_.lost() && !report.empty()) {
        channel_.send(Report{report.substr(0, kPiece)});
        channel_.flush_within(kPatienceMs);
        if (channel_.wants_to_write()) {
            return false;
        }
        report.remove_prefix(std::min(report.size(), kPiece));
    }
    return !channel_.lost();
}

std::optional<std::uint64_t> SupervisionClient::take_probe() {
    if (channel_.lost()) {
        return std::nullopt;
    }
    channel_.flush();
    channel_.receive();
    std::optional<std::uint64_t> asked;
    while (const auto message = channel_.next()) {
        if (const auto* const probe = std::get_if<Probe>(&*message)) {
            asked = probe->number;
        }
    }
    return asked;
}

}  // namespace tt_run::job
