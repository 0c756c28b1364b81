// Feeds arbitrary bytes to read_cifar, as the test images and (before a first NUL NUL) as the names
// of the classes: ndbench::Error is the only way out it may take.

#include <cstddef>
#include <cstdint>

#include "data/cifar.h"
#include "fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using std::string_view_literals::operator""sv;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t end = bytes.find("\0\0"sv);
  const bool has_names = end != std::string_view::npos;
  const std::string_view records = has_names ? bytes.substr(end + 2) : bytes;
  for (const std::string dataset : {"cifar-10", "cifar-100"}) {
    const bool ten = dataset == "cifar-10";
    fuzz_file(dataset + "/" + (ten ? "data_batch_1.bin" : "train.bin"), records);
    fuzz_file(dataset + "/" + (ten ? "test_batch.bin" : "test.bin"), records);
    fuzz_file(dataset + "/" + (ten ? "batches.meta.txt" : "fine_label_names.txt"),
              has_names ? bytes.substr(0, end) : "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
    for (const std::int64_t subset : {0, 1, 3}) {
      try {
        (void)ndbench::read_cifar(
            {.dataset = dataset, .subset = subset, .test_subset = subset, .image_size = 0},
            {fuzz_folder()});
      } catch (const ndbench::Error&) {
      }
    }
  }
  return 0;
}
