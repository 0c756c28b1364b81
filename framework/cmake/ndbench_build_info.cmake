# Run by `cmake -P` at every build: writes OUTPUT from TEMPLATE, only if something changed.
execute_process(
  COMMAND git -C ${SOURCE_DIR} describe --always --dirty --abbrev=40 --match=
  OUTPUT_VARIABLE NDBENCH_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT NDBENCH_COMMIT)
  set(NDBENCH_COMMIT "unknown (not built from a git checkout)")
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
