# tt_run_embed(OUTPUT file.cpp HEADER header NAMESPACE name FUNCTION name NAMES key... FILES file...): a source file with a
# function that gives back the text of each file by its key. Configuring runs again when one of them changes.
function(tt_run_embed)
  cmake_parse_arguments(embed "" "OUTPUT;HEADER;NAMESPACE;FUNCTION" "NAMES;FILES" ${ARGN})
  set(rows "")
  foreach(name file IN ZIP_LISTS embed_NAMES embed_FILES)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    string(APPEND rows "    if (name == \"${name}\") {\n        return R\"embedded(${text})embedded\";\n    }\n")
  endforeach()
  file(CONFIGURE OUTPUT ${embed_OUTPUT} @ONLY CONTENT
"#include \"@embed_HEADER@\"

namespace @embed_NAMESPACE@ {

std::string_view @embed_FUNCTION@(std::string_view name) {
@rows@    return {};
}

}  // namespace @embed_NAMESPACE@
")
endfunction()
