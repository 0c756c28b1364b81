#pragma once

#include <elf.h>

#include <cstring>
#include <string>

namespace ndbench {

inline Elf64_Ehdr plugin_elf_header() {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_type = ET_DYN;
#if defined(__x86_64__)
  header.e_machine = EM_X86_64;
#elif defined(__aarch64__)
  header.e_machine = EM_AARCH64;
#endif
  header.e_phoff = 64;  // one segment behind the header
  header.e_phnum = 1;
  header.e_phentsize = 56;
  header.e_shoff = 120;  // one section behind the segment
  header.e_shnum = 1;
  header.e_shentsize = 64;
  return header;
}

/// A file of `size` bytes that begins with `header`. The header above announces 184.
inline std::string elf_bytes(const Elf64_Ehdr& header = plugin_elf_header(),
                             std::size_t size = 184) {
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes.resize(size);
  return bytes;
}

}  // namespace ndbench
