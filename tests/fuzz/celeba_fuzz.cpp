// Feeds arbitrary bytes to read_celeba_lists, the two lists parted by a first NUL: ndbench::Error
// is the only way out it may take.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "data/celeba_lists.h"
#include "fuzz_file.h"
#include "ndbench/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(bytes.find('\0'), size);
  const auto attributes = fuzz_file("attributes", bytes.substr(0, end));
  const auto partition = fuzz_file("partition", bytes.substr(std::min(end + 1, size)));
  try {
    const auto lists = ndbench::read_celeba_lists(attributes, partition);
    const auto files = static_cast<std::size_t>(lists.files.size());
    if (lists.partition.size() != files ||
        lists.attributes.size() != files * lists.attribute_names.size()) {
      std::abort();
    }
  } catch (const ndbench::Error&) {
  }
  return 0;
}
