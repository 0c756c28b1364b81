# Tests of the SDK as a plugin's author meets it.
add_subdirectory(headers)
add_test(NAME sdk.consumer
         COMMAND ${CMAKE_CURRENT_LIST_DIR}/consumer/consumer_test.sh ${PROJECT_BINARY_DIR})
set_tests_properties(sdk.consumer PROPERTIES TIMEOUT 600 ENVIRONMENT OMP_NUM_THREADS=1)

# Of what the plugin kernels is made of.
ndbench_add_test(kernels_test SOURCES kernels_test.cpp LIBRARIES ndbench_kernels)
target_include_directories(kernels_test PRIVATE ${PROJECT_SOURCE_DIR}/plugins)
