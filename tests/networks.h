#pragma once

// Every image network, as the tests ask for it.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/densenet/densenet_network.h"
#include "models/efficientnet/efficientnet_network.h"
#include "models/inception/inception_network.h"
#include "models/medium_cnn/medium_cnn_network.h"
#include "models/mobilenet/mobilenet_network.h"
#include "models/resnet/resnet_network.h"
#include "models/small_cnn/small_cnn_network.h"
#include "models/vgg/vgg_network.h"
#include "models/xception/xception_network.h"

namespace ndbench::networks {

using Make = std::function<std::shared_ptr<ImageNetwork>(const Images&)>;

inline Images images_of(std::int64_t side, std::int64_t classes = 1000, std::int64_t channels = 3) {
  Images images;
  images.channels = channels;
  images.height = side;
  images.width = side;
  images.classes = classes;
  return images;
}

inline Make resnet_of(std::int64_t depth, resnet::Stem stem) {
  return [=](const Images& images) {
    return resnet::Network(resnet::architecture_of(depth, stem), images).ptr();
  };
}

inline Make vgg_of(std::int64_t depth) {
  return [=](const Images& images) { return vgg::Network(depth, images).ptr(); };
}

inline Make densenet_of(std::int64_t depth) {
  return [=](const Images& images) { return densenet::Network(depth, images).ptr(); };
}

inline Make inception_of(bool auxiliary) {
  return [=](const Images& images) { return inception::Network(auxiliary, images).ptr(); };
}

inline Make efficientnet_of(const char* name) {
  return [=](const Images& images) {
    return efficientnet::Network(efficientnet::variant_of(name), images).ptr();
  };
}

inline Make small_cnn_of(bool batch_norm) {
  return [=](const Images& images) { return small_cnn::Network(batch_norm, images).ptr(); };
}

inline Make medium_cnn_of(std::int64_t kernel) {
  return [=](const Images& images) { return medium_cnn::Network(kernel, images).ptr(); };
}

inline std::shared_ptr<ImageNetwork> xception_of(const Images& images) {
  return xception::Network(images).ptr();
}

inline std::shared_ptr<ImageNetwork> mobilenet_of(const Images& images) {
  return mobilenet::Network(images).ptr();
}

/// One network for each kind of block, with its least image size.
struct Family {
  std::string name;  ///< that the error about small images begins with
  Make make;
  std::int64_t least;
};

inline std::vector<Family> families() {
  return {{"resnet", resnet_of(8, resnet::Stem::kSmall), 4},
          {"resnet", resnet_of(18, resnet::Stem::kSmall), 8},
          {"resnet", resnet_of(34, resnet::Stem::kLarge), 32},
          {"resnet", resnet_of(50, resnet::Stem::kLarge), 32},
          {"vgg", vgg_of(16), 32},
          {"densenet", densenet_of(121), 29},
          {"inception", inception_of(false), 75},
          {"inception (with auxiliary = true)", inception_of(true), 299},
          {"xception", xception_of, 71},
          {"mobilenet", mobilenet_of, 32},
          {"efficientnet", efficientnet_of("b0"), 32},
          {"efficientnet", efficientnet_of("b5"), 32},
          {"small_cnn", small_cnn_of(false), 8},
          {"small_cnn", small_cnn_of(true), 8},
          {"medium_cnn", medium_cnn_of(5), 64}};
}

}  // namespace ndbench::networks
