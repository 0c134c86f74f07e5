# Settings that every target of the project shares, and the one way to make a folder's library.

add_library(tt_run_options INTERFACE)
target_compile_options(tt_run_options INTERFACE -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor)
# g++ 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105651).
target_compile_options(tt_run_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
# clang sees through to the buffer of libstdc++'s own std::stable_sort.
target_compile_options(tt_run_options INTERFACE $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
target_include_directories(tt_run_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
if(TT_RUN_SANITIZE)
  target_compile_options(tt_run_options INTERFACE -fsanitize=${TT_RUN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # GCC 12 sees uninitialised values inside its own <regex> and <functional> once sanitizers instrument them.
  target_compile_options(tt_run_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(tt_run_options INTERFACE -fsanitize=${TT_RUN_SANITIZE})
  add_library(tt_run_sanitizer_defaults STATIC ${PROJECT_SOURCE_DIR}/test/sanitize/defaults.c)
  target_link_libraries(tt_run_options INTERFACE tt_run_sanitizer_defaults)
  target_link_options(tt_run_options INTERFACE -Wl,-u,tt_run_sanitizer_defaults)  # nobody else asks the archive for them
endif()

# Most presets compile several files as one, which takes a third of the time of one by one, of optimised code as of sanitized; a name
# in an anonymous namespace is then its folder's, not its file's. `dev` does not: there it is one file that changes.
if(CMAKE_UNITY_BUILD)
  target_compile_options(tt_run_options INTERFACE $<IF:$<CXX_COMPILER_ID:Clang>,-Wno-shadow,-Wno-subobject-linkage>)
endif()

# tt_run_group_by_folder(file...): which files are compiled as one, at most 8 of one folder: a new file changes nothing for other folders.
function(tt_run_group_by_folder)
  foreach(file ${ARGN})
    if(IS_ABSOLUTE ${file})  # generated
      continue()
    endif()
    get_filename_component(place ${file} DIRECTORY)
    string(MAKE_C_IDENTIFIER "in_${place}" place)
    list(APPEND of_${place} ${file})
    list(LENGTH of_${place} count)
    math(EXPR group "(${count} - 1) / 8")
    set_source_files_properties(${file} PROPERTIES UNITY_GROUP ${place}_${group})
  endforeach()
endfunction()

# tt_run_folder(NAME SOURCES file... [USES folder...] [PRIVATE library...])
#   One static, position-independent library per folder, named tt_run::NAME. USES are the folders
#   whose headers its own headers may include; PRIVATE are third parties, which stay inside its .cpp files.
function(tt_run_folder name)
  cmake_parse_arguments(folder "" "" "SOURCES;USES;PRIVATE" ${ARGN})
  add_library(tt_run_${name} STATIC ${folder_SOURCES})
  add_library(tt_run::${name} ALIAS tt_run_${name})
  set_target_properties(tt_run_${name} PROPERTIES UNITY_BUILD_MODE GROUP)
  tt_run_group_by_folder(${folder_SOURCES})
  target_link_libraries(tt_run_${name} PRIVATE tt_run_options)
  foreach(used ${folder_USES})
    target_link_libraries(tt_run_${name} PUBLIC tt_run::${used})
  endforeach()
  target_link_libraries(tt_run_${name} PRIVATE ${folder_PRIVATE})
endfunction()

# tt_run_proto(NAME file.proto...): compiles schemas into an object library. Generated code gets none of our warnings,
# and is included by its path from the top: "topology/proto/x.pb.h".
function(tt_run_proto name)
  set(generated "")
  foreach(file ${ARGN})
    file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    string(REGEX REPLACE "\\.proto$" ".pb" stem ${PROJECT_BINARY_DIR}/${path})
    add_custom_command(
      OUTPUT ${stem}.cc ${stem}.h
      COMMAND protobuf::protoc --cpp_out=${PROJECT_BINARY_DIR} --proto_path=${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/${path}
      DEPENDS ${PROJECT_SOURCE_DIR}/${path}
      VERBATIM)
    list(APPEND generated ${stem}.cc ${stem}.h)
  endforeach()
  add_library(${name} OBJECT ${generated})
  target_include_directories(${name} PUBLIC ${PROJECT_BINARY_DIR})
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf Threads::Threads)
endfunction()
