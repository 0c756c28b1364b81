#include <fmt/format.h>

#include "core/comparison_text.h"
#include "core/markdown_text.h"

namespace ndbench {
namespace {

std::string row_text(const Change& change) {
  std::string words = change.words;
  if (!change.unlike.empty()) {
    words += (words.empty() ? "" : "; ") + ("targets differ: " + change.unlike);
  }
  const std::string replicas = change.quantity == Quantity::kBenchmark
                                   ? ""
                                   : fmt::format("{} / {}", change.replicas_a, change.replicas_b);
  return fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n",
                     to_string(change.quantity, change.verdict), markdown_text(change.benchmark),
                     markdown_text(quantity_words(change)), markdown_text(values_words(change)),
                     markdown_text(change_words(change)), replicas,
                     markdown_text(evidence_words(change)), markdown_text(words));
}

}  // namespace

std::string comparison_markdown(const RunComparison& comparison) {
  std::string text =
      fmt::format("**ndbench compare**: {}\n\n- A: {}\n- B: {}\n", verdict_counts(comparison),
                  markdown_text(comparison.a.words), markdown_text(comparison.b.words));
  if (!comparison.changes.empty()) {
    text +=
        "\n| | benchmark | of | A → B | change | n of A / B | p | |\n"
        "|---|---|---|--:|--:|--:|--:|---|\n";
  }
  for (const Change& change : comparison.changes) text += row_text(change);
  const auto add_missing = [&](const char* side, const std::vector<std::string>& names) {
    if (names.empty()) return;
    text += fmt::format("\nOnly in {}:\n\n", side);
    for (const std::string& name : names) text += fmt::format("- {}\n", markdown_text(name));
  };
  add_missing("A", comparison.only_a);
  add_missing("B", comparison.only_b);
  for (const std::string& note : comparison.notes()) text += "\n" + markdown_text(note) + "\n";
  return text;
}

}  // namespace ndbench
