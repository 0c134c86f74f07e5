# What `cmake --install` installs beside the runtime (cmake/runtime.cmake), and the Debian packages that CPack makes of it:
#   tool     tt-run:         the launcher, its agent, manual pages, completions, configs/, documents
#   runtime  libtt-run0:     libtt_run.so
#   dev      libtt-run-dev:  its headers, its CMake package, the examples
#   python   python3-tt-run: the module ttnn
include(GNUInstallDirs)

# Manual pages and completions come out of tt-run itself, from the definition that reads its command line.
set(share ${PROJECT_BINARY_DIR}/share)
add_custom_command(
  OUTPUT ${share}/generated
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${share}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${share}/man1 ${share}/bash ${share}/zsh ${share}/fish
  COMMAND tt-run manual --directory ${share}/man1
  COMMAND gzip --best --no-name --recursive ${share}/man1
  COMMAND tt-run completion bash > ${share}/bash/tt-run
  COMMAND tt-run completion zsh > ${share}/zsh/_tt-run
  COMMAND tt-run completion fish > ${share}/fish/tt-run.fish
  COMMAND ${CMAKE_COMMAND} -E touch ${share}/generated
  DEPENDS tt-run
  COMMENT "Manual pages and completions"
  VERBATIM)
add_custom_target(tt_run_share ALL DEPENDS ${share}/generated)

install(TARGETS tt-run tt-run-agent DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tool)
install(DIRECTORY ${share}/man1/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tool)
install(FILES ${share}/bash/tt-run DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT tool)
install(FILES ${share}/zsh/_tt-run DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT tool)
install(FILES ${share}/fish/tt-run.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT tool)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/configs DESTINATION ${CMAKE_INSTALL_DATADIR}/tt-run COMPONENT tool)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/tt-run/docs COMPONENT tool)
install(FILES ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/tt-run COMPONENT tool)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples DESTINATION ${CMAKE_INSTALL_DATADIR}/tt-run COMPONENT dev USE_SOURCE_PERMISSIONS
        PATTERN __pycache__ EXCLUDE)

add_custom_target(uninstall
  COMMAND ${CMAKE_COMMAND} -DBUILD=${PROJECT_BINARY_DIR} -P ${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake
  COMMENT "Uninstalling" VERBATIM)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tt-run)
set(CPACK_PACKAGE_VENDOR "tt-run")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # or it would be the first line of each package's own description
set(CPACK_PACKAGE_CONTACT "tt-run developers <tt-run@localhost>")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_DEBIAN_TOOL_DESCRIPTION
    "launcher for programs that use several meshes of Tenstorrent chips
tt-run reads rank-binding files and Mesh Graph Descriptors, checks them,
gives every rank its environment, and starts and watches the ranks through
the MPI that is installed. Everything can be tried without hardware.")
set(CPACK_DEBIAN_TOOL_PACKAGE_NAME tt-run)
set(CPACK_DEBIAN_TOOL_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_TOOL_PACKAGE_RECOMMENDS "mpich | openmpi-bin")
set(CPACK_DEBIAN_TOOL_PACKAGE_SUGGESTS "openssh-client, gdbserver")

set(CPACK_DEBIAN_RUNTIME_DESCRIPTION
    "emulated Tenstorrent devices, fabric and sockets
Programs that link this library run on emulated chips: real processes,
real bytes between them, real flow control.")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libtt-run${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS tt-run)

set(CPACK_DEBIAN_DEV_DESCRIPTION
    "emulated Tenstorrent devices, fabric and sockets (headers)
What programs need to be built against libtt_run.so, and example programs.")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libtt-run-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "libtt-run${PROJECT_VERSION_MAJOR} (= ${PROJECT_VERSION})")
set(CPACK_COMPONENTS_ALL tool runtime dev)
if(TT_RUN_PYTHON)
  set(CPACK_DEBIAN_PYTHON_DESCRIPTION
      "emulated Tenstorrent devices, fabric and sockets (Python)
The module ttnn over libtt_run.so: the field's multi-mesh programs run on
emulated chips.")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_NAME python3-tt-run)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "libtt-run${PROJECT_VERSION_MAJOR} (= ${PROJECT_VERSION}), python3 (>= 3.11), python3 (<< 3.12), python3-numpy, libc6, libgcc-s1, libstdc++6")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/python3-tt-run/postinst ${PROJECT_SOURCE_DIR}/cmake/python3-tt-run/prerm)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_STRICT_PERMISSION ON)
  list(APPEND CPACK_COMPONENTS_ALL python)
endif()
include(CPack)
