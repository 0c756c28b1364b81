#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ndbench {

/// What PRAGMA application_id of a database of ours says: "ndbd".
inline constexpr int kStoreApplication = 0x6e646264;

/// Statements that take a schema of one version to the next. Never changed once released: what is
/// to be otherwise gets a step of its own, and store.md tells it.
using SchemaStep = std::vector<std::string>;

/// Step n takes version n to n + 1; their number is the version of the schema that this program
/// knows.
[[nodiscard]] const std::vector<SchemaStep>& schema_steps();

/// A view, and the question that it answers.
struct StoreView {
  std::string_view name;
  std::string_view summary;
};

/// In the order in which they are listed.
[[nodiscard]] std::span<const StoreView> store_views();

}  // namespace ndbench
