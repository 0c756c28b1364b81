// What the image networks compute, and which images they refuse.
#include "networks.h"

#include <gmock/gmock.h>

#include "ndbench/initialize.h"

namespace ndbench::networks {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Networks, MakeLogitsOfTheSmallestImagesTheyTake) {
  const torch::NoGradGuard no_grad;
  for (const Family& family : families()) {
    for (const std::int64_t channels : {1, 3}) {
      const auto network = family.make(images_of(family.least, 7, channels));
      network->eval();
      const at::Tensor images = at::zeros({2, channels, family.least, family.least});
      EXPECT_EQ(network->forward(images).sizes(), at::IntArrayRef({2, 7})) << family.name;
    }
  }
}

TEST(Networks, TakeImagesThatAreNotSquare) {
  const torch::NoGradGuard no_grad;
  for (const Family& family : families()) {
    Images images = images_of(family.least, 7);
    images.width += 37;
    const auto network = family.make(images);
    network->eval();
    EXPECT_EQ(network->forward(at::zeros({1, 3, images.height, images.width})).sizes(),
              at::IntArrayRef({1, 7}))
        << family.name;
  }
}

TEST(Networks, RefuseImagesThatAreTooLowOrTooNarrow) {
  for (const Family& family : families()) {
    Images low = images_of(400);
    low.height = family.least - 1;
    Images narrow = images_of(400);
    narrow.width = family.least - 1;
    const std::string least = std::to_string(family.least);
    const std::string given = std::to_string(family.least - 1);
    EXPECT_THAT(
        [&] { (void)family.make(low); },
        ThrowsMessage<Error>(AllOf(HasSubstr(family.name + ": images of " + given + " by 400"),
                                   HasSubstr("needs " + least + " by " + least))));
    EXPECT_THAT([&] { (void)family.make(narrow); },
                ThrowsMessage<Error>(HasSubstr(": images of 400 by " + given + " pixels")));
  }
}

TEST(Networks, GiveEveryParameterAFiniteGradient) {
  for (const Family& family : families()) {
    const auto network = family.make(images_of(family.least, 7));
    initialize(*network, 1);
    torch::manual_seed(1);
    const at::Tensor images = at::rand({2, 3, family.least, family.least});
    const at::Tensor targets = at::tensor({std::int64_t{0}, std::int64_t{6}});
    const at::Tensor loss = network->loss(
        images, [&](const at::Tensor& logits) { return at::cross_entropy_loss(logits, targets); });
    EXPECT_EQ(loss.dim(), 0) << family.name;
    loss.backward();
    for (const auto& parameter : network->named_parameters()) {
      const at::Tensor gradient = parameter.value().grad();
      ASSERT_TRUE(gradient.defined()) << family.name << " " << parameter.key();
      EXPECT_TRUE(gradient.isfinite().all().item<bool>()) << family.name << " " << parameter.key();
    }
  }
}

TEST(InceptionNetwork, AddsTheAuxiliaryLossTimesFourTenths) {
  const torch::NoGradGuard no_grad;
  const at::Tensor images = at::zeros({2, 3, 299, 299});
  const auto one = [](const at::Tensor&) { return at::ones({}); };
  EXPECT_FLOAT_EQ(inception_of(true)(images_of(299, 7))->loss(images, one).item<float>(), 1.4F);
  EXPECT_FLOAT_EQ(inception_of(false)(images_of(299, 7))->loss(images, one).item<float>(), 1.0F);
}

}  // namespace
}  // namespace ndbench::networks
