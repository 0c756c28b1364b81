# Tests of framework/worker, which need LibTorch.
foreach(noun IN ITEMS difference guarded in_force plugin_host probe run_queue short_turns snapshot state_hash trace ulp)
  ndbench_add_test(${noun}_test SOURCES ${noun}_test.cpp LIBRARIES ndbench_worker_core
                   LABEL torch)
endforeach()
target_link_libraries(in_force_test PRIVATE ndbench_core)

# A driver that says what the tests tell it to, where the loader looks first.
add_library(fake_cuda SHARED fake_cuda.cpp)
set_target_properties(fake_cuda PROPERTIES OUTPUT_NAME cuda SOVERSION 1
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/fake_cuda)
add_executable(nvidia_driver_test nvidia_driver_test.cpp
               ${PROJECT_SOURCE_DIR}/plugins/backends/nvidia_driver.cpp)
target_include_directories(nvidia_driver_test PRIVATE ${PROJECT_SOURCE_DIR}/plugins/backends)
target_link_libraries(nvidia_driver_test PRIVATE GTest::gmock_main ndbench_options fmt::fmt)
add_dependencies(nvidia_driver_test fake_cuda)
gtest_discover_tests(nvidia_driver_test PROPERTIES
  ENVIRONMENT LD_LIBRARY_PATH=${CMAKE_CURRENT_BINARY_DIR}/fake_cuda)
