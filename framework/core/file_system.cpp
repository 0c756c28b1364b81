#include "core/file_system.h"

#include <sys/vfs.h>

#include <algorithm>
#include <array>

namespace ndbench {
namespace {

struct Known {
  unsigned long magic;
  std::string_view name;
};

// linux/magic.h, and the file systems' own headers for those that are not in the kernel.
constexpr std::array kNetworkFileSystems{
    Known{0x6969, "NFS"},        Known{0xff534d42, "CIFS"},     Known{0xfe534d42, "SMB"},
    Known{0x517b, "SMB"},        Known{0x5346414f, "AFS"},      Known{0x6b414653, "AFS"},
    Known{0x73757245, "Coda"},   Known{0x00c36400, "Ceph"},     Known{0x01021997, "9p"},
    Known{0x0bd00bd0, "Lustre"}, Known{0x47504653, "GPFS"},     Known{0x19830326, "BeeGFS"},
    Known{0x7461636f, "OCFS2"},  Known{0x01161970, "GFS2"},     Known{0x564c, "NCP"},
    Known{0xaad7aaea, "PanFS"},  Known{0x20030528, "OrangeFS"},
};

}  // namespace

std::string_view network_file_system(unsigned long magic) {
  const auto found = std::find_if(kNetworkFileSystems.begin(), kNetworkFileSystems.end(),
                                  [&](const Known& known) { return known.magic == magic; });
  return found == kNetworkFileSystems.end() ? std::string_view() : found->name;
}

std::string_view network_file_system_of(const std::filesystem::path& path) {
  struct statfs status {};
  if (statfs(path.c_str(), &status) != 0) return {};
  return network_file_system(static_cast<unsigned long>(status.f_type) & 0xffffffffUL);
}

}  // namespace ndbench
