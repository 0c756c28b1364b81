# Tests of framework/core: no LibTorch, no clock, seconds in all.
foreach(noun IN ITEMS affinity bootstrap change_points command_line committed_states control_group
                      core_sets coverage diagnosis disturbance divergence environments epoch_lanes
                      equivalence exit_code failure_log false_discovery fitness fragment_copy
                      fragment_index gate google_benchmark_json gpu_checks host_facts host_files
                      host_lock host_sample host_watch hostile_text html_report html_text
                      installation intervals journal journal_reader knob_costs knob_modes
                      knobs_in_force listing machine measured_benchmark measured_block
                      measured_run migration mode mode_comparison mode_words name noise_shares
                      npy_file offspring output paired_ratio parity permutation plan plugin_file
                      plugin_survey printable processor_time progress protocol query_output record
                      replica_metrics replica_plan report_formats roster row run_comparison
                      run_lookup scheduler scratch_folder search_path seeds side_files software
                      spelling spread statistics step_cost stopping store subcommand suite summary
                      target trusted_file two_samples watch worker_environment worker_process
                      xml_text)
  ndbench_add_test(${noun}_test SOURCES ${noun}_test.cpp LIBRARIES ndbench_core)
endforeach()
target_link_libraries(protocol_test PRIVATE PkgConfig::XXHASH fmt::fmt)

foreach(noun IN ITEMS fragment_index gate migration store)
  target_link_libraries(${noun}_test PRIVATE SQLiteCpp fmt::fmt)
endforeach()
foreach(noun IN ITEMS fragment_copy measured_run run_comparison run_lookup)
  target_link_libraries(${noun}_test PRIVATE fmt::fmt)
endforeach()

foreach(noun IN ITEMS report_formats summary)
  target_compile_definitions(${noun}_test PRIVATE
    NDBENCH_TEST_GOLDEN="${CMAKE_CURRENT_LIST_DIR}/golden")
endforeach()

target_compile_definitions(change_points_test PRIVATE
  NDBENCH_TEST_OTAVA_VECTORS="${CMAKE_CURRENT_SOURCE_DIR}/reference/otava_vectors.json")

# What SciPy says about the same values.
foreach(noun IN ITEMS bootstrap equivalence false_discovery intervals permutation replica_metrics statistics
                      two_samples)
  target_compile_definitions(${noun}_test PRIVATE
    NDBENCH_TEST_VECTORS="${CMAKE_CURRENT_SOURCE_DIR}/reference/statistics_vectors.json")
endforeach()

# Prints how long the metrics of replicas take; see ci/measure_metrics.sh.
add_executable(measure_metrics measure_metrics.cpp)
target_link_libraries(measure_metrics PRIVATE ndbench_core ndbench_options fmt::fmt)

# Make results: for ci/measure_store.sh, ci/kill_store.py and end_to_end/store_test.py.
foreach(program IN ITEMS generate_results index_runs seal_lines)
  add_executable(${program} ${program}.cpp)
  target_link_libraries(${program} PRIVATE ndbench_core ndbench_options fmt::fmt)
endforeach()

# A worker that behaves and misbehaves as it is told.
add_executable(stub_worker stub_worker.cpp)
target_link_libraries(stub_worker PRIVATE ndbench_base ndbench_protocol ndbench_options)
foreach(noun IN ITEMS watch worker_process)
  add_dependencies(${noun}_test stub_worker)
  target_compile_definitions(${noun}_test PRIVATE
    NDBENCH_TEST_STUB_WORKER="$<TARGET_FILE:stub_worker>")
endforeach()
