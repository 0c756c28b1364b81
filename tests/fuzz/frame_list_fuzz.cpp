// Feeds arbitrary bytes to takes_of_list, in a folder with some pictures, folders, links and lists:
// ndbench::Error is the only way out it may take, and no path that it gives may lead out.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "../temporary_folder.h"
#include "data/frame_list.h"
#include "ndbench/error.h"

namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() : list(folder_.path() / "data" / "list.txt") {
    const fs::path data = list.parent_path();
    fs::create_directories(data / "a" / "b");
    ndbench::write_bytes(data / "0.jpg", "");
    ndbench::write_bytes(data / "v.mp4", "");
    ndbench::write_bytes(data / "a" / "1.png", "");
    ndbench::write_bytes(data / "other.txt", "0.jpg\nlist.txt\n");
    ndbench::write_bytes(data / "good.txt", "0.jpg\na\n");
    ndbench::write_bytes(folder_.path() / "out.jpg", "");
    fs::create_symlink("../out.jpg", data / "out.jpg");
    fs::create_directory_symlink("..", data / "up");
    fs::create_directory_symlink("a", data / "in");
    inside_ = fs::canonical(data).native() + "/";
  }

  void check(std::string_view path) const {
    if (!fs::canonical(path).native().starts_with(inside_)) {
      std::abort();
    }
  }

 private:
  ndbench::TemporaryFolder folder_;
  std::string inside_;

 public:
  const fs::path list;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  ndbench::write_bytes(folder.list, {reinterpret_cast<const char*>(data), size});
  try {
    for (const ndbench::Take& take : ndbench::takes_of_list(folder.list)) {
      for (std::int64_t i = 0; i < take.pictures.size(); ++i) {
        folder.check(take.pictures[i]);
      }
      if (!take.video.empty()) {
        folder.check(take.video.native());
      }
    }
  } catch (const ndbench::Error&) {
  }
  return 0;
}
