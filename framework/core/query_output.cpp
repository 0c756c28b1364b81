#include "core/query_output.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "core/csv_text.h"
#include "core/json_text.h"

namespace ndbench {
namespace {

std::string hexadecimal(std::string_view bytes) {
  std::string digits;
  for (const char byte : bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return digits;
}

std::string json_cell(std::string_view text) {
  return json_text(nlohmann::json(std::string(text)));
}

std::string json_value(const QueryCell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
  if (const auto* number = std::get_if<double>(&cell)) return json_text(nlohmann::json(*number));
  if (const auto* text = std::get_if<std::string_view>(&cell)) return json_cell(*text);
  if (const auto* blob = std::get_if<Blob>(&cell)) return json_cell(hexadecimal(blob->bytes));
  return "null";
}

std::string csv_value(const QueryCell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
  if (const auto* number = std::get_if<double>(&cell)) {
    return csv_cell(*number);
  }
  if (const auto* text = std::get_if<std::string_view>(&cell)) return csv_cell(*text);
  if (const auto* blob = std::get_if<Blob>(&cell)) return hexadecimal(blob->bytes);
  return "";
}

class JsonQueryOutput final : public QueryOutput {
 public:
  JsonQueryOutput(const std::vector<std::string>& columns, Sink sink) : sink_(std::move(sink)) {
    std::set<std::string> known;
    for (const std::string& column : columns) {
      // Compared as it is written: what is not UTF-8 is replaced.
      std::string key = json_cell(column);
      for (int number = 2; !known.insert(key).second; ++number) {
        key = json_cell(fmt::format("{}_{}", column, number));
      }
      keys_.push_back(std::move(key));
    }
  }

  void row(const std::vector<QueryCell>& cells) override {
    std::string line = is_first_ ? "[\n" : ",\n";
    is_first_ = false;
    for (std::size_t column = 0; column < cells.size(); ++column) {
      line +=
          fmt::format("{}{}:{}", column == 0 ? "{" : ",", keys_[column], json_value(cells[column]));
    }
    sink_(line + "}");
  }

  void end() override { sink_(is_first_ ? "[]\n" : "\n]\n"); }

 private:
  std::vector<std::string> keys_;
  Sink sink_;
  bool is_first_ = true;
};

class CsvQueryOutput final : public QueryOutput {
 public:
  CsvQueryOutput(const std::vector<std::string>& columns, Sink sink) : sink_(std::move(sink)) {
    std::vector<QueryCell> names;
    for (const std::string& column : columns) names.emplace_back(std::string_view(column));
    row(names);
  }

  void row(const std::vector<QueryCell>& cells) override {
    std::string line;
    for (std::size_t column = 0; column < cells.size(); ++column) {
      line += (column == 0 ? "" : ",") + csv_value(cells[column]);
    }
    // A line without a field would not be a row with one.
    sink_((line.empty() ? "\"\"" : line) + "\n");
  }

  void end() override {}

 private:
  Sink sink_;
};

}  // namespace

std::unique_ptr<QueryOutput> make_json_query_output(const std::vector<std::string>& columns,
                                                    QueryOutput::Sink sink) {
  return std::make_unique<JsonQueryOutput>(columns, std::move(sink));
}

std::unique_ptr<QueryOutput> make_csv_query_output(const std::vector<std::string>& columns,
                                                   QueryOutput::Sink sink) {
  return std::make_unique<CsvQueryOutput>(columns, std::move(sink));
}

}  // namespace ndbench
