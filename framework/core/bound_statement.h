#pragma once

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace ndbench {

// What is bound has to live until the statement has been executed: nothing is copied.

inline void bind_to(SQLite::Statement& statement, int index, const std::optional<double>& value) {
  value ? statement.bind(index, *value) : statement.bind(index);
}
inline void bind_to(SQLite::Statement& statement, int index,
                    const std::optional<std::int64_t>& value) {
  value ? statement.bind(index, *value) : statement.bind(index);
}
/// All 64 bits: SQLite's integers have a sign.
inline void bind_to(SQLite::Statement& statement, int index,
                    const std::optional<std::uint64_t>& value) {
  value ? statement.bind(index, static_cast<std::int64_t>(*value)) : statement.bind(index);
}
inline void bind_to(SQLite::Statement& statement, int index, const std::optional<bool>& value) {
  value ? statement.bind(index, static_cast<std::int32_t>(*value)) : statement.bind(index);
}
inline void bind_to(SQLite::Statement& statement, int index, std::int64_t value) {
  statement.bind(index, value);
}
inline void bind_to(SQLite::Statement& statement, int index, double value) {
  statement.bind(index, value);
}
/// No text is NULL.
inline void bind_to(SQLite::Statement& statement, int index, const std::string& value) {
  value.empty() ? statement.bind(index) : statement.bindNoCopy(index, value);
}

using LineHash = std::array<unsigned char, 16>;
inline void bind_to(SQLite::Statement& statement, int index, const LineHash& value) {
  statement.bindNoCopy(index, value.data(), static_cast<int>(value.size()));
}

/// State hashes are bytes.
struct Bytes {
  const std::string& value;
};
inline void bind_to(SQLite::Statement& statement, int index, const Bytes& bytes) {
  if (bytes.value.empty()) return statement.bind(index);
  statement.bindNoCopy(index, bytes.value.data(), static_cast<int>(bytes.value.size()));
}

/// @return how many rows it changed.
template <typename... Values>
int execute(SQLite::Statement& statement, const Values&... values) {
  int index = 0;
  (bind_to(statement, ++index, values), ...);
  const int changed = statement.exec();
  statement.reset();
  return changed;
}

/// The number in the first column of the first row, if there is a row.
template <typename... Values>
std::optional<std::int64_t> number_of(SQLite::Statement& statement, const Values&... values) {
  int index = 0;
  (bind_to(statement, ++index, values), ...);
  std::optional<std::int64_t> number;
  if (statement.executeStep()) number = statement.getColumn(0).getInt64();
  statement.reset();
  return number;
}

}  // namespace ndbench
