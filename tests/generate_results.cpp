// Writes a folder of results with as many records as asked for, as a year of runs leaves them:
//   generate_results FOLDER RECORDS RECORDS_IN_A_RUN STEPS
// Half of the records are of steps, half of epochs; fixed and noisy in pairs. For
// ci/measure_store.sh.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "journal_fixture.h"

namespace {

using nlohmann::json;

class Generator {
 public:
  explicit Generator(int steps) : steps_(steps) {}

  json record(const std::string& model, const std::string& mode, const std::string& scope,
              int replica) {
    json line = scope == "step" ? ndbench::step_record(mode, replica, seconds(steps_))
                                : ndbench::epoch_record(mode, replica, seconds(3));
    line["model"] = model;
    line["name"] = fmt::format("{}/cpu/{}/{}", model, mode, scope);
    line["state_hash"] = fmt::format("{:032x}", mode == "fixed" ? 7 : random_());
    line["target"] = fmt::format("{:016x}", random_() % 4);
    line["environment"] = {{"GOMP_SPINCOUNT", "1000"},
                           {"MALLOC_MMAP_THRESHOLD_", "33554432"},
                           {"MALLOC_TRIM_THRESHOLD_", "1073741824"},
                           {"MKL_DYNAMIC", "false"},
                           {"OMP_NUM_THREADS", "2"},
                           {"OPENBLAS_CORETYPE", "Haswell"}};
    line["in_force"] = {{"aten_cpu_capability", "avx2"}, {"deterministic", "true"},
                        {"interop_threads", "1"},        {"onednn_max_cpu_isa", "AVX512_CORE_BF16"},
                        {"processors", "0-1"},           {"threads", "2"}};
    line["libraries"] = {{"blas", "OpenBLAS 0.3.21"}, {"onednn", "2.6.3"}, {"torch", "1.13.1"}};
    line["load_average"] = seconds(3);
    line["parameters"] = {{"batch_size", 8}};
    line["round_seconds"] = second();
    json& samples = line["samples"];
    for (json& epoch : scope == "step" ? no_epochs_ : samples.at("epochs")) {
      epoch["input_seconds"] = second();
      epoch["run_queue_seconds"] = second();
      epoch["trace_seconds"] = 0.0;
      epoch["evaluation"]["examples"] = 60;
    }
    if (scope == "step") {
      samples["warmup_steps"] = 2;
      samples["run_queue_seconds"] = second();
      samples["losses"] = seconds(steps_ + steps_ / 4 + 2);
      samples["blocks"] = json::array();
      for (int block = 0; block < steps_ / 4; ++block) {
        samples["blocks"].push_back({{"steps", 4},
                                     {"cpu_seconds", second()},
                                     {"run_queue_seconds", second()},
                                     {"window_seconds", second()},
                                     {"steal_share", 0.0},
                                     {"others_cores", second()},
                                     {"frequency", nullptr},
                                     {"runnable", 1}});
      }
    }
    return line;
  }

 private:
  double second() { return uniform_(random_); }
  std::vector<double> seconds(int count) {
    std::vector<double> values;
    for (int number = 0; number < count; ++number) values.push_back(second());
    return values;
  }

  json no_epochs_ = json::array();
  int steps_;
  std::mt19937_64 random_{1};
  std::uniform_real_distribution<double> uniform_{0.01, 0.02};
};

constexpr const char* kModels[] = {"autoencoder", "prednet", "resnet", "vgg", "densenet"};

/// What the first line of a run says beyond what all tests need.
json header(int run, const std::string& started) {
  json line = ndbench::run_line(run, {}, started);
  line["arguments"] = {"--suite=s"};
  line["provenance"].update({{"cpu_flags", {"avx2"}},
                             {"hardware_threads", 2},
                             {"governor", "performance"},
                             {"memory_bytes", 8'000'000'000},
                             {"virtualized", false}});
  return line;
}

/// The suite that such runs are of.
void write_suite(const std::filesystem::path& folder) {
  std::ofstream file(folder / "suite.toml");
  file << "name = \"s\"\nmodes = [\"fixed\", \"noisy\"]\n[step]\n[epoch]\n"
          "[[backend]]\nname = \"cpu\"\n";
  for (const char* model : kModels) file << fmt::format("[[model]]\nname = \"{}\"\n", model);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: generate_results FOLDER RECORDS RECORDS_IN_A_RUN STEPS\n", stderr);
    return 2;
  }
  const long records = std::atol(argv[2]);
  const long in_a_run = std::atol(argv[3]);
  Generator generator(std::atoi(argv[4]));
  std::size_t bytes = 0;
  for (long written = 0, run = 0; written < records; ++run) {
    const std::string started = fmt::format("20{:02}-{:02}-{:02}T00:00:00Z", 10 + run / 336,
                                            1 + run / 28 % 12, 1 + run % 28);
    std::vector<json> lines{header(static_cast<int>(run), started)};
    for (int replica = 0; static_cast<long>(lines.size()) <= in_a_run; ++replica) {
      for (const char* model : kModels) {
        for (const char* scope : {"step", "epoch"}) {
          for (const char* mode : {"fixed", "noisy"}) {
            if (static_cast<long>(lines.size()) > in_a_run) continue;
            lines.push_back(generator.record(model, mode, scope, replica));
          }
        }
      }
    }
    written += static_cast<long>(lines.size()) - 1;
    lines.push_back(ndbench::end_line(true));
    const auto folder = ndbench::write_fragment(
        std::filesystem::path(argv[1]) / fmt::format("20260101T000000Z-{}", run), lines);
    write_suite(folder);
    bytes += std::filesystem::file_size(folder / "journal.jsonl");
  }
  std::printf("%zu bytes\n", bytes);
}
