// Hostile text in every place that is shown: no output may become anything but text.

#include <gmock/gmock.h>

#include <cstdio>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/catalogue.h"
#include "core/csv_text.h"
#include "core/diagnosis.h"
#include "core/failure_log.h"
#include "core/json_text.h"
#include "core/listing.h"
#include "core/markdown_text.h"
#include "core/output.h"
#include "core/printable.h"
#include "core/progress.h"
#include "core/record_json.h"
#include "core/standard_error.h"
#include "core/summary.h"
#include "hostile_strings.h"

namespace ndbench {
namespace {

using nlohmann::json;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr char kHarmless[] = "harmless";

Record failed_record(const std::string& text) {
  Record record;
  record.cell.model.name = text;
  record.cell.backend.name = text;
  record.cell.mode.name = text;
  record.outcome = failed(ExitCode::kBenchmarkFailed, text, text);
  record.outcome.output = text;
  return record;
}

std::string rows_in(Format format, const std::string& text) {
  RunContext context;
  context.date = context.host_name = context.executable = text;
  context.caches = {{text, 1, 32768, 2}};
  context.custom = {{text, text}, {"suite", text}};
  context.name_width = 20;
  Row passed;
  passed.name = passed.metric = passed.state_hash = passed.compute_threads = text;
  passed.iterations = 3;
  passed.real_seconds = 0.5;
  passed.quality = -0.5;
  passed.other = {{text, 0.5}};
  Row broken = passed;
  broken.outcome = failed(ExitCode::kBenchmarkFailed, text, text);
  Row left_out = passed;
  left_out.outcome = skipped(text);
  std::string written;
  const auto output =
      make_output(format, {}, [&written](std::string_view part) { written.append(part); });
  output->begin(context);
  for (const Row& row : {passed, broken, left_out}) output->row(row);
  output->end();
  return written;
}

Machine machine_called(const std::string& text) {
  Machine machine;
  machine.host_name = machine.cpu_model = text;
  machine.cores = 2;
  return machine;
}

Summary summary_with(const std::string& text) {
  ModeSummary mode;
  mode.mode = text;
  mode.replicas = 5;
  mode.distinct_states = 5;
  mode.spread = Spread{.metric = text};
  mode.spread->quality.deviation = {0.1, {0.05, 0.2}, false, 0.95, 5};
  mode.spread->slices.push_back({.name = text, .accuracy = mode.spread->quality});
  mode.other = {{text, 0.5}};
  mode.verdicts = {text, text};
  mode.divergence = {.replicas = 5,
                     .partings = {{.after = 0, .at = 1}},
                     .growth = {{.step = 0, .replicas = 4}, {.step = 1, .replicas = 4}},
                     .not_measured = text};
  GroupSummary group{.name = text, .model = text, .backend = text, .scope = "epoch"};
  group.target = "0123456789abcdef";
  group.modes = {mode};
  group.knob_costs = {{text, text, text, {}, {}, {}}};
  group.knob_costs[0].knobs = {{"threads", text, {}, {}, text}, {"threads", text, {}, {}, ""}};
  GroupSummary nothing{.name = text, .model = text, .backend = text, .scope = "epoch"};
  nothing.problem = text;
  Summary summary;
  summary.groups = {group, nothing};
  summary.failed = {{.model = text, .backend = text, .reason = text}};
  return summary;
}

/// All that `write` puts onto a stream.
std::string streamed(const std::function<void(std::FILE*)>& write) {
  std::FILE* stream = std::tmpfile();
  write(stream);
  std::string text;
  std::rewind(stream);
  for (int c = std::fgetc(stream); c != EOF; c = std::fgetc(stream)) text += static_cast<char>(c);
  std::fclose(stream);
  return text;
}

Plan plan_of(const std::string& text) {
  Plan plan;
  plan.cells = {failed_record(text).cell};
  return plan;
}

Diagnosis diagnosis_of(const std::string& text) {
  return {text, text, 1.0, {{text, Fitness::kUnfit, text, text}}};
}

std::vector<CatalogueEntry> catalogue_of(const std::string& text) {
  return {{"model", text, text}, {"backend", text, text, text}};
}

/// Every text for people that ndbench writes, by its name, with `text` wherever something comes
/// from outside.
std::map<std::string, std::string> outputs_with(const std::string& text) {
  return {
      {"console table", rows_in(Format::kConsole, text)},
      {"console summary", console_summary(summary_with(text), machine_called(text))},
      {"markdown", markdown_summary(summary_with(text), machine_called(text), text)},
      {"csv", rows_in(Format::kCsv, text)},
      {"names", listing(plan_of(text), Format::kConsole)},
      {"list", text_of(catalogue_of(text))},
      {"doctor", text_of(diagnosis_of(text))},
      {"message", message_text("ndbench_suite", text)},
      {"failure log",
       streamed([&](std::FILE* stream) { FailureLog(stream).add(failed_record(text)); })},
      {"progress", streamed([&](std::FILE* stream) {
         Progress(stream, false, 1, [] { return 0.0; }).start(text);
       })},
  };
}

std::map<std::string, std::string> json_with(const std::string& text) {
  return {
      {"json", rows_in(Format::kJson, text)},
      {"summary.json", json_text(summary_json(summary_with(text), machine_called(text), text), -1)},
      {"record", json_text(to_json(failed_record(text), text))},
      {"names", listing(plan_of(text), Format::kJson)},
      {"list", json_of(catalogue_of(text))},
      {"doctor", json_of(diagnosis_of(text))},
  };
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

/// How often `character` stands in `line` without a backslash before it.
std::size_t unescaped(const std::string& line, char character) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == character) {
      ++count;
    }
  }
  return count;
}

std::string without(std::string text, const std::string& part) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at)) {
    text.erase(at, part.size());
  }
  return text;
}

/// The fields of RFC 4180 rows.
std::vector<std::vector<std::string>> csv_of(const std::string& text) {
  std::vector<std::vector<std::string>> rows{{""}};
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string& field = rows.back().back();
    if (quoted && text.substr(i, 2) == "\"\"") {
      field += '"';
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == ',') {
      rows.back().emplace_back();
    } else if (!quoted && text[i] == '\n') {
      rows.push_back({""});
    } else {
      field += text[i];
    }
  }
  rows.pop_back();
  return rows;
}

TEST(HostileText, ReachesNoTerminalAsAnythingButText) {
  for (const std::string& text : hostile_strings()) {
    for (const auto& [name, output] : outputs_with(text)) {
      EXPECT_FALSE(has_control_byte(output)) << name << ": " << printable(text);
      for (std::string_view rest = output; !rest.empty();) {
        const auto character = first_character(rest);
        ASSERT_TRUE(character) << name << " is not UTF-8: " << printable(text);
        rest.remove_prefix(character->bytes);
      }
    }
  }
}

TEST(HostileText, AddsNoLineThatLooksLikeAnotherOne) {
  for (const std::string& text : hostile_strings()) {
    const auto outputs = outputs_with(text);
    const auto harmless = outputs_with(kHarmless);
    for (const char* name : {"console table", "markdown", "names", "list", "progress"}) {
      EXPECT_EQ(lines_of(outputs.at(name)).size(), lines_of(harmless.at(name)).size())
          << name << ": " << printable(text);
    }
    for (const char* name : {"message", "failure log"}) {
      const std::vector<std::string> lines = lines_of(outputs.at(name));
      for (std::size_t i = 1; i < lines.size(); ++i) {
        EXPECT_TRUE(lines[i].starts_with("  ")) << name << ": " << lines[i];
      }
    }
    for (const std::string& line : lines_of(outputs.at("console summary"))) {
      EXPECT_FALSE(line.starts_with("ndbench_suite:") || line.starts_with("null/")) << line;
    }
  }
}

TEST(HostileText, KeepsItsRowAndIsNoFormulaInCsv) {
  for (const std::string& text : hostile_strings()) {
    const auto rows = csv_of(rows_in(Format::kCsv, text));
    ASSERT_THAT(rows, SizeIs(4)) << printable(text);
    EXPECT_THAT(rows, Each(SizeIs(rows[0].size()))) << printable(text);
    for (const auto& row : rows) {
      for (const std::string& cell : row) {
        if (cell == "-0.5") continue;  // a number
        const std::size_t first = cell.find_first_not_of(" \t\r\n");
        if (first == std::string::npos) continue;
        EXPECT_EQ(std::string("=+-@").find(cell[first]), std::string::npos) << cell;
        EXPECT_FALSE(cell.substr(first).starts_with("＝")) << cell;
      }
    }
    EXPECT_THAT(rows[1], testing::Contains("-0.5"));
  }
}

TEST(HostileText, KeepsItsCellInMarkdown) {
  const auto page = [](const std::string& text) {
    return lines_of(markdown_summary(summary_with(text), machine_called(text), "command"));
  };
  const std::vector<std::string> harmless = page(kHarmless);
  for (const std::string& text : hostile_strings()) {
    const std::vector<std::string> lines = page(text);
    ASSERT_EQ(lines.size(), harmless.size()) << printable(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (!harmless[i].starts_with("|")) continue;  // no row of a table
      EXPECT_EQ(unescaped(lines[i], '|'), unescaped(harmless[i], '|')) << lines[i];
    }
  }
}

TEST(HostileText, IsNoMarkupLinkOrMentionInMarkdown) {
  for (const std::string& text : hostile_strings()) {
    const std::string shown = markdown_text(text);
    for (const char mark : std::string("|*_`[]~$&")) {
      EXPECT_EQ(unescaped(shown, mark), 0U) << mark << " in " << shown;
    }
    const std::string visible = without(shown, "<!-- -->");
    EXPECT_EQ(unescaped(visible, '<') + unescaped(visible, '>'), 0U) << shown;
    EXPECT_EQ(unescaped(without(shown, "@<!-- -->"), '@'), 0U) << shown;
    EXPECT_THAT(shown, Not(HasSubstr("://")));
    EXPECT_THAT(shown, Not(HasSubstr("www.")));
    EXPECT_THAT(without(shown, "\\#<!-- -->"), Not(HasSubstr("#")));
    EXPECT_THAT(shown, Not(HasSubstr("\n")));
  }
  EXPECT_EQ(markdown_text("a.b (c) + 1 - 2 % é"), "a.b (c) + 1 - 2 % é");
}

TEST(HostileText, StaysInsideItsCode) {
  EXPECT_EQ(markdown_code("plain | text"), "`plain | text`");
  EXPECT_EQ(markdown_code("a ``b`` c"), "``` a ``b`` c ```");
  EXPECT_EQ(markdown_code("two\nlines\x1b"), "`two\\x0alines\\x1b`");
}

TEST(HostileText, IsStrictJsonOfNothingButAscii) {
  for (const std::string& text : hostile_strings()) {
    for (const auto& [name, output] : json_with(text)) {
      EXPECT_TRUE(json::accept(output)) << name << ": " << output;
      EXPECT_THAT(without(output, "\n"), Each(testing::AllOf(testing::Ge(' '), testing::Le('~'))))
          << name;
    }
  }
}

TEST(HostileText, ComesBackFromJsonAsItWas) {
  for (const std::string& text : hostile_strings()) {
    std::string expected;  // what is no UTF-8 cannot be in JSON
    bool is_utf8 = true;
    for (std::string_view rest = text; !rest.empty() && is_utf8;) {
      const auto character = first_character(rest);
      is_utf8 = character.has_value();
      if (is_utf8) rest.remove_prefix(character->bytes);
    }
    if (!is_utf8) continue;
    const json document = json::parse(rows_in(Format::kJson, text));
    EXPECT_EQ(document.at("benchmarks").at(0).at("name"), text);
    EXPECT_EQ(document.at("benchmarks").at(1).at("error_message"), text);
    EXPECT_EQ(document.at("context").at("host_name"), text);
  }
}

TEST(CsvCell, NeutralisesFormulasAndNoNumbers) {
  EXPECT_EQ(csv_cell("plain"), "plain");
  EXPECT_EQ(csv_cell(""), "");
  EXPECT_EQ(csv_cell("=1"), "'=1");
  EXPECT_EQ(csv_cell("+1"), "'+1");
  EXPECT_EQ(csv_cell("-1"), "'-1");
  EXPECT_EQ(csv_cell("@a"), "'@a");
  EXPECT_EQ(csv_cell("\ta"), "'\\x09a");
  EXPECT_EQ(csv_cell("\ra"), "'\\x0da");
  EXPECT_EQ(csv_cell("\n=a"), "\"'\n=a\"");
  EXPECT_EQ(csv_cell(" =a"), "' =a");
  EXPECT_EQ(csv_cell("\"=a"), "\"'\"\"=a\"");
  EXPECT_EQ(csv_cell("a;b"), "\"a;b\"");
  EXPECT_EQ(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
  EXPECT_EQ(csv_cell(-1.5), "-1.5");
  EXPECT_EQ(csv_cell(std::numeric_limits<double>::quiet_NaN()), "");
}

TEST(Message, IndentsEachLineAfterTheFirst) {
  EXPECT_EQ(message_text("ndbench", "a"), "ndbench: a\n");
  EXPECT_EQ(message_text("ndbench", "a\nb\n  | c"), "ndbench: a\n  b\n  | c\n");
  EXPECT_EQ(message_text("ndbench", "a\x1b[2J\nb"), "ndbench: a\\x1b[2J\n  b\n");
}

}  // namespace
}  // namespace ndbench
