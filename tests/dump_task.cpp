// dump_task <plugin.so> <folder> <steps> [key=value]...
//
// Trains a model plugin with fixed seeds on the CPU and writes what another implementation needs to
// repeat it: the initial state, the batches, the losses and the gradients of the first step. One
// raw little-endian file per tensor, described by index.json. tests/reference/compare_twin.py reads
// it.
//
// Data sets are looked for along NDBENCH_DATA_PATH, then in /usr/share/datasets.
#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ndbench/plugin.h"
#include "ndbench/torch.h"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr ndbench::Seeds kSeeds{.init = 1, .order = 2, .augment = 3, .dropout = 4};

const ndbench::PluginDescriptor& open_plugin(const char* path) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw ndbench::Error(dlerror());
  }
  const auto* descriptor =
      static_cast<const ndbench::PluginDescriptor*>(dlsym(library, ndbench::kPluginSymbol));
  if (descriptor == nullptr || descriptor->kind != ndbench::PluginKind::kModel) {
    throw ndbench::Error(fmt::format("{}: is no model plugin", path));
  }
  return *descriptor;
}

struct Parse {
  std::string text;

  ndbench::ParameterValue operator()(bool) const { return text == "true"; }
  ndbench::ParameterValue operator()(std::int64_t) const { return std::int64_t{std::stoll(text)}; }
  ndbench::ParameterValue operator()(double) const { return std::stod(text); }
  ndbench::ParameterValue operator()(const std::string&) const { return text; }
};

ndbench::Parameters parse_parameters(const ndbench::Model& model,
                                     const std::vector<std::string>& settings) {
  std::map<std::string, ndbench::ParameterValue> values;
  for (const auto& parameter : model.parameters()) {
    values[parameter.name] = parameter.default_value;
  }
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    const auto found = values.find(setting.substr(0, equals));
    if (equals == std::string::npos || found == values.end()) {
      throw ndbench::Error(fmt::format("'{}' is no key=value of this model", setting));
    }
    found->second = std::visit(Parse{setting.substr(equals + 1)}, found->second);
  }
  return ndbench::Parameters(values);
}

std::vector<fs::path> data_path() {
  std::vector<fs::path> folders;
  const char* variable = std::getenv("NDBENCH_DATA_PATH");
  std::istringstream list(variable == nullptr ? "" : variable);
  for (std::string folder; std::getline(list, folder, ':');) {
    folders.emplace_back(folder);
  }
  folders.emplace_back("/usr/share/datasets");
  return folders;
}

const char* dtype_of(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kFloat:
      return "float32";
    case at::kDouble:
      return "float64";
    case at::kLong:
      return "int64";
    default:
      throw ndbench::Error(
          fmt::format("a tensor of type {} cannot be written", at::toString(tensor.scalar_type())));
  }
}

class Folder {
 public:
  explicit Folder(fs::path path) : path_(std::move(path)) { fs::create_directories(path_); }

  /// Writes one tensor; returns how index.json describes it.
  json write(const std::string& name, const at::Tensor& tensor) {
    const at::Tensor values = tensor.detach().cpu().contiguous();
    const std::string file = fmt::format("{:04}.bin", files_++);
    std::ofstream stream(path_ / file, std::ios::binary);
    stream.write(static_cast<const char*>(values.data_ptr()),
                 static_cast<std::streamsize>(values.nbytes()));
    close(stream, file);
    return {{"name", name},
            {"file", file},
            {"dtype", dtype_of(values)},
            {"shape", values.sizes().vec()}};
  }

  void write_index(const json& index) {
    std::ofstream stream(path_ / "index.json");
    stream << index.dump(1) << '\n';
    close(stream, "index.json");
  }

 private:
  void close(std::ofstream& stream, const std::string& file) const {
    stream.close();
    if (!stream) {
      throw ndbench::Error(fmt::format("{}: cannot be written", (path_ / file).string()));
    }
  }

  fs::path path_;
  int files_ = 0;
};

void dump(const char* plugin, const char* folder_path, std::int64_t steps,
          const std::vector<std::string>& settings) {
  const ndbench::PluginDescriptor& descriptor = open_plugin(plugin);
  const std::unique_ptr<ndbench::Model> model(descriptor.create_model());
  const ndbench::TaskContext context{.parameters = parse_parameters(*model, settings),
                                     .seeds = kSeeds,
                                     .device = "cpu",
                                     .data_path = data_path()};
  const auto task = model->create_task(context);

  Folder folder(folder_path);
  json index{{"model", descriptor.name},
             {"batches", json::array()},
             {"losses", json::array()},
             {"gradients", json::array()}};
  for (const auto& [name, value] : context.parameters.values()) {
    std::visit([&, &key = name](const auto& v) { index["parameters"][key] = v; }, value);
  }
  task->visit_state([&](const std::string& name, const at::Tensor& value) {
    index["state"].push_back(folder.write(name, value));
  });
  task->start_epoch(0);
  for (std::int64_t step = 0; step < steps; ++step) {
    if (task->next_batch() == 0) {
      throw ndbench::Error(fmt::format("the epoch ends after {} steps", step));
    }
    json batch;
    task->visit_batch([&](const std::string& name, const at::Tensor& value) {
      batch[name] = folder.write(name, value);
    });
    index["batches"].push_back(batch);
    index["losses"].push_back(task->train_step().item<double>());
    if (step == 0) {
      task->visit_state([&](const std::string& name, const at::Tensor& value) {
        if (value.grad().defined()) {
          index["gradients"].push_back(folder.write(name, value.grad()));
        }
      });
    }
  }
  folder.write_index(index);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: dump_task <plugin.so> <folder> <steps> [key=value]...\n";
    return 2;
  }
  try {
    dump(argv[1], argv[2], std::stoll(argv[3]), {argv + 4, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "dump_task: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
