#include "core/plugin_file.h"

#include <gmock/gmock.h>

#include <limits>

#include "core/content_hash.h"
#include "elf_file.h"
#include "environment_variable.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// Looks for the model plugin "m" in a folder of its own.
class FindPlugin : public testing::Test {
 protected:
  FindPlugin() {
    fs::permissions(folder_.path(), fs::perms::owner_all);
    write_bytes(file_, elf_bytes());
    fs::permissions(file_, fs::perms::owner_all);
  }

  [[nodiscard]] PluginSearch find() const {
    return find_plugin(PluginKind::kModel, "m", {folder_.path()});
  }

  /// Why the file is rejected.
  [[nodiscard]] std::string reason() const {
    const PluginSearch search = find();
    EXPECT_EQ(search.outcome.status, Status::kFailed);
    EXPECT_EQ(search.outcome.exit_code, ExitCode::kPluginRejected);
    EXPECT_EQ(search.outcome.phase, "load");
    return search.outcome.reason;
  }

  TemporaryFolder folder_;
  fs::path file_ = folder_.path() / "libndbench_model_m.so";
};

TEST_F(FindPlugin, TakesASharedLibrary) {
  const PluginSearch search = find();
  EXPECT_EQ(search.outcome.status, Status::kPassed) << search.outcome.reason;
  EXPECT_EQ(search.file.kind, PluginKind::kModel);
  EXPECT_EQ(search.file.name, "m");
  EXPECT_EQ(search.file.path, file_.string());
  EXPECT_EQ(search.file.hash, content_hash(elf_bytes()));
}

TEST_F(FindPlugin, HashesFilesOfAnySize) {
  for (const std::size_t size : {184U, 1U << 20U, (3U << 20U) + 5U}) {
    const std::string bytes = elf_bytes(plugin_elf_header(), size);
    write_bytes(file_, bytes);
    EXPECT_EQ(find().file.hash, content_hash(bytes)) << size;
  }
}

TEST_F(FindPlugin, TellsModelsFromBackendsByTheFileName) {
  EXPECT_EQ(find_plugin(PluginKind::kBackend, "m", {folder_.path()}).outcome.status,
            Status::kFailed);
  fs::rename(file_, folder_.path() / "libndbench_backend_m.so");
  EXPECT_EQ(find_plugin(PluginKind::kBackend, "m", {folder_.path()}).outcome.status,
            Status::kPassed);
}

TEST_F(FindPlugin, ListsEveryPathThatItTried) {
  const PluginSearch search =
      find_plugin(PluginKind::kModel, "n", {folder_.path(), "/no/such/folder"});
  EXPECT_EQ(search.outcome.status, Status::kFailed);
  EXPECT_EQ(search.outcome.exit_code, ExitCode::kPluginRejected);
  EXPECT_EQ(search.outcome.reason,
            "model plugin 'n' not found; give its folder with --plugin_path or "
            "NDBENCH_PLUGIN_PATH. Tried:\n  " +
                (folder_.path() / "libndbench_model_n.so").string() +
                ": no such file\n  /no/such/folder/libndbench_model_n.so: no such file");
}

TEST_F(FindPlugin, NamesFoldersInFull) {
  const PluginSearch search = find_plugin(PluginKind::kModel, "n", {"a/../b"});
  EXPECT_THAT(search.outcome.reason,
              HasSubstr((fs::current_path() / "b/libndbench_model_n.so").string()));
}

TEST_F(FindPlugin, TakesTheFirstFolderThatHasTheFile) {
  const TemporaryFolder second;
  const fs::path other = second.path() / "libndbench_model_m.so";
  write_bytes(other, elf_bytes());
  const auto path = [](const std::vector<fs::path>& folders) {
    return find_plugin(PluginKind::kModel, "m", folders).file.path;
  };
  EXPECT_EQ(path({folder_.path(), second.path()}), file_.string());
  EXPECT_EQ(path({second.path(), folder_.path()}), other.string());
  fs::remove(file_);
  EXPECT_EQ(path({folder_.path(), second.path()}), other.string());
}

TEST_F(FindPlugin, DoesNotPassOverABadFileForALaterOne) {
  const TemporaryFolder first;
  write_bytes(first.path() / "libndbench_model_m.so", "text");
  EXPECT_THAT(find_plugin(PluginKind::kModel, "m", {first.path(), folder_.path()}).outcome.reason,
              HasSubstr("is not a shared library"));
}

TEST_F(FindPlugin, RejectsText) {
  write_bytes(file_,
              "#!/bin/sh\necho this is longer than an ELF header would have to be, so that "
              "size alone does not tell\n");
  EXPECT_EQ(reason(), "model plugin 'm' rejected: " + file_.string() +
                          " is not a shared library (no ELF header)");
}

TEST_F(FindPlugin, RejectsAnEmptyFile) {
  write_bytes(file_, "");
  EXPECT_THAT(reason(), HasSubstr("is not a shared library (no ELF header)"));
}

TEST_F(FindPlugin, RejectsAFolderAndADanglingLink) {
  fs::remove(file_);
  fs::create_directory(file_);
  EXPECT_THAT(reason(), HasSubstr("is not a regular file"));
  fs::remove(file_);
  fs::create_symlink("/no/such/file", file_);
  EXPECT_THAT(reason(), HasSubstr("is not a regular file"));
}

TEST_F(FindPlugin, RejectsAFileCutAnywhere) {
  for (std::size_t size = 0; size < 184; ++size) {
    write_bytes(file_, elf_bytes(plugin_elf_header(), size));
    EXPECT_THAT(reason(), HasSubstr(size < 64 ? "no ELF header" : "is truncated")) << size;
  }
}

TEST_F(FindPlugin, RejectsTablesThatLieBeyondTheFile) {
  constexpr auto kLargest = std::numeric_limits<std::uint64_t>::max();
  for (const std::uint64_t offset :
       {std::uint64_t{121}, std::uint64_t{185}, kLargest - 63, kLargest}) {
    Elf64_Ehdr header = plugin_elf_header();
    header.e_shoff = offset;
    write_bytes(file_, elf_bytes(header));
    EXPECT_THAT(reason(), HasSubstr("is truncated: 184 bytes")) << offset;
  }
  for (const std::uint64_t offset :
       {std::uint64_t{129}, std::uint64_t{185}, kLargest - 55, kLargest}) {
    Elf64_Ehdr header = plugin_elf_header();
    header.e_phoff = offset;
    write_bytes(file_, elf_bytes(header));
    EXPECT_THAT(reason(), HasSubstr("is truncated: 184 bytes")) << offset;
  }
}

TEST_F(FindPlugin, RejectsLibrariesOfOtherMachines) {
  Elf64_Ehdr narrow = plugin_elf_header();
  narrow.e_ident[EI_CLASS] = ELFCLASS32;
  Elf64_Ehdr foreign = plugin_elf_header();
  foreign.e_machine = EM_S390;
  Elf64_Ehdr object = plugin_elf_header();
  object.e_type = ET_REL;
  for (const Elf64_Ehdr& header : {narrow, foreign, object}) {
    write_bytes(file_, elf_bytes(header));
    EXPECT_THAT(reason(), HasSubstr("is not a shared library for this machine"));
  }
}

TEST_F(FindPlugin, RejectsAFileThatEveryoneMayWrite) {
  fs::permissions(file_, fs::perms::others_write, fs::perm_options::add);
  EXPECT_THAT(reason(), AllOf(HasSubstr("is refused: '" + file_.string() + "'"),
                              HasSubstr("writable by everyone; run chmod o-w on it")));
}

TEST_F(FindPlugin, RejectsAFolderThatEveryoneMayWrite) {
  fs::permissions(folder_.path(), fs::perms::others_write, fs::perm_options::add);
  EXPECT_THAT(reason(), HasSubstr("'" + folder_.path().string() + "' is writable by everyone"));
}

TEST(PluginPath, EndsInTheTreeOfTheExecutable) {
  const EnvironmentVariable unset("NDBENCH_PLUGIN_PATH", nullptr);
  const std::vector<fs::path> path = plugin_path("", "/opt/ndbench/bin/ndbench_suite");
  ASSERT_EQ(path.size(), 2U);
  EXPECT_EQ(path[0], "/opt/ndbench/lib/ndbench");
  // The other depends on how this build is configured to install.
  EXPECT_THAT(path[1].string(), AllOf(StartsWith("/"), testing::EndsWith("/ndbench")));
}

TEST(PluginPath, PutsTheFlagBeforeTheVariableBeforeTheTree) {
  const EnvironmentVariable set("NDBENCH_PLUGIN_PATH", "/v1::/v2");
  const std::vector<fs::path> path = plugin_path("/f1:/f2", "/opt/bin/ndbench_suite");
  ASSERT_EQ(path.size(), 6U);
  EXPECT_THAT(std::vector(path.begin(), path.begin() + 5),
              ElementsAre("/f1", "/f2", "/v1", "/v2", "/opt/lib/ndbench"));
}

}  // namespace
}  // namespace ndbench
