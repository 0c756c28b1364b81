# Everything ndbench links, as packaged by Debian 12 (ci/packages.txt). Of LibTorch, the `torch` wheel
# of PyPI will do as well: ci/setup_torch.sh.
set(NDBENCH_LIBTORCH_VERSION 1.13 CACHE STRING "The oldest LibTorch to take")
find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(LibTorch ${NDBENCH_LIBTORCH_VERSION} REQUIRED)
find_package(benchmark REQUIRED)
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
find_package(nlohmann_json REQUIRED)
find_file(CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js REQUIRED)  # 3.9, for reports
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(ZLIB REQUIRED)
find_package(simdjson REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(dnnl 2.6 CONFIG REQUIRED)  # of oneDNN, whose kernels are also called directly
find_package(PkgConfig REQUIRED)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(HWLOC REQUIRED IMPORTED_TARGET hwloc)
# Pictures and video. Decoding and scaling are all that is used of them.
pkg_check_modules(LIBAV REQUIRED IMPORTED_TARGET libavformat libavcodec libswscale libavutil)
if(NDBENCH_BUILD_TESTS)
  find_package(GTest REQUIRED)
  # The system's interpreter sees python3-torch; one earlier on the PATH may not.
  set(Python3_ROOT_DIR /usr)
  set(Python3_FIND_STRATEGY LOCATION)
  find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
endif()
