#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ndbench/error.h"
#include "ndbench/sharding.h"

namespace ndbench {

/// What a cell asks of its backend.
struct Settings {
  int threads = 1;  ///< intra-op threads
  int device = 0;   ///< which of the backend's devices, where it has several
  int shards = 0;   ///< into how many a batch is cut; 0: as many as the backend cuts it by itself

  /// The switches among Backend::knobs() that the mode sets: "deterministic" → true. One that is
  /// not there stays as LibTorch has it.
  std::map<std::string, bool> switches{};
};

/// Holds the process-global settings of a backend while alive. At most one per process.
class NDBENCH_API Scope {
 public:
  Scope() = default;
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  virtual ~Scope();

  /// Where tensors live, as c10::Device reads it: "cpu", "cuda:0".
  [[nodiscard]] virtual std::string device() const = 0;

  /// How tasks spread their batches. A model whose task does not spread them as told is skipped.
  [[nodiscard]] virtual Sharding sharding() const { return {}; }

  /// Waits until all queued work is done. Called at the edges of every timed region.
  virtual void synchronize() const = 0;

  /// Marks the edges of a timed region in the queue of a device that has one.
  virtual void begin_timing() {}
  virtual void end_timing() {}

  /// Seconds between these marks by the device's own clock, asked after synchronize(). NaN where
  /// the device is the CPU, whose clock the host reads itself.
  [[nodiscard]] virtual double timed_seconds() const;

  /// Most bytes that tensors took at once in the device's own memory; 0 where that is the host's.
  [[nodiscard]] virtual std::int64_t peak_memory_bytes() const { return 0; }

  /// The settings as read back from the libraries, never as asked: "threads" → "2".
  /// The host compares "threads" with what the suite asked for and fails the cell if it differs.
  [[nodiscard]] virtual std::map<std::string, std::string> in_force() const = 0;
};

/// A backend plugin: a device and the library that computes on it.
class NDBENCH_API Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend();

  /// Why this backend cannot run here, in a few words; empty if it can. Never throws for a
  /// machine that merely lacks the device.
  [[nodiscard]] virtual std::string unavailable() const = 0;

  /// The knobs, of those in framework/docs/suites.md, that change how this backend computes here:
  /// switches that enter() sets, variables that its libraries read.
  [[nodiscard]] virtual std::vector<std::string> knobs() const = 0;

  /// Switches the process to this backend.
  /// @pre  unavailable() is empty, no other Scope is alive.
  [[nodiscard]] virtual std::unique_ptr<Scope> enter(const Settings& settings) const = 0;
};

}  // namespace ndbench
