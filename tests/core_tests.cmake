# Tests of framework/core: no LibTorch, no clock, seconds in all.
foreach(noun IN ITEMS mode name printable seeds spelling statistics suite)
  ndbench_add_test(${noun}_test SOURCES ${noun}_test.cpp LIBRARIES ndbench_core)
endforeach()
