# LibTorch::cpu: libtorch_cpu and libc10 with their headers, all that computing on a CPU takes.
#
# LibTorch's own package file, where it was built for CUDA, wants a CUDA toolkit of everyone. This
# takes Debian's libtorch-dev as well as the folder `torch` of PyPI's wheel, named by
# CMAKE_PREFIX_PATH or LibTorch_ROOT. Beside the target it sets
#   LibTorch_VERSION           as its headers say
#   LibTorch_PREFIX            the folder that holds its include and lib
#   LibTorch_INSTALL_RPATH     where installed programs must look for it, "" if the loader knows
find_path(LibTorch_INCLUDE_DIR ATen/ATen.h)
find_path(LibTorch_API_INCLUDE_DIR torch/torch.h
          HINTS ${LibTorch_INCLUDE_DIR} PATH_SUFFIXES torch/csrc/api/include NO_DEFAULT_PATH)
# Nowhere but beside these headers: those of another version would compile, and crash.
cmake_path(GET LibTorch_INCLUDE_DIR PARENT_PATH LibTorch_PREFIX)
foreach(library IN ITEMS c10 torch_cpu)
  find_library(LibTorch_${library}_LIBRARY ${library}
               HINTS ${LibTorch_PREFIX}
               PATH_SUFFIXES lib/${CMAKE_LIBRARY_ARCHITECTURE} lib NO_DEFAULT_PATH)
  mark_as_advanced(LibTorch_${library}_LIBRARY)
endforeach()
mark_as_advanced(LibTorch_INCLUDE_DIR LibTorch_API_INCLUDE_DIR)

unset(numbers)
foreach(header IN ITEMS ${LibTorch_INCLUDE_DIR}/torch/headeronly/version.h
                        ${LibTorch_API_INCLUDE_DIR}/torch/version.h)
  if(NOT numbers AND EXISTS ${header})
    file(STRINGS ${header} numbers REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+$")
  endif()
endforeach()
list(TRANSFORM numbers REPLACE "[^0-9]" "")
list(JOIN numbers "." LibTorch_VERSION)

# Until 2.5 the wheels had the C++ ABI of before C++11.
unset(reason)
if(LibTorch_c10_LIBRARY)
  file(STRINGS ${LibTorch_c10_LIBRARY} error_type
       REGEX "c105ErrorC1ENS_14SourceLocationENSt7__cxx11" LIMIT_COUNT 1)
  if(NOT error_type)
    set(reason "${LibTorch_c10_LIBRARY} has another C++ ABI (_GLIBCXX_USE_CXX11_ABI=0)")
    unset(LibTorch_c10_LIBRARY)
    unset(LibTorch_c10_LIBRARY CACHE)
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_torch_cpu_LIBRARY LibTorch_c10_LIBRARY LibTorch_INCLUDE_DIR
                LibTorch_API_INCLUDE_DIR
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "${reason}")

if(LibTorch_FOUND AND NOT TARGET LibTorch::cpu)
  set(headers ${LibTorch_INCLUDE_DIR})
  if(NOT headers IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
    # The wheel has headers of fmt and others beside its own, which would hide those of the system.
    set(headers ${CMAKE_BINARY_DIR}/libtorch_headers)
    file(MAKE_DIRECTORY ${headers})
    foreach(folder IN ITEMS ATen c10 torch)
      file(CREATE_LINK ${LibTorch_INCLUDE_DIR}/${folder} ${headers}/${folder} SYMBOLIC)
    endforeach()
  endif()
  add_library(LibTorch::c10 SHARED IMPORTED)
  set_target_properties(LibTorch::c10 PROPERTIES
    IMPORTED_LOCATION ${LibTorch_c10_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES "${headers};${headers}/torch/csrc/api/include")
  add_library(LibTorch::cpu SHARED IMPORTED)
  set_target_properties(LibTorch::cpu PROPERTIES
    IMPORTED_LOCATION ${LibTorch_torch_cpu_LIBRARY}
    INTERFACE_LINK_LIBRARIES LibTorch::c10)
endif()
cmake_path(GET LibTorch_c10_LIBRARY PARENT_PATH LibTorch_INSTALL_RPATH)
if(LibTorch_INSTALL_RPATH IN_LIST CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES)
  set(LibTorch_INSTALL_RPATH "")
endif()
