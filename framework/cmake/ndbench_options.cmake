# ndbench_options: how ndbench's own code is compiled. Linked privately by every target of ours,
# so that third-party code and plugins out of tree are left alone.
add_library(ndbench_options INTERFACE)
target_compile_features(ndbench_options INTERFACE cxx_std_20)
target_compile_options(ndbench_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow
  # gcc 12 finds overlaps and overflows in std::string and fmt that are not there (its bugs
  # 105651 and 105329).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>
  $<$<BOOL:${NDBENCH_WARNINGS_AS_ERRORS}>:-Werror>
  -fvisibility=hidden -fvisibility-inlines-hidden
  # A fused multiply-add rounds once where two operations round twice: results would depend on
  # the instruction set.
  -ffp-contract=off)
if(NDBENCH_SANITIZE)
  target_compile_options(ndbench_options INTERFACE -fsanitize=${NDBENCH_SANITIZE}
                                                   -fno-omit-frame-pointer)
  target_link_options(ndbench_options INTERFACE -fsanitize=${NDBENCH_SANITIZE})
endif()

find_program(NDBENCH_LINKER_MOLD mold)
find_program(NDBENCH_LINKER_LLD ld.lld)
if(NDBENCH_LINKER_MOLD)
  target_link_options(ndbench_options INTERFACE -fuse-ld=mold)
elseif(NDBENCH_LINKER_LLD)
  target_link_options(ndbench_options INTERFACE -fuse-ld=lld)
endif()
