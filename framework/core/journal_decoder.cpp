#include "core/journal_decoder.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <charconv>
#include <cmath>

#include "core/journal_line.h"
#include "core/statistics.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::string_view kRunDigits = "0123456789abcdef";

/// A member, or nothing where there is none of that name and type. What is of no use to the
/// database is not judged here.
template <typename T>
std::optional<T> member(const object& from, std::string_view key) {
  T value{};
  if (from.at_key(key).get(value)) return std::nullopt;
  return value;
}

std::string text(const object& from, std::string_view key) {
  return std::string(member<std::string_view>(from, key).value_or(""));
}

/// null, which stands for what is not finite, is absent.
std::optional<double> number(const object& from, std::string_view key) {
  return member<double>(from, key);
}

std::vector<double> numbers(const array& values) {
  std::vector<double> result;
  for (const element value : values) {
    double number = 0.0;
    result.push_back(value.get(number) ? std::nan("") : number);
  }
  return result;
}

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// Members without which a line is not what it says to be.
std::string required_text(const object& from, std::string_view key) {
  const auto value = member<std::string_view>(from, key);
  if (!value || value->empty()) throw Error(fmt::format("has no '{}', a text", key));
  return std::string(*value);
}

/// 16 hexadecimal digits.
std::optional<std::uint64_t> hexadecimal(const object& from, std::string_view key) {
  const auto digits = member<std::string_view>(from, key);
  if (!digits) return std::nullopt;
  std::uint64_t value = 0;
  const char* const end = digits->data() + digits->size();
  const auto [last, error] = std::from_chars(digits->data(), end, value, 16);
  if (digits->size() != 16 || last != end || error != std::errc()) {
    throw Error(fmt::format("has a '{}' that is not 16 hexadecimal digits", key));
  }
  return value;
}

/// The bytes that 32 hexadecimal digits stand for; none where there is no such member.
std::string hash_bytes(const object& from, std::string_view key) {
  const auto digits = member<std::string_view>(from, key);
  if (!digits) return "";
  std::string bytes;
  for (std::size_t at = 0; digits->size() == 32 && at < 32; at += 2) {
    const std::size_t high = kRunDigits.find((*digits)[at]);
    const std::size_t low = kRunDigits.find((*digits)[at + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) break;
    bytes += static_cast<char>(high * 16 + low);
  }
  if (bytes.size() != 16) {
    throw Error(fmt::format("has a '{}' that is not 32 hexadecimal digits", key));
  }
  return bytes;
}

void check_version(const object& line, int newest) {
  const auto version = member<std::int64_t>(line, "version");
  if (!version) throw Error("has no 'version'");
  if (*version <= newest) return;
  throw Error(fmt::format("has version {}, this program reads up to {}; use a newer ndbench",
                          *version, newest));
}

RunLine run_line(const object& line) {
  check_version(line, kJournalVersion);
  RunLine run{.run = required_text(line, "run"),
              .started = required_text(line, "started"),
              .command = text(line, "command")};
  if (run.run.size() != 32 || run.run.find_first_not_of(kRunDigits) != std::string::npos) {
    throw Error("has a 'run' that is not 32 hexadecimal digits");
  }
  if (const auto suite = member<object>(line, "suite")) {
    run.suite = text(*suite, "name");
    run.suite_hash = text(*suite, "hash");
    run.suite_file = text(*suite, "file");
  }
  if (const auto provenance = member<object>(line, "provenance")) {
    run.ndbench = text(*provenance, "ndbench");
    run.commit = text(*provenance, "commit");
    run.host_name = text(*provenance, "host_name");
    run.cpu_model = text(*provenance, "cpu_model");
    run.kernel = text(*provenance, "kernel");
    run.cores = member<std::int64_t>(*provenance, "cores");
  }
  if (const auto plan = member<array>(line, "plan")) {
    for (const element cell : *plan) {
      object planned;
      if (!cell.get(planned)) run.plan.push_back(text(planned, "name"));
    }
  }
  return run;
}

std::int64_t disturbed_among(const array& parts) {
  std::int64_t count = 0;
  for (const element part : parts) {
    object block;
    if (!part.get(block) && member<std::string_view>(block, "disturbed")) ++count;
  }
  return count;
}

void add_steps(const object& samples, const array& step_seconds, RecordLine& record) {
  const std::vector<double> seconds = numbers(step_seconds);
  record.iterations = static_cast<std::int64_t>(seconds.size());
  record.seconds = finite(median(seconds));
  if (const auto cpu_seconds = number(samples, "cpu_seconds")) {
    record.cpu_seconds = finite(*cpu_seconds / static_cast<double>(seconds.size()));
  }
  const auto batch_size = member<std::int64_t>(samples, "batch_size");
  if (batch_size && record.seconds) {
    record.samples_per_second = finite(static_cast<double>(*batch_size) / *record.seconds);
  }
  if (const auto losses = member<array>(samples, "losses"); losses && losses->size() > 0) {
    double last = 0.0;
    if (!losses->at(losses->size() - 1).get(last)) record.loss = last;
  }
  if (const auto blocks = member<array>(samples, "blocks")) {
    record.disturbed_blocks = disturbed_among(*blocks);
  }
}

void add_epochs(const array& epochs, RecordLine& record) {
  std::vector<double> seconds;
  std::vector<double> cpu_seconds;
  std::int64_t examples = 0;
  for (const element one : epochs) {
    object epoch;
    if (one.get(epoch)) throw Error("has an epoch that is no object");
    EpochLine& line = record.epochs.emplace_back();
    line.loss = number(epoch, "loss");
    line.train_seconds = number(epoch, "train_seconds").value_or(std::nan(""));
    line.evaluate_seconds = number(epoch, "evaluate_seconds").value_or(std::nan(""));
    seconds.push_back(line.train_seconds + line.evaluate_seconds);
    cpu_seconds.push_back(number(epoch, "cpu_seconds").value_or(std::nan("")));
    examples = member<std::int64_t>(epoch, "examples").value_or(0);
    if (const auto evaluation = member<object>(epoch, "evaluation")) {
      line.quality = number(*evaluation, "value");
      record.metric = text(*evaluation, "metric");
      record.higher_is_better = member<bool>(*evaluation, "higher_is_better");
    }
  }
  record.iterations = static_cast<std::int64_t>(seconds.size());
  record.seconds = finite(mean(seconds));
  record.cpu_seconds = finite(mean(cpu_seconds));
  if (record.seconds) {
    record.samples_per_second = finite(static_cast<double>(examples) / *record.seconds);
  }
  if (!record.epochs.empty()) {
    record.loss = record.epochs.back().loss;
    record.quality = record.epochs.back().quality;
  }
  record.disturbed_blocks = disturbed_among(epochs);
}

RecordLine record_line(const object& line) {
  check_version(line, kNewestDecodedRecord);
  RecordLine record{.name = required_text(line, "name"),
                    .model = required_text(line, "model"),
                    .backend = required_text(line, "backend"),
                    .mode = required_text(line, "mode"),
                    .scope = required_text(line, "scope")};
  const auto replica = member<std::int64_t>(line, "replica");
  if (!replica || *replica < 0) throw Error("has no 'replica', a number from 0");
  record.replica = *replica;
  record.jobs = member<std::int64_t>(line, "jobs").value_or(1);
  const auto outcome = member<object>(line, "outcome");
  if (!outcome) throw Error("has no 'outcome'");
  record.status = required_text(*outcome, "status");
  record.exit_code = member<std::int64_t>(*outcome, "exit_code");
  record.reason = text(*outcome, "reason");
  record.phase = text(*outcome, "phase");
  record.target = hexadecimal(line, "target");
  record.state_hash = hash_bytes(line, "state_hash");
  record.peak_memory_bytes = member<std::int64_t>(line, "peak_memory_bytes");
  const auto lost = member<array>(line, "attempts");  // before the one that counts
  record.attempts = lost ? static_cast<std::int64_t>(lost->size()) + 1 : 1;
  if (const auto seeds = member<object>(line, "seeds")) {
    record.seed_init = hexadecimal(*seeds, "init");
    record.seed_order = hexadecimal(*seeds, "order");
    record.seed_augment = hexadecimal(*seeds, "augment");
    record.seed_dropout = hexadecimal(*seeds, "dropout");
  }
  if (const auto tooling = member<object>(line, "tooling")) {
    record.is_deterministic = member<bool>(*tooling, "deterministic").value_or(false);
  }
  if (const auto samples = member<object>(line, "samples")) {
    if (const auto steps = member<array>(*samples, "step_seconds")) {
      add_steps(*samples, *steps, record);
    } else if (const auto epochs = member<array>(*samples, "epochs")) {
      add_epochs(*epochs, record);
    }
  }
  return record;
}

ParityLine parity_line(const object& line) {
  check_version(line, kNewestDecodedRecord);
  return {.model = required_text(line, "model"),
          .backend = required_text(line, "backend"),
          .status = required_text(line, "status"),
          .reason = text(line, "reason"),
          .precision = text(line, "precision"),
          .seconds = number(line, "seconds")};
}

EndLine end_line(const object& line) {
  EndLine end{.is_complete = member<bool>(line, "complete").value_or(false)};
  if (const auto codes = member<array>(line, "exit_codes")) {
    end.exit_codes = simdjson::to_string(*codes);
  }
  return end;
}

}  // namespace

class JournalDecoder::Parser : public simdjson::dom::parser {};

JournalDecoder::JournalDecoder() : parser_(std::make_unique<Parser>()) {}
JournalDecoder::~JournalDecoder() = default;

DecodedLine JournalDecoder::decode(std::string_view line) {
  object root;
  constexpr bool kCopy = false;
  if (const auto error = parser_->parse(line.data(), line.size(), kCopy).get(root)) {
    throw Error(fmt::format("is no JSON object: {}", simdjson::error_message(error)));
  }
  const auto type = member<std::string_view>(root, "type");
  if (type == "record") return record_line(root);
  if (type == "run") return run_line(root);
  if (type == "parity") return parity_line(root);
  if (type == "resume") return ResumeLine{};
  if (type == "end") return end_line(root);
  return {};
}

}  // namespace ndbench
