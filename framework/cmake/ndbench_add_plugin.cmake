# ndbench_add_plugin(<model|backend> <name> SOURCES <file>... [LIBRARIES <target>...])
#
# Builds libndbench_<kind>_<name>.so, exporting nothing but its descriptor. In ndbench's own tree
# it lands in <build>/lib/ndbench; elsewhere in the current binary folder. The same function
# serves plugins out of tree after find_package(ndbench).
set(NDBENCH_PLUGIN_EXPORTS ${CMAKE_CURRENT_LIST_DIR}/plugin_exports.map)

function(ndbench_add_plugin kind name)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "OUTPUT_DIRECTORY" "SOURCES;LIBRARIES")
  if(NOT kind MATCHES "^(model|backend)$")
    message(FATAL_ERROR "ndbench_add_plugin: kind is '${kind}', expected model or backend")
  endif()
  if(NOT name MATCHES "^[a-z][a-z0-9_]*$")
    message(FATAL_ERROR "ndbench_add_plugin: name '${name}' is not of the form [a-z][a-z0-9_]*")
  endif()
  if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ndbench_add_plugin(${kind} ${name}): give SOURCES; "
                        "not understood: '${arg_UNPARSED_ARGUMENTS}'")
  endif()
  set(target ndbench_${kind}_${name})
  add_library(${target} MODULE ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE ndbench::ndbench ${arg_LIBRARIES})
  set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden
                                             VISIBILITY_INLINES_HIDDEN ON)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_link_options(${target} PRIVATE
    -Wl,-z,defs -Wl,--version-script=${NDBENCH_PLUGIN_EXPORTS})
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${NDBENCH_PLUGIN_EXPORTS})
  if(TARGET ndbench_options)
    target_link_libraries(${target} PRIVATE ndbench_options)
    if(NOT arg_OUTPUT_DIRECTORY)
      set(arg_OUTPUT_DIRECTORY ${NDBENCH_PLUGIN_OUTPUT_DIRECTORY})
      set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/..;${LibTorch_INSTALL_RPATH}")
      install(TARGETS ${target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/ndbench)
    endif()
  endif()
  if(arg_OUTPUT_DIRECTORY)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${arg_OUTPUT_DIRECTORY})
  endif()
endfunction()
