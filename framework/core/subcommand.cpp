#include "core/subcommand.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "core/build_info.h"
#include "core/printable.h"
#include "core/spelling.h"
#include "core/subcommand_flags.h"

namespace ndbench {
namespace {

constexpr char kDescription[] =
    "What there is around a run of ndbench_suite: whether this host is fit to\n"
    "measure on, what can be measured, and what was measured.";

constexpr char kFooter[] =
    "'ndbench SUBCOMMAND --help' says more. Plugins are also looked for in\n"
    "NDBENCH_PLUGIN_PATH and the build or install tree, data sets in\n"
    "NDBENCH_DATA_PATH and /usr/share/datasets.\n"
    "Exit status: 0 done, 2 usage, 10 a regression, 11 other bits than before, 12\n"
    "a run failed, 13 results cannot be read or written, 14 host unfit, 130\n"
    "interrupted, 143 terminated.\n";

class Parser {
 public:
  Parser() {
    app_.footer(kFooter);
    app_.get_formatter()->column_width(14);  // a subcommand's name
    app_.set_version_flag(
        "--version",
        fmt::format("ndbench {} ({}, {}, {})", kVersion, kCommit, kBuildType, kCompiler),
        "Print version, commit, build, and exit");
    app_.allow_extras();
  }

  /// @throws UsageError
  Subcommand parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
      return Answer{help()};
    } catch (const CLI::CallForVersion&) {
      return Answer{app_.version() + "\n"};
    } catch (const CLI::ParseError& error) {
      throw UsageError(printable(error.what(), 400));
    }
    refuse_unknown(app_);
    if (app_.get_subcommands().size() > 1) {
      throw UsageError(fmt::format("one subcommand at a time: {}", names()));
    }
    for (const SubcommandFlags& subcommand : subcommands_) {
      if (subcommand.app->parsed()) return subcommand.options();
    }
    throw UsageError(fmt::format("what to do is missing: {}; see --help", names()));
  }

 private:
  [[nodiscard]] std::string help() const {
    const std::vector<CLI::App*> asked = app_.get_subcommands();
    return asked.empty() ? app_.help() : asked.front()->help();
  }

  /// "doctor, list or query"
  [[nodiscard]] std::string names() const {
    std::string text;
    for (std::size_t i = 0; i < subcommands_.size(); ++i) {
      if (i > 0) text += i + 1 < subcommands_.size() ? ", " : " or ";
      text += subcommands_[i].app->get_name();
    }
    return text;
  }

  /// What neither the program nor its subcommand knows.
  void refuse_unknown(const CLI::App& app) const {
    std::vector<std::string> known;
    for (const CLI::App* subcommand : app.get_subcommands({})) {
      known.push_back(subcommand->get_name());
    }
    for (const CLI::Option* option : app.get_options()) {
      known.push_back(option->get_name(false, true));
    }
    auto unknown = app.remaining();
    std::erase(unknown, "--");  // ends the flags
    if (!unknown.empty()) {
      const std::string& word = unknown.front();
      const char* what =
          word.starts_with("-") || &app != &app_ ? "is not known" : "is not a subcommand";
      throw UsageError(fmt::format("'{}' {}{}; see --help", printable(word), what,
                                   did_you_mean(word.substr(0, word.find('=')), known)));
    }
    for (const CLI::App* subcommand : app.get_subcommands()) refuse_unknown(*subcommand);
  }

  CLI::App app_{kDescription, "ndbench"};
  std::vector<SubcommandFlags> subcommands_ = add_subcommands(app_);
};

}  // namespace

Subcommand parse_subcommand(const std::vector<std::string>& arguments) {
  return Parser().parse(arguments);
}

}  // namespace ndbench
