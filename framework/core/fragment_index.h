#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "core/fragment.h"
#include "core/store.h"

namespace ndbench {

/// A fragment that cannot be indexed. The text names file and line.
class FragmentDamage : public ResultsError {
 public:
  using ResultsError::ResultsError;
};

/// Puts the lines of fragments into a database, each exactly once: what the same run has in the
/// same words is there already.
class FragmentIndex {
 public:
  explicit FragmentIndex(Store& store);
  ~FragmentIndex();

  /// Whether the database has all of a fragment, going by size and time of its journal.
  [[nodiscard]] bool has(const Fragment& fragment);

  /// The fragment of a run with most bytes, as the database remembers it; "" for none.
  [[nodiscard]] std::string fragment_of(const std::string& run);

  /// Adds a fragment in one transaction, also one whose run still goes on: what is there counts.
  /// @return how many rows are new.
  /// @throws FragmentDamage; the database is then as it was. ResultsError, StoreDamage
  std::size_t add(const Fragment& fragment);

  /// Forgets fragments whose folders are gone; their rows stay.
  void forget_missing(const std::filesystem::path& results);

 private:
  class Statements;
  Store& store_;
  std::unique_ptr<Statements> statements_;
};

/// Indexes one run at its end.
/// @throws FragmentDamage, StoreDamage, ResultsError: the journal stays what it is, and a later
///         `ndbench ingest` makes up for it.
void index_fragment(const std::filesystem::path& results, const std::filesystem::path& fragment);

}  // namespace ndbench
