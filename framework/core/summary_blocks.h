#pragma once

#include <string>
#include <vector>

#include "core/summary.h"

namespace ndbench {

struct TextTable {
  std::vector<std::string> header{};
  std::vector<std::vector<std::string>> rows{};  ///< each as long as the header
};

/// A part of what is said below a group's table. Text and cells are as they were given, not yet
/// made safe to print.
struct SummaryBlock {
  std::string title;                 ///< "spread of accuracy"
  TextTable terminal{};              ///< narrow: a column for each mode
  TextTable page{};                  ///< for Markdown, with all there is to know
  std::vector<std::string> lines{};  ///< sentences for both
  std::string terminal_text{};       ///< laid out already, in place of a table
  std::string page_text{};           ///< the same in Markdown
};

/// Of the block with the result on each part of the test set.
inline constexpr char kSlicesTitle[] = "classes, attributes and sub-groups";

/// The blocks of one group, in the order to print them; those that have nothing to say are left
/// out.
[[nodiscard]] std::vector<SummaryBlock> blocks_of(const GroupSummary& group);

/// The blocks that stand behind all groups.
[[nodiscard]] std::vector<SummaryBlock> blocks_of(const Summary& summary);

}  // namespace ndbench
