# libtt_run.so, what programs link: the folders of the runtime with only their public headers' symbols shown. MPICH and
# Protobuf stay shared libraries, since a program may use its own; our folders and what else they need go inside.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

find_library(PROTOBUF_SHARED libprotobuf.so REQUIRED)
find_library(YAML_SHARED libyaml.so REQUIRED)

set(runtime_folders distributed fabric device sockets)
add_library(tt_run_runtime SHARED)
add_library(tt_run::runtime ALIAS tt_run_runtime)
foreach(folder ${runtime_folders})
  set_target_properties(tt_run_${folder} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_sources(tt_run_runtime PRIVATE $<TARGET_OBJECTS:tt_run_${folder}>)
endforeach()
# By file: their targets would bring the static Protobuf of the tt-run executable.
add_dependencies(tt_run_runtime tt_run_protocol tt_run_topology tt_run_support)
target_link_libraries(tt_run_runtime PRIVATE
  $<TARGET_FILE:tt_run_protocol> $<TARGET_FILE:tt_run_topology> $<TARGET_FILE:tt_run_support>
  ${PROTOBUF_SHARED} ${CADICAL_LIBRARY} ${YAML_SHARED} ${MPICH_LIBRARY})
target_link_options(tt_run_runtime PRIVATE -Wl,--exclude-libs,ALL)
if(NOT (TT_RUN_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang"))  # clang's sanitizers are in the program alone
  target_link_options(tt_run_runtime PRIVATE -Wl,--no-undefined)
endif()
if(TT_RUN_SANITIZE)
  target_link_options(tt_run_runtime PRIVATE -fsanitize=${TT_RUN_SANITIZE})
endif()
target_compile_features(tt_run_runtime INTERFACE cxx_std_20)
target_include_directories(tt_run_runtime INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set_target_properties(tt_run_runtime PROPERTIES
  OUTPUT_NAME tt_run EXPORT_NAME runtime LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
  LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/tt_run)
install(TARGETS tt_run_runtime EXPORT tt_run_runtime LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime
        NAMELINK_COMPONENT dev)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/tt_run DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
install(EXPORT tt_run_runtime NAMESPACE tt_run:: FILE tt_runConfig.cmake DESTINATION ${package_directory}
        COMPONENT dev)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tt_runConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tt_runConfigVersion.cmake DESTINATION ${package_directory} COMPONENT dev)
