#pragma once

// Model plugins as the host uses them: through the descriptor that each exports.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ndbench/plugin.h"
#include "ndbench/torch.h"

namespace ndbench {

namespace fs = std::filesystem;

inline constexpr std::int64_t kTrainSize = 60;
inline constexpr std::int64_t kTestSize = 20;

inline const PluginDescriptor& open_plugin(const char* path) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw Error(dlerror());
  }
  return *static_cast<const PluginDescriptor*>(dlsym(library, kPluginSymbol));
}

inline std::unique_ptr<Model> make_model(const char* path) {
  return std::unique_ptr<Model>(open_plugin(path).create_model());
}

inline Parameters with(const Model& model, const std::map<std::string, ParameterValue>& settings) {
  std::map<std::string, ParameterValue> values;
  for (const Parameter& parameter : model.parameters()) {
    values[parameter.name] = parameter.default_value;
  }
  for (const auto& [name, value] : settings) {
    if (values.contains(name)) {
      values[name] = value;
    }
  }
  return Parameters(values);
}

/// A data set in the layout of Fashion-MNIST that can be learnt: class c is bright down to row 2c
/// + 2.
class LevelImages {
 public:
  LevelImages() : folder_(fs::path(testing::TempDir()) / test_name()) {
    fs::create_directories(folder_ / "fashion-mnist");
    write("train", kTrainSize);
    write("t10k", kTestSize);
  }
  ~LevelImages() { fs::remove_all(folder_); }
  LevelImages(const LevelImages&) = delete;
  LevelImages& operator=(const LevelImages&) = delete;

  [[nodiscard]] const fs::path& folder() const { return folder_; }

 private:
  static std::string test_name() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(test->test_suite_name()) + "." + test->name();
    std::replace(name.begin(), name.end(), '/', '.');
    return name;
  }

  void write(const std::string& split, std::int64_t count) const {
    const auto low_byte = static_cast<char>(count);
    std::string images =
        std::string("\0\0\x08\x03\0\0\0", 7) + low_byte + std::string("\0\0\0\x1c\0\0\0\x1c", 8);
    std::string labels = std::string("\0\0\x08\x01\0\0\0", 7) + low_byte;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t label = i % 10;
      labels += static_cast<char>(label);
      for (std::int64_t row = 0; row < 28; ++row) {
        const bool bright = row < 2 * label + 3;
        images += std::string(28, static_cast<char>(bright ? 255 - i % 7 : i % 5));
      }
    }
    std::ofstream(folder_ / "fashion-mnist" / (split + "-images-idx3-ubyte"), std::ios::binary)
        << images;
    std::ofstream(folder_ / "fashion-mnist" / (split + "-labels-idx1-ubyte"), std::ios::binary)
        << labels;
  }

  fs::path folder_;
};

using State = std::map<std::string, std::string>;  ///< name to bytes

inline State state_of(const Task& task) {
  State state;
  task.visit_state([&](const std::string& name, const at::Tensor& value) {
    const at::Tensor bytes = value.detach().contiguous();
    state[name] = {static_cast<const char*>(bytes.data_ptr()), bytes.nbytes()};
  });
  return state;
}

/// Trains to the end of the epoch; returns the loss of each step.
inline std::vector<float> train_epoch(Task& task, std::int64_t epoch) {
  std::vector<float> losses;
  task.start_epoch(epoch);
  while (task.next_batch() > 0) {
    losses.push_back(task.train_step().item<float>());
  }
  return losses;
}

}  // namespace ndbench
