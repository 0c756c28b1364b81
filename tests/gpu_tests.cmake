# Tests of what NVIDIA's libraries tell, with ones that say what the tests tell them to, where the
# loader looks first.
set(fakes ${CMAKE_CURRENT_BINARY_DIR}/fake_nvidia)
foreach(fake IN ITEMS cuda nvml)
  add_library(fake_${fake} SHARED fake_${fake}.cpp)
  set_target_properties(fake_${fake} PROPERTIES SOVERSION 1 LIBRARY_OUTPUT_DIRECTORY ${fakes})
endforeach()
set_target_properties(fake_cuda PROPERTIES OUTPUT_NAME cuda)
set_target_properties(fake_nvml PROPERTIES OUTPUT_NAME nvidia-ml)

add_executable(nvidia_driver_test nvidia_driver_test.cpp
               ${PROJECT_SOURCE_DIR}/plugins/backends/nvidia_driver.cpp)
target_include_directories(nvidia_driver_test PRIVATE ${PROJECT_SOURCE_DIR}/plugins/backends)
target_link_libraries(nvidia_driver_test PRIVATE GTest::gmock_main ndbench_options fmt::fmt)
add_dependencies(nvidia_driver_test fake_cuda)
add_executable(nvml_test nvml_test.cpp)
target_link_libraries(nvml_test PRIVATE GTest::gmock_main ndbench_core ndbench_options)
add_dependencies(nvml_test fake_nvml)
foreach(noun IN ITEMS nvidia_driver nvml)
  gtest_discover_tests(${noun}_test DISCOVERY_TIMEOUT 300 PROPERTIES TIMEOUT 300 ENVIRONMENT LD_LIBRARY_PATH=${fakes})
endforeach()
