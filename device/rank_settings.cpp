#include "device/rank_settings.hpp"

#include <filesystem>
#include <limits>

#include <fmt/format.h>

#include "device/diagnostic_kinds.hpp"
#include "job/variable_names.hpp"
#include "support/text.hpp"

namespace tt_run::device {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;
using support::Spanned;

namespace {

class Reader {
  public:
    Reader(const support::HostEnvironment& host, DiagnosticSink& sink) : host_(host), sink_(sink) {}

    std::optional<Span> text(const char* variable) const {
        const auto value = host_.variable(variable);
        if (!value) {
            return std::nullopt;
        }
        const auto source = support::make_source_text(fmt::format("<{}>", variable), std::string(*value));
        return Span{source, 0, value->size()};
    }

    std::optional<Span> non_empty_text(const char* variable) const {
        const auto value = text(variable);
        return value && !value->text().empty() ? value : std::nullopt;
    }

    /// The words of a value, apart.
    std::vector<Span> words(const char* variable) const {
        std::vector<Span> words;
        const auto value = text(variable);
        std::size_t at = 0;
        for (const std::string_view word : support::split(value ? value->text() : "", ' ')) {
            if (!word.empty()) {
                words.push_back(value->part(at, at + word.size()));
            }
            at += word.size() + 1;
        }
        return words;
    }

    std::optional<Spanned<std::int32_t>> number(const char* variable) {
        const auto value = non_empty_text(variable);
        if (!value) {
            return std::nullopt;
        }
        const auto number = support::parse_integer(value->text());
        if (!number || *number < 0 || *number > std::numeric_limits<std::int32_t>::max()) {
            sink_.report(Diagnostic(
                kRankVariable, *value,
                fmt::format("`{}` is `{}`, but must be a number from 0", variable, value->text())));
            return std::nullopt;
        }
        return Spanned<std::int32_t>{static_cast<std::int32_t>(*number), *value};
    }

    /// A number of bytes, with K, M or G for its powers of 1024.
    std::optional<std::size_t> byte_size(const char* variable) {
        const auto value = non_empty_text(variable);
        if (!value) {
            return std::nullopt;
        }
        std::string_view digits = value->text();
        const std::size_t unit = std::string_view("KMG").find(digits.back());
        if (unit != std::string_view::npos) {
            digits.remove_suffix(1);
        }
        const auto number = support::parse_integer(digits);
        const std::size_t shift = unit == std::string_view::npos ? 0 : 10 * (unit + 1);
        constexpr std::int64_t kMost = std::int64_t{1} << 40U;
        if (!number || *number < 1 || *number > (kMost >> shift)) {
            sink_.report(Diagnostic(kRankVariable, *value,
                                    fmt::format("`{}` is `{}`, but must be a size up to 1024G", variable,
                                                value->text()))
                             .help("write bytes, or a number with K, M or G behind it, as in `1G`"));
            return std::nullopt;
        }
        return static_cast<std::size_t>(*number) << shift;
    }

  private:
    const support::HostEnvironment& host_;
    DiagnosticSink& sink_;
};

/// A cache may be made later, but not where a file is.
void check_cache(const std::optional<Span>& path, const support::HostEnvironment& host,
                 DiagnosticSink& sink) {
    std::error_code ignored;
    if (path && std::filesystem::exists(host.with_home(path->text()), ignored) &&
        !std::filesystem::is_directory(host.with_home(path->text()), ignored)) {
        sink.report(Diagnostic(
            kRankVariable, *path,
            fmt::format("`{}` is `{}`, which is no directory", job::kCacheVariable, path->text())));
    }
}

}  // namespace

std::optional<RankSettings> read_rank_settings(const support::HostEnvironment& host, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    Reader read(host, sink);
    RankSettings settings;
    settings.mesh_id = read.number(job::kMeshIdVariable);
    settings.host_rank = read.number(job::kMeshHostRankVariable);
    settings.mesh_graph_path = read.non_empty_text(job::kMeshGraphDescriptorVariable);
    settings.visible_devices = read.text(job::kVisibleDevicesVariable);
    settings.cluster = read.non_empty_text(job::kMockClusterVariable);
    if (!settings.cluster) {
        const auto emulate = read.non_empty_text(job::kEmulateVariable);
        settings.cluster = emulate && emulate->text() != "1" ? emulate : std::nullopt;
        settings.emulated_host = read.non_empty_text(job::kEmulatedHostVariable);
    }
    settings.factory_system = read.non_empty_text(job::kFactorySystemVariable);
    settings.faults = read.words(job::kFaultsVariable);
    settings.chip_dram_bytes = read.byte_size(job::kChipDramVariable);
    check_cache(read.non_empty_text(job::kCacheVariable), host, sink);
    return watch.saw_error() ? std::nullopt : std::optional(settings);
}

}  // namespace tt_run::device
