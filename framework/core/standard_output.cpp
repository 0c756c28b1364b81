#include "core/standard_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/durable_file.h"

namespace ndbench {

void fill_standard_descriptors() {
  int descriptor = 0;
  while ((descriptor = open("/dev/null", O_RDONLY)) >= 0 && descriptor <= 2) {
  }
  if (descriptor > 2) close(descriptor);
}

void write_stdout(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw ResultsError(fmt::format("cannot write to stdout: {}", std::strerror(errno)));
  }
}

void write_output(const std::optional<std::filesystem::path>& file, const std::string& text) {
  if (file) {
    write_file(*file, text);
  } else {
    write_stdout(text);
  }
}

}  // namespace ndbench
