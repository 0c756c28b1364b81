# The install tree: programs, suites, plugins, and the SDK for plugins out of tree.
include(CMakePackageConfigHelpers)

install(TARGETS ndbench_command ndbench_suite ndbench_worker RUNTIME)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/suites DESTINATION ${CMAKE_INSTALL_DATADIR}/ndbench)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/framework/include/ndbench
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS ndbench EXPORT ndbench_targets LIBRARY)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/ndbench)
install(EXPORT ndbench_targets NAMESPACE ndbench:: DESTINATION ${package_folder})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/ndbench-config.cmake.in
                              ${PROJECT_BINARY_DIR}/ndbench-config.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ndbench-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ndbench-config.cmake
              ${PROJECT_BINARY_DIR}/ndbench-config-version.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindLibTorch.cmake
              ${CMAKE_CURRENT_LIST_DIR}/ndbench_add_plugin.cmake
              ${CMAKE_CURRENT_LIST_DIR}/plugin_exports.map
        DESTINATION ${package_folder})
