#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ndbench {

/// The newest version of a record's line that can be decoded.
inline constexpr int kNewestDecodedRecord = 5;

/// The line that begins a run.
struct RunLine {
  std::string run{};  ///< random, 32 hexadecimal digits
  std::string started{};
  std::string suite{};
  std::string suite_hash{};
  std::string suite_file{};
  std::string command{};
  std::string ndbench{};  ///< version of the program
  std::string commit{};
  std::string host_name{};
  std::string cpu_model{};
  std::string kernel{};
  std::optional<std::int64_t> cores{};
  std::vector<std::string> plan{};  ///< names of its cells, in order
};

struct EpochLine {
  std::optional<double> loss{};
  double train_seconds = 0.0;
  double evaluate_seconds = 0.0;
  std::optional<double> quality{};
};

/// A record, its samples summed up as Record's member functions do. Absent is what the line lacks
/// and what is not a finite number.
struct RecordLine {
  std::string name{};
  std::string model{};
  std::string backend{};
  std::string mode{};
  std::string scope{};
  std::int64_t replica = 0;
  std::int64_t jobs = 1;
  std::string status{};
  std::optional<std::int64_t> exit_code{};
  std::string reason{};
  std::string phase{};
  std::optional<std::uint64_t> target{};
  std::optional<std::int64_t> iterations{};
  std::optional<double> seconds{};
  std::optional<double> cpu_seconds{};
  std::optional<double> samples_per_second{};
  std::string metric{};
  std::optional<double> quality{};
  std::optional<bool> higher_is_better{};
  std::optional<double> loss{};  ///< of the last planned step, or mean over the last epoch
  std::string state_hash{};      ///< 16 bytes, or none
  std::optional<std::int64_t> peak_memory_bytes{};
  std::int64_t disturbed_blocks = 0;
  std::int64_t attempts = 1;
  std::optional<std::uint64_t> seed_init{};
  std::optional<std::uint64_t> seed_order{};
  std::optional<std::uint64_t> seed_augment{};
  std::optional<std::uint64_t> seed_dropout{};
  bool is_deterministic = false;  ///< its tooling asks for deterministic algorithms
  std::vector<EpochLine> epochs{};
};

struct ParityLine {
  std::string model{};
  std::string backend{};
  std::string status{};
  std::string reason{};
  std::string precision{};
  std::optional<double> seconds{};
};

/// A run goes on after it had ended.
struct ResumeLine {};

struct EndLine {
  bool is_complete = false;
  std::string exit_codes{};  ///< as JSON
};

/// monostate: a line of a type that this program does not know.
using DecodedLine =
    std::variant<std::monostate, RunLine, RecordLine, ParityLine, ResumeLine, EndLine>;

/// Reads from a journal's lines what the database holds. Keeps its buffers from line to line.
class JournalDecoder {
 public:
  JournalDecoder();
  ~JournalDecoder();

  /// @param line  kReadableBeyond bytes after it can be read.
  /// @throws ndbench::Error saying what is wrong with the line, newer versions among it.
  [[nodiscard]] DecodedLine decode(std::string_view line);

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace ndbench
