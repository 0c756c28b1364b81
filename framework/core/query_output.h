#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ndbench {

/// What stands in a column of a row. A text may be any bytes; so may a name of a column.
struct Blob {
  std::string_view bytes;
};
using QueryCell = std::variant<std::monostate, std::int64_t, double, std::string_view, Blob>;

/// Writes the answer to a query, row by row. NULL and what is not finite are null or an empty
/// field, bytes hexadecimal digits.
class QueryOutput {
 public:
  using Sink = std::function<void(std::string_view)>;
  virtual ~QueryOutput() = default;
  virtual void row(const std::vector<QueryCell>& cells) = 0;
  virtual void end() = 0;
};

/// A strict JSON array of objects, one a line. A name that comes again gets a number: no key is
/// there twice.
[[nodiscard]] std::unique_ptr<QueryOutput> make_json_query_output(
    const std::vector<std::string>& columns, QueryOutput::Sink sink);

/// RFC 4180 with a line of names. A text that a spreadsheet would take for a formula gets a leading
/// apostrophe, control characters are spelled out.
[[nodiscard]] std::unique_ptr<QueryOutput> make_csv_query_output(
    const std::vector<std::string>& columns, QueryOutput::Sink sink);

}  // namespace ndbench
