# Tests of framework/worker, which need LibTorch.
foreach(noun IN ITEMS guarded plugin_host state_hash)
  ndbench_add_test(${noun}_test SOURCES ${noun}_test.cpp LIBRARIES ndbench_worker_core
                   LABEL torch)
endforeach()
