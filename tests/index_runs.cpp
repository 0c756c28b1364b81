// Writes runs into a folder and indexes each; says so on stdout once that is durable. Run n has
// 1 + n % 20 records. Goes on until it is killed; see ci/kill_store.py.
//   index_runs FOLDER FIRST
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "core/fragment_index.h"
#include "journal_fixture.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: index_runs FOLDER FIRST\n", stderr);
    return 2;
  }
  const std::filesystem::path results = argv[1];
  try {
    ndbench::Store store(results);
    ndbench::FragmentIndex index(store);
    for (int number = std::atoi(argv[2]);; ++number) {
      std::vector<nlohmann::json> lines{ndbench::run_line(number)};
      for (int replica = 0; replica <= number % 20; ++replica) {
        lines.push_back(ndbench::epoch_record("noisy", replica, {0.25, 0.5}));
      }
      const auto fragment = ndbench::write_fragment(results / fmt::format("{:06}", number), lines);
      index.add(ndbench::fragment_at(fragment));
      const std::string acknowledgement = fmt::format("{}\n", number);
      if (write(STDOUT_FILENO, acknowledgement.data(), acknowledgement.size()) < 0) return 1;
    }
  } catch (const std::exception& error) {
    std::fputs(fmt::format("index_runs: {}\n", error.what()).c_str(), stderr);
    return 1;
  }
}
