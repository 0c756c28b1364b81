#pragma once

#include <filesystem>
#include <string>
#include <utility>

namespace ndbench {

/// A file that was opened once and is read by its descriptor alone, or why it was not.
///
/// Trusted is a regular file that nobody but root and this user can change or replace: it and
/// every folder on the way to it belong to one of the two, and neither group nor others may write
/// them. A group that is the owner's alone (of the same name, without other members) may. A folder
/// further up may be writable if it is sticky, like /tmp, and what is taken from it has such an
/// owner. Symbolic links are followed by the same rules, the last one too, and the file itself is
/// opened with O_NOFOLLOW in the folder that was checked.
class TrustedFile {
 public:
  explicit TrustedFile(const std::filesystem::path& path);
  TrustedFile(TrustedFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), refusal_(std::move(other.refusal_)) {}
  TrustedFile& operator=(TrustedFile&&) = delete;
  ~TrustedFile();

  /// What is wrong and what to do, as the rest of a sentence that begins with the path; "" if
  /// nothing is.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
  std::string refusal_;
};

}  // namespace ndbench
