#include "cli/cluster_argument.hpp"

#include <algorithm>

#include "cli/exit_code.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::cli {

support::Span cluster_span(const support::Span& shown, const std::string& value) {
    const std::size_t at = shown.text().find(value);
    if (!value.empty() && at != std::string_view::npos) {
        return shown.part(at, at + value.size());
    }
    return {support::make_source_text("<--cluster>", value), 0, value.size()};
}

support::Span cluster_span(const Arguments& arguments, std::size_t word) {
    return cluster_span(arguments.span(word), arguments.words()[word]);
}

int exit_code_of_unloaded(const support::DiagnosticSink& sink) {
    constexpr std::string_view kUnusable[] = {
        topology::kClusterUnreadable.name,    topology::kClusterUnknownKind.name,
        topology::kClusterNewerVersion.name,  topology::kSyntheticSyntax.name,
        topology::kSyntheticUnknownWord.name, topology::kSyntheticTooLarge.name,
        topology::kSyntheticWiring.name,      topology::kSyntheticFault.name,
    };
    const bool unusable =
        std::any_of(sink.diagnostics().begin(), sink.diagnostics().end(), [&](const auto& one) {
            return std::find(std::begin(kUnusable), std::end(kUnusable), one.kind().name) !=
                   std::end(kUnusable);
        });
    return unusable ? kUsage : kNo;
}

}  // namespace tt_run::cli
