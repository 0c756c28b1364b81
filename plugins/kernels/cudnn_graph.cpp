#include "cudnn_graph.h"

namespace ndbench::kernels {
namespace {

Descriptor describe_tensor(const at::Tensor& tensor, std::int64_t uid) {
  Descriptor result(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  result.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, std::vector{CUDNN_DATA_FLOAT});
  result.set(CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, tensor.sizes().vec());
  result.set(CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, tensor.strides().vec());
  result.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, std::vector{uid});
  result.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, std::vector{std::int64_t{16}});
  result.finalize();
  return result;
}

Descriptor describe_convolution(const Layer& layer) {
  const std::vector<std::int64_t> padding(2, layer.padding);
  Descriptor result(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  result.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, std::vector{CUDNN_DATA_FLOAT});
  result.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE,
             std::vector{CUDNN_CROSS_CORRELATION});
  result.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, std::vector{std::int64_t{2}});
  result.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, padding);
  result.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, padding);
  result.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64,
             std::vector<std::int64_t>(2, layer.stride));
  result.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, std::vector<std::int64_t>(2, 1));
  result.finalize();
  return result;
}

/// How one pass of a convolution is called in the graph API, and which tensors it is over, in the
/// order of their attributes here: source, weights, output, or the gradients of these.
struct GraphOperation {
  cudnnBackendDescriptorType_t type;
  std::array<cudnnBackendAttributeName_t, 3> tensors;
  cudnnBackendAttributeName_t convolution, alpha, beta;
};

GraphOperation operation_of(Pass pass) {
  switch (pass) {
    case Pass::kForward:
      return {
          CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
          {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
           CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y},
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
    case Pass::kDataGradient:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
              {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
               CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
               CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY},
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
    case Pass::kFilterGradient:
      break;
  }
  return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
          {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
           CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
           CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY},
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
}

}  // namespace

std::array<at::Tensor, 3> tensors_of(const DeviceWorkload& on_device) {
  const Workload& given = on_device.workload;
  std::array<at::Tensor, 3> tensors{given.source, given.weights, given.gradient};
  const std::size_t result = given.pass == Pass::kForward        ? 2
                             : given.pass == Pass::kDataGradient ? 0
                                                                 : 1;
  tensors[result] = on_device.output;
  return tensors;
}

Descriptor describe_graph(const DeviceWorkload& on_device) {
  const GraphOperation operation = operation_of(on_device.workload.pass);
  const auto tensors = tensors_of(on_device);
  Descriptor node(operation.type);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    node.set(operation.tensors[i], describe_tensor(tensors[i], kUids[i]));
  }
  node.set(operation.convolution, describe_convolution(on_device.workload.layer));
  node.set(operation.alpha, CUDNN_TYPE_FLOAT, std::vector{1.0F});
  node.set(operation.beta, CUDNN_TYPE_FLOAT, std::vector{0.0F});
  node.finalize();
  Descriptor graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, node);
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE,
            std::vector{on_device.handle->get()});
  graph.finalize();
  return graph;
}

}  // namespace ndbench::kernels
