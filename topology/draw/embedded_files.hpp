#pragma once

#include <string_view>

namespace tt_run::topology::draw {

/// A file that lies beside this one and is built in: `picture.css`, `page.css`, `page.js`. Empty for a name
/// that is none.
std::string_view embedded_file(std::string_view name);

}  // namespace tt_run::topology::draw
