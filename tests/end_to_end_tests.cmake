# Tests of the programs as a user runs them: whole runs with real workers.
add_subdirectory(plugins)
foreach(subject IN ITEMS ab bisect compare concurrency counts data determinism doctor flags formats gate gpu
                         host_lock hostile jobs kernels models modes nightly operators parity plugins
                         precision report resume sharded signals spread store suites trace villains)
  add_test(NAME end_to_end.${subject}
           COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/end_to_end/${subject}_test.py)
  set_tests_properties(end_to_end.${subject} PROPERTIES
    LABELS end_to_end TIMEOUT 600
    ENVIRONMENT "NDBENCH_SUITE=$<TARGET_FILE:ndbench_suite>;\
NDBENCH_COMMAND=$<TARGET_FILE:ndbench_command>;\
NDBENCH_TEST_PLUGINS=${PROJECT_BINARY_DIR}/tests/plugins;\
NDBENCH_TEST_SEAL_LINES=$<TARGET_FILE:seal_lines>;\
NDBENCH_TEST_INDEX_RUNS=$<TARGET_FILE:index_runs>;\
NDBENCH_TEST_SOURCE=${PROJECT_SOURCE_DIR}")
endforeach()
set_tests_properties(end_to_end.gpu PROPERTIES LABELS "end_to_end;gpu")
set_tests_properties(end_to_end.modes PROPERTIES TIMEOUT 2400)  # a hundred and fifty workers
set_tests_properties(end_to_end.nightly end_to_end.bisect PROPERTIES TIMEOUT 2400)  # two dozen runs
set_tests_properties(end_to_end.sharded PROPERTIES TIMEOUT 1200)  # a hundred

# The campaigns of ci, with fewer kills and faults than by hand.
function(ndbench_add_campaign name script)
  add_test(NAME end_to_end.${name}
           COMMAND ${Python3_EXECUTABLE} -B ${PROJECT_SOURCE_DIR}/ci/${script}.py ${ARGN}
                   --build ${PROJECT_BINARY_DIR})
  set_tests_properties(end_to_end.${name} PROPERTIES
    LABELS end_to_end TIMEOUT 1800 SKIP_RETURN_CODE 77)
endfunction()
ndbench_add_campaign(kill_runs kill_runs --kills 100)
ndbench_add_campaign(failing_writes fault_writes --calls --points 50)
ndbench_add_campaign(full_disks fault_writes --disks)
