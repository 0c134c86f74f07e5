#pragma once

#include "cli/commands.hpp"

namespace tt_run::cli {

/// `tt-run show fabric [options] MGD`: planes, exits, virtual channels, what is lost; `--table M0:3` what one
/// chip routes by.
int run_show_fabric(const CommandContext& context);

/// `tt-run show routes --from M0:3 --to M2:17 [options] MGD`: ways, move by move; with `--bytes`, what they
/// carry.
int run_show_routes(const CommandContext& context);

/// The pages of both.
void describe_show_fabric(const PageVisitor& visit);

/// Whether a command line asks for one of the two, by the word behind `show`.
enum class FabricPicture { none, fabric, routes };
FabricPicture wanted_picture(const Arguments& arguments);

}  // namespace tt_run::cli
