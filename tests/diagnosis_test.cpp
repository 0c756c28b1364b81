#include "core/diagnosis.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace ndbench {
namespace {

using testing::HasSubstr;
using testing::Not;

Diagnosis diagnosis() {
  return {"host",
          "CPU",
          3.0,
          {{"fine", Fitness::kOk, "all is well", ""},
           {"hidden", Fitness::kUnknown, "not told", ""},
           {"bad", Fitness::kUnfit, "two things at once", "do one"},
           {"so_so", Fitness::kWarn, "it wobbles", "hold it"}}};
}

TEST(Diagnosis, ShowsTheWorstFirst) {
  EXPECT_EQ(text_of(diagnosis()),
            "host (CPU), watched for 3 s: unfit to measure, for 1 reason; 1 warning.\n"
            "\n"
            "unfit\n"
            "  bad              two things at once\n"
            "                 → do one\n"
            "\n"
            "warn\n"
            "  so_so            it wobbles\n"
            "                 → hold it\n"
            "\n"
            "unknown\n"
            "  hidden           not told\n"
            "\n"
            "ok\n"
            "  fine             all is well\n");
}

TEST(Diagnosis, OfAFitHostSaysSo) {
  EXPECT_EQ(text_of({"host", "CPU", 1.5, {{"fine", Fitness::kOk, "well", ""}}}),
            "host (CPU), watched for 1.5 s: fit to measure, no warnings.\n"
            "\nok\n  fine             well\n");
}

TEST(Diagnosis, IsUnfitByOneCheckAlone) {
  EXPECT_FALSE(diagnosis().is_fit());
  EXPECT_TRUE((Diagnosis{"", "", 0.0, {}}.is_fit()));
}

TEST(Diagnosis, FitsIntoEightyColumns) {
  Diagnosis long_one = diagnosis();
  for (int count = 0; count < 40; ++count) long_one.checks[2].finding += " größer und größer";
  long_one.checks[2].name = std::string(60, 'n');
  std::istringstream lines(text_of(long_one));
  for (std::string line; std::getline(lines, line);) {
    std::size_t columns = 0;
    for (const char byte : line) columns += (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    EXPECT_LE(columns, 80U) << line;
  }
}

TEST(Diagnosis, ShowsNoControlCharacters) {
  Diagnosis hostile = diagnosis();
  hostile.host_name = "h\x1b[2J";
  hostile.checks[0].name = "n\x1b[2J";
  EXPECT_THAT(text_of(hostile), Not(HasSubstr("\x1b")));
}

TEST(Diagnosis, IsStrictJson) {
  Diagnosis hostile = diagnosis();
  hostile.checks[0].finding = "not UTF-8: \xff";
  const auto json = nlohmann::json::parse(json_of(hostile));
  EXPECT_EQ(json["fit"], false);
  EXPECT_EQ(json["seconds"], 3.0);
  EXPECT_EQ(json["checks"].size(), 4U);
  EXPECT_EQ(json["checks"][2]["name"], "bad");
  EXPECT_EQ(json["checks"][2]["status"], "unfit");
  EXPECT_EQ(json["checks"][2]["finding"], "two things at once");
  EXPECT_EQ(json["checks"][2]["advice"], "do one");
}

}  // namespace
}  // namespace ndbench
