#include "worker/trace.h"

#include <fmt/format.h>

#include <bit>
#include <filesystem>
#include <utility>

#include "ndbench/error.h"
#include "worker/snapshot.h"
#include "worker/state_hash.h"

namespace ndbench {
namespace {

constexpr std::int64_t kEveryStepUntil = 8;

std::int64_t next_planned(std::int64_t step) {
  if (step < kEveryStepUntil) return step + 1;
  return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(step)) * 2);
}

double mebibytes(std::int64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

}  // namespace

bool Trace::is_due(std::int64_t step) const { return lacks(step) && next_planned(last_) <= step; }

TracePoint Trace::take(const Task& task, std::int64_t step, std::string state_hash) {
  TracePoint point{
      .step = step, .state_hash = std::move(state_hash), .input_hash = hash_batch(task)};
  last_ = step;
  if (!request_.folder.empty()) {
    try {
      keep_or_compare(task, point);
    } catch (const Error& problem) {
      point.not_compared = problem.what();
    } catch (const std::filesystem::filesystem_error& problem) {
      point.not_compared = problem.what();
    }
  }
  return point;
}

std::vector<TracePoint> Trace::finish(const Task& task, std::int64_t step,
                                      const std::string& state_hash) {
  const bool is_needed = lacks(step);
  is_finished_ = true;
  if (!is_needed) return {};
  return {take(task, step, state_hash)};
}

void Trace::keep_or_compare(const Task& task, TracePoint& point) {
  const std::filesystem::path folder = request_.folder;
  const std::filesystem::path file = folder / fmt::format("{}.snapshot", point.step);
  const TracedTensors tensors = traced_tensors(task);
  if (!request_.is_reference) {
    if (!std::filesystem::exists(file)) {
      throw Error(fmt::format("replica 0 left no snapshot of step {}", point.step));
    }
    point.differences = compare_with_snapshot(file, tensors);
    return;
  }
  const std::int64_t bytes = snapshot_bytes(tensors);
  const std::int64_t kept_free = is_finished_ ? 0 : bytes;
  if (written_ + bytes + kept_free > request_.snapshot_limit) {
    throw Error(
        fmt::format("no room for a snapshot of {:.0f} MiB more under the limit of {:.0f} MiB",
                    mebibytes(bytes), mebibytes(request_.snapshot_limit)));
  }
  std::filesystem::create_directories(folder);
  write_snapshot(file, tensors);
  written_ += bytes;
}

}  // namespace ndbench
