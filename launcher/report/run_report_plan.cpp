#include "launcher/report/run_report_plan.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "support/text.hpp"
#include "topology/draw/xml_text.hpp"

namespace tt_run::launcher {

namespace {

using Json = nlohmann::ordered_json;
using topology::draw::xml_text;

std::string text_of(const Json& json, const char* key) {
    return xml_text(json.at(key).get<std::string>());
}

std::string flags_html(const Json& launcher) {
    std::string rows;
    for (const Json& flag : launcher.at("flags")) {
        std::vector<std::string> words;
        for (const Json& word : flag.at("words")) {
            words.push_back(support::shell_quoted(word.get<std::string>()));
        }
        const bool is_direct = flag.at("form") == "direct";
        rows += is_direct ? ""
                          : fmt::format("<tr><td>{}</td><td>{}</td></tr>\n",
                                        xml_text(support::join(words, " ")), text_of(flag, "reason"));
    }
    return rows.empty() ? rows
                        : "<h2>Flags of the launcher</h2>\n<table "
                          "class=\"table\"><thead><tr><th>flag</th><th>why</th></tr>"
                          "</thead><tbody>\n" +
                              rows + "</tbody></table>\n";
}

std::string rank_html(const Json& rank) {
    std::string out = fmt::format(
        "<details><summary>rank {} on {}, mesh {}</summary>\n<table class=\"table\"><thead><tr>"
        "<th>variable</th><th>value</th><th>from</th></tr></thead><tbody>\n",
        rank.at("rank").get<int>(), text_of(rank, "host"), rank.at("mesh_id").get<int>());
    for (const auto& [name, entry] : rank.at("environment").items()) {
        out += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", xml_text(name),
                           text_of(entry, "value"), text_of(entry, "origin"));
    }
    return out + "</tbody></table></details>\n";
}

}  // namespace

std::string render_plan_html(const RunReport& report) {
    const Json plan = Json::parse(report.plan, nullptr, false);
    if (!plan.is_object()) {
        return {};
    }
    try {
        const Json& launcher = plan.at("launcher");
        std::string out = fmt::format(
            "<h2>Plan</h2>\n<dl class=\"facts\"><dt>launcher</dt><dd>{}, {}: {}</dd><dt>placed by</dt><dd>{}"
            "</dd><dt>directory</dt><dd>{}</dd></dl>\n",
            text_of(launcher, "version"), text_of(launcher, "path"), text_of(launcher, "reason"),
            text_of(plan, "placement_reason"), text_of(plan, "working_directory"));
        out += flags_html(launcher) + "<h2>Environments</h2>\n";
        for (const Json& rank : plan.at("ranks")) {
            out += rank_html(rank);
        }
        return out;
    } catch (const Json::exception&) {
        return {};
    }
}

}  // namespace tt_run::launcher
