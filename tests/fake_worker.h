#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/worker.h"

namespace ndbench {

/// A Worker without a process: answers each request by a function, and writes down what it was
/// asked and when it left.
class FakeWorker final : public Worker {
 public:
  using Answer = std::function<Message(const Message& request)>;

  /// `log` gets lines like "fixed/0 steps 1+10" and must outlive the worker.
  FakeWorker(std::string label, Answer answer, std::vector<std::string>& log)
      : label_(std::move(label)), answer_(std::move(answer)), log_(log) {}

  ~FakeWorker() override { log_.push_back(label_ + " gone"); }

  void send(const Message& request) override {
    request_ = request;
    log_.push_back(label_ + " " + words(request));
  }

  Message receive() override { return answer_(request_); }

  /// Answers at once, or when `ready` says so.
  std::optional<Message> try_receive() override {
    if (ready && !ready()) return std::nullopt;
    return receive();
  }

  [[nodiscard]] Watch watch() const override { return {{}, {}}; }

  std::function<bool()> ready{};

 private:
  static std::string words(const Message& request) {
    if (const auto* describe = std::get_if<DescribeRequest>(&request)) {
      return "describe " + describe->plugin.name;
    }
    if (const auto* steps = std::get_if<StepsRequest>(&request)) {
      return "steps " + std::to_string(steps->settle) + "+" + std::to_string(steps->steps);
    }
    if (const auto* epoch = std::get_if<EpochRequest>(&request)) {
      return "epoch " + std::to_string(epoch->epoch);
    }
    if (std::holds_alternative<PrepareRequest>(request)) return "prepare";
    if (std::holds_alternative<StateRequest>(request)) return "state";
    if (std::holds_alternative<FinishRequest>(request)) return "finish";
    if (std::holds_alternative<ProbeRequest>(request)) return "probe";
    return "answer";
  }

  std::string label_;
  Answer answer_;
  std::vector<std::string>& log_;
  Message request_;
};

}  // namespace ndbench
