#include "core/software.h"

#include <gmock/gmock.h>

#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::HasSubstr;
using testing::Not;

DescribedPlugin backend(const std::string& libtorch) {
  DescribedPlugin plugin;
  plugin.file = {PluginKind::kBackend, "cpu", "/p/libndbench_backend_cpu.so"};
  plugin.description.name = "cpu";
  plugin.description.knobs = {"deterministic", "threads"};
  plugin.description.libraries = {{"cpu_capability", "AVX2"}, {"libtorch", libtorch}};
  return plugin;
}

Check find(const std::vector<Check>& checks, const std::string& name) {
  for (const Check& check : checks) {
    if (check.name == name) return check;
  }
  ADD_FAILURE() << "there is no check " << name;
  return {};
}

TEST(IsBefore, ComparesNumberByNumber) {
  EXPECT_TRUE(is_before("1.13.1", "2.2"));
  EXPECT_TRUE(is_before("2.1.9", "2.2"));
  EXPECT_TRUE(is_before("2.9", "2.10"));
  EXPECT_FALSE(is_before("2.2", "2.2"));
  EXPECT_FALSE(is_before("2.2.0+cu121", "2.2"));
  EXPECT_FALSE(is_before("10.0", "2.2"));
  EXPECT_FALSE(is_before("", "2.2"));
  EXPECT_FALSE(is_before("git", "2.2"));
}

TEST(Software, SaysWhatABackendComputesWithAndLacks) {
  const auto checks = judge_software({backend("1.13.1")}, {});
  EXPECT_EQ(find(checks, "backend.cpu").finding, "LibTorch 1.13.1, instructions AVX2");
  EXPECT_THAT(find(checks, "knobs.cpu").finding, HasSubstr("has deterministic, threads; lacks"));
  EXPECT_THAT(find(checks, "knobs.cpu").finding, HasSubstr("fill_memory (needs LibTorch 2.2)"));
  EXPECT_THAT(find(checks, "versions").finding,
              HasSubstr("LibTorch 1.13.1 has no filling of new tensors (needs 2.2)"));
  EXPECT_EQ(worst(checks), Fitness::kOk);
}

TEST(Software, BlamesNoVersionThatHasIt) {
  const auto checks = judge_software({backend("2.6.0")}, {});
  EXPECT_THAT(find(checks, "knobs.cpu").finding, HasSubstr("fill_memory"));
  EXPECT_THAT(find(checks, "knobs.cpu").finding, Not(HasSubstr("needs")));
  EXPECT_EQ(find(checks, "versions").finding, "the libraries have all that ndbench asks for");
}

TEST(Software, WarnsOfABackendThatCannotRunHere) {
  DescribedPlugin absent = backend("1.13.1");
  absent.file.name = "cuda";
  absent.description.unavailable = "no CUDA device";
  const auto checks = judge_software({backend("1.13.1"), absent}, {});
  EXPECT_EQ(find(checks, "backend.cuda").status, Fitness::kWarn);
  EXPECT_THAT(find(checks, "backend.cuda").finding, HasSubstr("no CUDA device"));
  EXPECT_EQ(worst(checks), Fitness::kWarn);
  EXPECT_EQ(worst(judge_software({absent}, {})), Fitness::kUnfit);
}

TEST(Software, WarnsOfAPluginThatIsRefused) {
  DescribedPlugin refused = backend("1.13.1");
  refused.file.name = "old\x1b[2J";
  refused.outcome = failed(ExitCode::kPluginRejected, "was built for another LibTorch");
  const auto checks = judge_software({refused, backend("1.13.1")}, {});
  EXPECT_EQ(find(checks, "plugin.old\\x1b[2J").status, Fitness::kWarn);
  EXPECT_EQ(worst(checks), Fitness::kWarn);
}

TEST(Software, OfNoBackendsIsUnfitAndNamesTheFolders) {
  const auto checks = judge_software({}, {"/one", "/two"});
  EXPECT_EQ(worst(checks), Fitness::kUnfit);
  EXPECT_THAT(find(checks, "backends").finding, HasSubstr("/one, /two"));
}

TEST(Data, IsThereIfAllFilesOfTheDefaultSuiteAre) {
  const TemporaryFolder folder;
  EXPECT_EQ(judge_data({folder.path()}).status, Fitness::kWarn);
  EXPECT_EQ(judge_data({}).status, Fitness::kWarn);
  const auto set = folder.path() / "fashion-mnist";
  std::filesystem::create_directory(set);
  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz",
                           "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte"}) {
    EXPECT_EQ(judge_data({folder.path()}).status, Fitness::kWarn);
    write_bytes(set / name, "");
  }
  EXPECT_EQ(judge_data({"/nowhere", folder.path()}).status, Fitness::kOk);
}

}  // namespace
}  // namespace ndbench
