# Tests of framework/worker, which need LibTorch.
foreach(noun IN ITEMS difference guarded in_force plugin_host probe run_queue short_turns snapshot state_hash trace ulp)
  ndbench_add_test(${noun}_test SOURCES ${noun}_test.cpp LIBRARIES ndbench_worker_core
                   LABEL torch)
endforeach()
target_link_libraries(in_force_test PRIVATE ndbench_core)
