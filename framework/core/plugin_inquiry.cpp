#include "core/plugin_inquiry.h"

#include <memory>
#include <utility>

namespace ndbench {
namespace {

/// A plugin whose worker is asked and has not answered yet.
class Inquiry {
 public:
  Inquiry(PluginSearch found, const StartWorker& start_worker)
      : plugin_{std::move(found.file), std::move(found.outcome)}, start_worker_(start_worker) {}

  void ask() {
    attempt([&] {
      worker_ = start_worker_({});
      worker_->send(DescribeRequest{plugin_.file});
    });
  }

  DescribedPlugin answer(const InquiryOptions& options) {
    await();
    for (int retry = 0; retry < options.retries && plugin_.outcome.is_lost; ++retry) {
      if (options.on_retry) options.on_retry(plugin_);
      plugin_.outcome = {};
      ask();
      await();
    }
    return std::move(plugin_);
  }

 private:
  void await() {
    attempt([&] { plugin_.description = worker_->await<Description>(); });
    worker_.reset();
  }

  template <typename Call>
  void attempt(Call call) {
    if (plugin_.outcome.status != Status::kPassed) return;
    try {
      call();
    } catch (const WorkerFailed& failure) {
      plugin_.outcome = failure.outcome;
    }
  }

  DescribedPlugin plugin_;
  const StartWorker& start_worker_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace

std::vector<DescribedPlugin> describe_plugins(std::vector<PluginSearch> found,
                                              const StartWorker& start_worker,
                                              const InquiryOptions& options) {
  std::vector<Inquiry> inquiries;
  for (PluginSearch& search : found) inquiries.emplace_back(std::move(search), start_worker);
  std::vector<DescribedPlugin> plugins;
  for (std::size_t next = 0; next < inquiries.size() + options.at_once; ++next) {
    if (next >= options.at_once) {
      plugins.push_back(inquiries[next - options.at_once].answer(options));
    }
    if (next < inquiries.size()) inquiries[next].ask();
  }
  return plugins;
}

}  // namespace ndbench
