#include "worker/plugin_host.h"

#include <dlfcn.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/content_hash.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Model* make_model() { return nullptr; }
Backend* make_backend() { return nullptr; }

PluginDescriptor model_descriptor() {
  return {kPluginMagic,
          sizeof(PluginDescriptor),
          kAbiFingerprint,
          PluginKind::kModel,
          "m",
          "a model",
          make_model,
          nullptr};
}

/// What is wrong with the descriptor as that of the model plugin "m".
std::string wrong(const PluginDescriptor& descriptor) {
  return difference(descriptor, PluginKind::kModel, "m");
}

/// "... against <what> <plugin's>, this program against <ours>; ..."
std::string against(const std::string& what, std::uint32_t plugin, std::uint32_t ours) {
  return "it was built against " + what + " " + std::to_string(plugin) + ", this program against " +
         std::to_string(ours) + "; rebuild the plugin";
}

TEST(PluginDescriptor, IsFineWhenEverythingAgrees) {
  EXPECT_EQ(wrong(model_descriptor()), "");
  PluginDescriptor backend = model_descriptor();
  backend.kind = PluginKind::kBackend;
  backend.create_model = nullptr;
  backend.create_backend = make_backend;
  EXPECT_EQ(difference(backend, PluginKind::kBackend, "m"), "");
}

TEST(PluginDescriptor, MayBeLongerThanThisProgramsOwn) {
  PluginDescriptor descriptor = model_descriptor();
  descriptor.size += 8;
  EXPECT_EQ(wrong(descriptor), "");
}

TEST(PluginDescriptor, IsRefusedForAForeignMagicNumber) {
  PluginDescriptor descriptor = model_descriptor();
  descriptor.magic = 0x464c457f;
  descriptor.size = 0;  // nothing behind a foreign magic number is read
  EXPECT_EQ(wrong(descriptor), "its descriptor has a foreign magic number");
}

TEST(PluginDescriptor, IsRefusedWhenTooShort) {
  PluginDescriptor descriptor = model_descriptor();
  descriptor.size = 64;
  EXPECT_EQ(wrong(descriptor),
            "its descriptor has 64 bytes, this program reads 72; rebuild the plugin");
}

TEST(PluginDescriptor, IsRefusedForAnotherInterface) {
  PluginDescriptor descriptor = model_descriptor();
  descriptor.abi.interface_version = kInterfaceVersion + 1;
  EXPECT_EQ(wrong(descriptor),
            against("ndbench interface version", kInterfaceVersion + 1, kInterfaceVersion));
}

TEST(PluginDescriptor, IsRefusedForAnyOtherLibtorch) {
  for (std::uint32_t AbiFingerprint::*part :
       {&AbiFingerprint::torch_major, &AbiFingerprint::torch_minor, &AbiFingerprint::torch_patch}) {
    PluginDescriptor descriptor = model_descriptor();
    descriptor.abi.*part += 1;
    const AbiFingerprint& abi = descriptor.abi;
    EXPECT_THAT(wrong(descriptor),
                HasSubstr("built against LibTorch " + std::to_string(abi.torch_major) + "." +
                          std::to_string(abi.torch_minor) + "." + std::to_string(abi.torch_patch) +
                          ", this program against " + std::to_string(TORCH_VERSION_MAJOR) + "." +
                          std::to_string(TORCH_VERSION_MINOR) + "." +
                          std::to_string(TORCH_VERSION_PATCH) + ";"));
  }
}

TEST(PluginDescriptor, IsRefusedForAnotherStandardLibrary) {
  PluginDescriptor descriptor = model_descriptor();
  descriptor.abi.cxx11_abi = 1 - kAbiFingerprint.cxx11_abi;
  EXPECT_EQ(wrong(descriptor), against("_GLIBCXX_USE_CXX11_ABI =", 1 - kAbiFingerprint.cxx11_abi,
                                       kAbiFingerprint.cxx11_abi));
  descriptor = model_descriptor();
  descriptor.abi.debug_containers = 1 - kAbiFingerprint.debug_containers;
  EXPECT_EQ(wrong(descriptor),
            against("debug containers (_GLIBCXX_DEBUG) =", 1 - kAbiFingerprint.debug_containers,
                    kAbiFingerprint.debug_containers));
}

TEST(PluginDescriptor, IsRefusedForTheOtherKind) {
  EXPECT_EQ(difference(model_descriptor(), PluginKind::kBackend, "m"),
            "it is a plugin of the other kind (model, backend)");
}

TEST(PluginDescriptor, IsRefusedForAnotherName) {
  PluginDescriptor descriptor = model_descriptor();
  descriptor.name = "n";
  EXPECT_EQ(wrong(descriptor), "it calls itself 'n', its file name says 'm'");
  descriptor.name = nullptr;
  EXPECT_EQ(wrong(descriptor), "it calls itself '', its file name says 'm'");
}

TEST(PluginDescriptor, IsRefusedWhenItsFactoriesDoNotFit) {
  PluginDescriptor descriptor = model_descriptor();
  descriptor.create_model = nullptr;
  EXPECT_EQ(wrong(descriptor), "its factories do not fit its kind");
  descriptor = model_descriptor();
  descriptor.create_backend = make_backend;
  EXPECT_EQ(wrong(descriptor), "its factories do not fit its kind");
}

TEST(PluginDescriptor, IsRefusedForTheFieldThatComesFirst) {
  PluginDescriptor descriptor = model_descriptor();
  descriptor.abi.interface_version += 1;
  descriptor.abi.torch_major += 1;
  descriptor.name = "n";
  EXPECT_THAT(wrong(descriptor), HasSubstr("interface version"));
}

/// What PluginRejected says about a file, with that content unless it cannot be read.
std::string refusal(const std::string& path) {
  try {
    const bool is_there = std::filesystem::exists(path);
    (void)open_plugin({PluginKind::kModel, "m", path,
                       is_there ? content_hash_of_file(std::filesystem::path(path)) : ""});
  } catch (const PluginRejected& error) {
    return error.what();
  }
  return "opened";
}

TEST(OpenPlugin, RefusesAFileThatIsNotThere) {
  EXPECT_THAT(refusal("/no/such/file.so"),
              AllOf(HasSubstr("plugin 'm' rejected: /no/such/file.so: "),
                    HasSubstr("No such file or directory")));
}

TEST(OpenPlugin, RefusesALibraryWithoutADescriptor) {
  Dl_info libc{};
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&std::abort), &libc), 0);
  EXPECT_THAT(refusal(libc.dli_fname), AllOf(HasSubstr("it exports no 'ndbench_plugin'"),
                                             HasSubstr("NDBENCH_MODEL_PLUGIN")));
}

}  // namespace
}  // namespace ndbench
