# Tests of framework/core: no LibTorch, no clock, seconds in all.
foreach(noun IN ITEMS bootstrap command_line coverage exit_code failure_log intervals journal
                      listing machine mode name output paired_ratio plan plugin_file printable
                      progress protocol record replica_metrics roster row scheduler search_path
                      seeds spelling statistics suite summary two_samples worker_environment
                      worker_process)
  ndbench_add_test(${noun}_test SOURCES ${noun}_test.cpp LIBRARIES ndbench_core)
endforeach()
target_link_libraries(protocol_test PRIVATE PkgConfig::XXHASH fmt::fmt)

# What SciPy says about the same values.
foreach(noun IN ITEMS bootstrap intervals replica_metrics statistics two_samples)
  target_compile_definitions(${noun}_test PRIVATE
    NDBENCH_TEST_VECTORS="${CMAKE_CURRENT_SOURCE_DIR}/reference/statistics_vectors.json")
endforeach()

# Prints how long the metrics of replicas take; see ci/measure_metrics.sh.
add_executable(measure_metrics measure_metrics.cpp)
target_link_libraries(measure_metrics PRIVATE ndbench_core ndbench_options fmt::fmt)

# A worker that behaves and misbehaves as it is told.
add_executable(stub_worker stub_worker.cpp)
target_link_libraries(stub_worker PRIVATE ndbench_base ndbench_protocol ndbench_options)
add_dependencies(worker_process_test stub_worker)
target_compile_definitions(worker_process_test PRIVATE
  NDBENCH_TEST_STUB_WORKER="$<TARGET_FILE:stub_worker>")
