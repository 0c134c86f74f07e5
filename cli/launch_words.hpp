#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/supervision_options.hpp"

namespace tt_run::cli {

/// The options of a launch as CLI11 fills them in: nothing is read or checked yet.
struct LaunchWords {
    std::string rank_binding;
    std::string rank_bindings_mapping;
    std::string mesh_graph_descriptor;
    std::string mesh_graph_descriptor_mapping;
    std::string hosts;
    std::string mock_cluster;
    std::string cluster;
    std::string helper;
    std::string emulate;  ///< "1": whatever --cluster says
    std::string factory_system;
    std::string mpi_args;
    std::string tcp_interface;
    std::string rankfile_syntax = "auto";
    std::string tracy;
    std::vector<std::string> env;
    std::vector<std::string> pass;
    std::vector<std::string> unset;
    bool dry_run = false;
    bool verbose = false;
    bool strict = false;
    bool bare = false;
    bool skip_executable_check = false;
    bool skip_mgd_check = false;
    bool force_rediscovery = false;
    bool no_validate = false;
    bool require_hardware = false;
    bool debug_gdbserver = false;
    SupervisionWords supervision;
};

void define_launch(CLI::App& app, LaunchWords& words);

}  // namespace tt_run::cli
