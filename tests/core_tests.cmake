# Tests of framework/core: no LibTorch, no clock, seconds in all.
foreach(noun IN ITEMS command_line exit_code failure_log journal listing machine mode name output
                      plan plugin_file printable progress protocol record roster row scheduler
                      search_path seeds spelling statistics suite summary worker_process)
  ndbench_add_test(${noun}_test SOURCES ${noun}_test.cpp LIBRARIES ndbench_core)
endforeach()
target_link_libraries(protocol_test PRIVATE PkgConfig::XXHASH)

# A worker that behaves and misbehaves as it is told.
add_executable(stub_worker stub_worker.cpp)
target_link_libraries(stub_worker PRIVATE ndbench_base ndbench_protocol ndbench_options)
add_dependencies(worker_process_test stub_worker)
target_compile_definitions(worker_process_test PRIVATE
  NDBENCH_TEST_STUB_WORKER="$<TARGET_FILE:stub_worker>")
