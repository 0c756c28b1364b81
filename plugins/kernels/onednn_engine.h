#pragma once

// What oneDNN's kernels have in common here; for onednn_*.cpp alone.
#include <cstring>
#include <dnnl.hpp>
#include <map>
#include <unordered_map>
#include <utility>

#include "engine.h"

namespace ndbench::kernels {

using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;

inline const dnnl::engine& cpu() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

/// A tensor in oneDNN's words, without a copy.
inline memory plain(const at::Tensor& tensor) {
  const memory::dims sizes(tensor.sizes().begin(), tensor.sizes().end());
  const memory::dims strides(tensor.strides().begin(), tensor.strides().end());
  return {{sizes, memory::data_type::f32, strides}, cpu(), tensor.data_ptr()};
}

/// The sizes of a tensor, in whatever layout an implementation prefers.
inline memory::desc any_layout(const at::Tensor& tensor) {
  return {{tensor.sizes().begin(), tensor.sizes().end()},
          memory::data_type::f32,
          memory::format_tag::any};
}

/// What a primitive reads and writes, by oneDNN's numbers for them.
struct Operands {
  std::map<int, memory> inputs;
  int output = DNNL_ARG_DST;
  std::vector<int> other_outputs{};
};

class OneDnnEngine final : public Engine {
 public:
  OneDnnEngine(const dnnl::primitive_desc_base& implementation, const Operands& operands,
               at::IntArrayRef sizes)
      : name_(implementation.impl_info_str()),
        primitive_(implementation.get()),
        stream_(cpu()),
        output_(memory_of(implementation, operands.output)),
        sizes_(sizes.vec()) {
    for (const auto& [argument, given] : operands.inputs) {
      const memory::desc wanted = implementation.query_md(dnnl::query::exec_arg_md, argument);
      memory input = given;
      if (wanted != given.get_desc()) {
        input = memory(wanted, cpu());
        dnnl::reorder(given, input).execute(stream_, const_cast<memory&>(given), input);
        stream_.wait();
      }
      arguments_.emplace(argument, input);
    }
    for (const int argument : operands.other_outputs) {
      arguments_.emplace(argument, memory_of(implementation, argument));
    }
    arguments_.emplace(operands.output, output_);
  }

  [[nodiscard]] std::string name() const override { return name_; }

  /// oneDNN marks none of its CPU kernels.
  [[nodiscard]] bool is_marked_nondeterministic() const override { return false; }

  void run() override {
    primitive_.execute(stream_, arguments_);
    stream_.wait();
  }

  void overwrite(int byte) override {
    std::memset(output_.get_data_handle(), byte, output_.get_desc().get_size());
  }

  [[nodiscard]] at::Tensor result() const override {
    const at::Tensor result = at::empty(sizes_, at::kFloat);
    memory target = plain(result);
    memory source = output_;
    dnnl::stream stream(cpu());
    dnnl::reorder(source, target).execute(stream, source, target);
    stream.wait();
    return result;
  }

  /// What the last run left under this number, in the implementation's layout.
  [[nodiscard]] memory operand(int argument) const { return arguments_.at(argument); }

 private:
  static memory memory_of(const dnnl::primitive_desc_base& implementation, int argument) {
    return {implementation.query_md(dnnl::query::exec_arg_md, argument), cpu()};
  }

  std::string name_;
  dnnl::primitive primitive_;
  dnnl::stream stream_;
  memory output_;
  std::unordered_map<int, memory> arguments_;
  std::vector<std::int64_t> sizes_;
};

/// What engines are made for.
struct Request {
  const Workload& workload;
  bool with_reference;
};

/// Every implementation of a primitive. `hint` is the forward primitive's descriptor where it is on
/// the way back.
template <typename Primitive, typename... Hint>
Engines all_implementations(const Request& request, const typename Primitive::desc& description,
                            const Operands& operands, const Hint&... hint) {
  // oneDNN's iterator reads the description that it was made from at each step.
  typename Primitive::primitive_desc implementation(description, cpu(), hint...,
                                                    /*allow_empty=*/true);
  Engines engines;
  if (!implementation) return engines;
  do {
    const std::string name = implementation.impl_info_str();
    const bool is_reference = name.find("ref") != std::string::npos;
    if (is_reference && !request.with_reference && !engines.empty()) continue;
    engines.push_back(
        std::make_unique<OneDnnEngine>(implementation, operands, request.workload.result_sizes()));
  } while (implementation.next_impl());
  return engines;
}

inline memory::dims square(std::int64_t size) { return {size, size}; }

[[nodiscard]] Engines onednn_convolutions(const Request& request);
[[nodiscard]] Engines onednn_layers(const Request& request);

}  // namespace ndbench::kernels
